//! The variables that a project is interpolated with.

use std::collections::BTreeMap;

use bstr::BStr;

use crate::model::{Declared, FileKind, Tree, Variable};

/// Variables by name, the last line of a name winning.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    variables: BTreeMap<String, Variable>,
}

impl Environment {
    /// What an environment file of the tree sets; nothing where there is none.
    pub(super) fn of(tree: &dyn Tree, path: &BStr) -> Self {
        let mut environment = Self::default();
        let file = tree.file_as(path, FileKind::Environment).ok().flatten();
        if let Some(Declared::Environment(variables)) = file.as_deref().map(|file| &file.declared) {
            for variable in variables.iter().filter(|variable| variable.value.is_some()) {
                environment.variables.insert(variable.name.clone(), variable.clone());
            }
        }
        environment
    }

    /// Nothing is set.
    pub(super) fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// The variable of a name, with the line that sets it.
    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// A variable's value, where it is known.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let value = self.get(name)?.value.as_ref()?;
        (!value.unknown).then_some(value.text.as_str())
    }

    /// What `more` sets, where nothing here does.
    pub(super) fn add(&mut self, more: Self) {
        for (name, variable) in more.variables {
            self.variables.entry(name).or_insert(variable);
        }
    }
}
