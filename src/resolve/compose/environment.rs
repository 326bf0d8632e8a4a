//! The variables that a project is interpolated with.

use std::collections::BTreeMap;

use crate::model::Variable;

/// Variables by name, the last line of a name winning.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    variables: BTreeMap<String, Variable>,
}

impl Environment {
    /// The variable of a name, with the line that sets it.
    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }
}
