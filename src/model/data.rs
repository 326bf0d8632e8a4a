//! Data objects: values written down for others to use.

use super::{FileId, Span, Switch, Variable};

/// A ConfigMap, a Secret, a chart's values, an environment file.
#[derive(Clone, Debug)]
pub struct DataObject {
    /// The file that declares it.
    pub file: FileId,
    /// What makes it the same one in another file: `Secret/default/db`.
    pub identity: String,
    /// How messages name it: `Secret db`.
    pub title: String,
    /// Where an absence shows: its name.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// What kind of object.
    pub kind: DataKind,
    /// Its values, encoded ones decoded.
    pub values: Vec<Variable>,
    /// Nothing may change it once it is there.
    pub immutable: Option<Switch>,
}

/// What kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataKind {
    /// Meant for everybody: a ConfigMap.
    Configuration,
    /// Meant to be secret and written down plainly: a Secret.
    Secret,
    /// The same, encrypted: SealedSecret, a SOPS file. Its values are left out.
    Sealed,
    /// The same, kept elsewhere: ExternalSecret, a reference to a vault.
    External,
    /// A chart's values.
    Values,
    /// An environment file.
    Environment,
}

/// Whether a file is a program by its name: what stands behind a name there is a value only where it
/// is quoted.
#[must_use]
pub fn is_program(name: &str) -> bool {
    const ENDINGS: &[&str] =
        &["py", "js", "ts", "mjs", "lua", "rb", "go", "groovy", "java", "php", "pl", "rs", "sql"];
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::is_program;

    #[test]
    fn programs_are_known_by_their_endings() {
        assert!(is_program("web_config.py") && is_program("a/INIT.SQL"));
        assert!(!is_program("web.conf") && !is_program("py"));
    }
}
