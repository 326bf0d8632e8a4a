//! The values that are names: of refs, variables, folders and ports.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::scalar::item;

/// The full name of a ref: `refs/heads/main`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "String", extend("pattern" = "^refs/[^*?\\[\\\\ ]+$"))]
pub struct RefName(String);

impl RefName {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RefName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains(['*', '?', '[', '\\', ' ']) || text.contains(char::is_control) {
            return Err("a ref's name, not a glob".into());
        }
        match text.strip_prefix("refs/") {
            Some(rest) if !rest.is_empty() && !rest.ends_with('/') => Ok(Self(text)),
            _ => Err("the ref's full name, as refs/heads/main".into()),
        }
    }
}

impl<'de> Deserialize<'de> for RefName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        item(deserializer, "a ref's full name")
    }
}

impl From<RefName> for String {
    fn from(name: RefName) -> Self {
        name.0
    }
}

/// The name of an environment variable that the server sets; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct VariableName(String);

impl VariableName {
    /// Variables whose value the client chooses: git passes them on from the wire, ssh and http
    /// servers from the request.
    const OF_THE_CLIENT: &[&str] = &[
        "GIT_PUSH_OPTION",
        "GIT_PROTOCOL",
        "HTTP_",
        "SSH_ORIGINAL_COMMAND",
        "LC_",
        "LANG",
        "TERM",
    ];

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for VariableName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.starts_with(|c: char| c.is_ascii_digit())
            || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err("the name of an environment variable, without `$`".into());
        }
        if Self::OF_THE_CLIENT.iter().any(|prefix| text.starts_with(prefix)) {
            return Err("the client sets this variable: anybody could be anybody".into());
        }
        Ok(Self(text))
    }
}

impl From<VariableName> for String {
    fn from(name: VariableName) -> Self {
        name.0
    }
}

/// A folder relative to the top, `.` for the top itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Folder(String);

impl Folder {
    /// Without a `/` at the end; empty for the top.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Folder {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let folder = text.trim_end_matches('/');
        let folder = folder.strip_prefix("./").unwrap_or(folder);
        match folder {
            "." => Ok(Self(String::new())),
            _ if folder.split('/').all(|part| !matches!(part, "" | "." | "..")) => {
                Ok(Self(folder.into()))
            }
            _ => Err("a folder relative to the top, as services/web; `.` is the top".into()),
        }
    }
}

impl From<Folder> for String {
    fn from(folder: Folder) -> Self {
        if folder.0.is_empty() { ".".into() } else { folder.0 }
    }
}

/// A port, as `443`, `"443"` or `"443/tcp"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "PortWritten")]
pub struct Port(String);

/// A number, or a text such as `443/tcp`.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is asked for")]
enum PortWritten {
    Number(u16),
    Text(String),
}

impl Port {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Port {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (number, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        let is_port = number.parse::<u16>().is_ok_and(|number| number > 0)
            && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_port && matches!(protocol, "tcp" | "udp" | "sctp") {
            Ok(Self(text))
        } else {
            Err("not a port: a number, or a text such as 443/tcp".into())
        }
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        item(deserializer, "a port")
    }
}

impl From<Port> for String {
    fn from(port: Port) -> Self {
        port.0
    }
}
