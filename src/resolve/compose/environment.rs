//! The variables that a project is interpolated with.

use std::collections::BTreeMap;

use bstr::{BStr, ByteSlice as _};

use super::path::name;
use crate::model::{
    DataKind, DataObject, Declaration, Declared, File, FileKind, Span, Tree, Unit, Variable,
};

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

/// An environment file as values written down for others to use; `None` for any other file.
pub(in crate::resolve) fn data(file: &File) -> Option<Declaration> {
    let Declared::Environment(variables) = &file.declared else { return None };
    let text = &file.text;
    let head = Span::head(text.file);
    let title = format!("environment file {}", name(text.path.as_bstr()));
    let unit = DataObject {
        file: text.file,
        identity: title.clone(),
        title: title.clone(),
        head,
        span: text.span(0..text.content.len()),
        kind: DataKind::Environment,
        values: variables.clone(),
        immutable: None,
    };
    let body = variables.iter().map(|variable| variable.name.clone()).collect();
    let (unit, path) = (Unit::Data(Box::new(unit)), text.path.clone());
    Some(Declaration { unit, path, title, body })
}
