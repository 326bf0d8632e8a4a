//! Text to configuration, every fault with its place.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::error::{PolicyError, nearest};
use crate::model::Rule;

/// Largest policy that is read.
const LARGEST: usize = 1 << 20;

/// A file that is being read.
pub(super) struct Reader<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) rules: &'a [&'static Rule],
    /// Whether rules may be given their own options.
    pub(super) options: bool,
}

impl Reader<'_> {
    /// The typed configuration of the file.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, PolicyError> {
        if self.text.len() > LARGEST {
            return Err(PolicyError::whole(self.name, "larger than 1MiB: no policy is"));
        }
        let table = DeTable::parse(self.text).map_err(|error| self.toml(&error))?;
        self.check_rules(table.get_ref())?;
        self.check_waivers(table.get_ref())?;
        self.check_bypass(table.get_ref())?;
        self.check_accepted(table.get_ref())?;
        T::deserialize(Deserializer::from(table)).map_err(|error| self.toml(&error))
    }

    /// A fault at a span.
    fn fault(&self, span: std::ops::Range<usize>, message: &str) -> PolicyError {
        PolicyError::at(self.name, self.text, span, message)
    }

    fn toml(&self, error: &toml::de::Error) -> PolicyError {
        let message = reworded(error.message());
        match error.span() {
            Some(span) => self.fault(span, &message),
            None => PolicyError::whole(self.name, &message),
        }
    }

    /// Every `[rules.ID]` names a rule, and every option is one that the rule reads.
    fn check_rules(&self, table: &DeTable<'_>) -> Result<(), PolicyError> {
        let Some(rules) = table.get("rules").and_then(|rules| rules.get_ref().as_table()) else {
            return Ok(());
        };
        for (id, options) in rules {
            let rule = self.rule(id.get_ref(), id.span())?;
            let Some(options) = options.get_ref().as_table() else { continue };
            let own = if self.options { rule.options } else { &[] };
            for option in options.keys() {
                let known = || ["severity", "off"].into_iter().chain(own.iter().copied());
                let name: &str = option.get_ref();
                if !known().any(|known| known == name) {
                    let nearest = nearest(name, known());
                    let message = format!("rule {} has no option `{name}`{nearest}", rule.id);
                    return Err(self.fault(option.span(), &message));
                }
            }
        }
        Ok(())
    }

    fn rule(&self, id: &str, span: std::ops::Range<usize>) -> Result<&'static Rule, PolicyError> {
        self.rules.iter().copied().find(|rule| rule.id == id).ok_or_else(|| {
            let nearest = nearest(id, self.rules.iter().map(|rule| rule.id));
            let list = if nearest.is_empty() { "; `plimsoll rules` lists them" } else { "" };
            self.fault(span, &format!("unknown rule{nearest}{list}"))
        })
    }

    /// Every waiver is bounded in what it covers and says why; its days are judged by the clock.
    fn check_waivers(&self, table: &DeTable<'_>) -> Result<(), PolicyError> {
        let waivers = table.get("waivers").and_then(|waivers| waivers.get_ref().as_array());
        for waiver in waivers.into_iter().flatten() {
            let Some(keys) = waiver.get_ref().as_table() else { continue };
            let text = |key: &str| Some((keys.get(key)?.get_ref().as_str()?, keys.get(key)?));
            self.check_texts(keys, &[("reason", 200), ("unit", 200), ("fingerprint", 100)])?;
            match text("rule") {
                Some((rule, place)) if rule != "*" => {
                    self.rule(rule, place.span())?;
                }
                _ if text("fingerprint").is_none() => self.check_width(keys, waiver)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// What stands under these keys says something and stays short.
    fn check_texts(&self, keys: &DeTable<'_>, limits: &[(&str, usize)]) -> Result<(), PolicyError> {
        for (key, longest) in limits {
            let Some(place) = keys.get(*key) else { continue };
            match place.get_ref().as_str() {
                Some(value) if value.trim().is_empty() => {
                    return Err(self.fault(place.span(), "it is empty"));
                }
                Some(value) if value.chars().count() > *longest => {
                    let message = format!("longer than {longest} characters");
                    return Err(self.fault(place.span(), &message));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every vulnerability that is put up with is named and has a reason.
    fn check_accepted(&self, table: &DeTable<'_>) -> Result<(), PolicyError> {
        let images = table.get("images").and_then(|images| images.get_ref().as_table());
        let scans = images.and_then(|images| images.get("scans")?.get_ref().as_table());
        let accepted = scans.and_then(|scans| scans.get("accept")?.get_ref().as_array());
        for one in accepted.into_iter().flatten() {
            let Some(keys) = one.get_ref().as_table() else { continue };
            self.check_texts(keys, &[("id", 100), ("reason", 200)])?;
        }
        Ok(())
    }

    /// Users can only be told apart by a name that the server gives.
    fn check_bypass(&self, table: &DeTable<'_>) -> Result<(), PolicyError> {
        let bypass = table.get("bypass").and_then(|bypass| bypass.get_ref().as_table());
        let Some(users) = bypass.and_then(|bypass| bypass.get("users")) else { return Ok(()) };
        let named = users.get_ref().as_array().is_some_and(|users| !users.is_empty());
        let variable = bypass.and_then(|bypass| bypass.get("user-env")?.get_ref().as_str());
        if named && variable.is_none_or(str::is_empty) {
            let message = "without `user-env` nobody is known by name, so nobody may";
            return Err(self.fault(users.span(), message));
        }
        Ok(())
    }

    /// A waiver of every rule must stay in one file or below one folder.
    fn check_width(
        &self,
        keys: &DeTable<'_>,
        waiver: &Spanned<DeValue<'_>>,
    ) -> Result<(), PolicyError> {
        const WIDE: &str = "a waiver without a rule or a fingerprint needs a `path` that names one \
                            file or starts with a folder";
        let Some(path) = keys.get("path") else {
            return Err(self.fault(waiver.span(), WIDE));
        };
        let Some(glob) = path.get_ref().as_str() else { return Ok(()) };
        let fixed = glob.split(['*', '?']).next().unwrap_or_default();
        if fixed.len() == glob.len() || fixed.trim_start_matches('/').contains('/') {
            return Ok(());
        }
        Err(self.fault(path.span(), WIDE))
    }
}

/// serde's words, shorter, with the nearest of what it would have taken.
fn reworded(message: &str) -> String {
    let message = message.trim().replace('\n', ", ");
    for (start, kind) in [("unknown field `", "key"), ("unknown variant `", "value")] {
        let Some(rest) = message.strip_prefix(start) else { continue };
        let Some((word, expected)) = rest.rsplit_once("`, expected ") else { continue };
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return format!("unknown {kind}{}", nearest(word, known));
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{field} is missing here");
    }
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if message.starts_with("invalid ") => {
            format!("{found}, expected {}", in_toml(expected))
        }
        _ => message,
    }
}

/// What TOML calls it that serde expects.
fn in_toml(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list in [ ]",
        "a string" => "a text in quotes",
        "a boolean" => "true or false",
        _ if expected.starts_with("struct ") || expected == "a map" => "a table",
        _ if expected.contains("u32") => "a number of 1 or more",
        _ if expected.contains("u16") => "a number from 1 to 65535",
        _ => expected,
    }
}
