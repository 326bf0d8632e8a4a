//! `git push -o plimsoll.bypass=REASON`.

use std::ffi::OsString;

use bstr::{BString, ByteSlice as _};

use super::config::BypassOptions;
use crate::model::{self, printable};

/// Longest reason that is kept, in characters.
const REASON: usize = 200;
/// Longest user name that is shown, in characters.
const USER: usize = 100;

/// Whether a refusal is overruled.
#[derive(Clone, Debug)]
pub enum Bypass {
    /// Nobody asked, and the pusher could not.
    Off,
    /// Nobody asked, but the pusher may.
    Offered,
    /// The pusher asked and may.
    Used(model::Bypass),
    /// The pusher asked in vain: why, in one printable sentence.
    Refused(String),
}

impl BypassOptions {
    /// What the push options of one push mean. `variable` asks the server's environment.
    pub(super) fn decide(
        &self,
        push_options: &[BString],
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Bypass {
        let asked = push_options.iter().find_map(|option| reason(option));
        let user = self.user(variable);
        let Some(reason) = asked else {
            return if self.push_option && self.allows(user.as_deref()) {
                Bypass::Offered
            } else {
                Bypass::Off
            };
        };
        if !self.push_option {
            return Bypass::Refused("plimsoll.bypass is not in use on this server.".into());
        }
        if !self.allows(user.as_deref()) {
            return Bypass::Refused(match &user {
                Some(user) => {
                    format!("plimsoll.bypass is not open to {}.", printable(user, USER))
                }
                None => "plimsoll.bypass is not open to you: the server gave no user name.".into(),
            });
        }
        let reason = reason.to_str_lossy();
        if !reason.chars().any(char::is_alphanumeric) {
            return Bypass::Refused(
                "plimsoll.bypass needs a reason: git push -o plimsoll.bypass=\"REASON\".".into(),
            );
        }
        Bypass::Used(model::Bypass {
            user: printable(&user.unwrap_or_default(), USER),
            reason: printable(reason.trim(), REASON),
        })
    }

    fn user(&self, variable: &dyn Fn(&str) -> Option<OsString>) -> Option<String> {
        let name = self.user_env.as_str();
        let value = if name.is_empty() { None } else { variable(name) };
        value.filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
    }

    fn allows(&self, user: Option<&str>) -> bool {
        self.users.is_empty()
            || user.is_some_and(|user| self.users.iter().any(|allowed| allowed == user))
    }
}

/// The reason in `plimsoll.bypass=REASON`; empty where none is given.
fn reason(option: &BString) -> Option<&[u8]> {
    match option.strip_prefix(b"plimsoll.bypass")? {
        [] => Some(b""),
        [b'=', reason @ ..] => Some(reason),
        _ => None,
    }
}
