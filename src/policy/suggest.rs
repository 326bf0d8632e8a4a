//! A policy that lets in more than this one, each exception with the reason beside it.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::Policy;
use super::config::Config;
use super::reference::{REMARK, write};

/// Something that a policy may let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Images of `images.trusted`, as a glob.
    Image(String),
    /// A port of a rule's `allowed-ports`.
    Port(&'static str, String),
    /// Images whose own user is not root, as a glob.
    NonRoot(String),
    /// What can't be judged is told and let in.
    Unread,
    /// Findings of a rule, in one file or of one fingerprint.
    Waiver {
        /// The rule's id.
        rule: &'static str,
        /// A glob over the path.
        path: Option<String>,
        /// The finding's fingerprint.
        fingerprint: Option<String>,
        /// Why.
        reason: String,
        /// The last day it counts.
        until: Date,
    },
}

/// An allowance and what it rests on, one remark a line.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What is let in.
    pub allows: Allowance,
    /// Why: the commits.
    pub remarks: Vec<String>,
}

impl Policy {
    /// This policy with the proposals in it, as TOML: what it says by itself, the defaults left out,
    /// and each proposal below its remarks.
    pub fn suggest(&self, proposals: &[Proposal]) -> String {
        let values = |config: &Config| match serde_json::to_value(config) {
            Ok(Value::Object(values)) => values,
            _ => Map::new(),
        };
        let mut own = differing(values(&self.config), &values(&Config::default()));
        for proposal in proposals {
            // A configuration's tables and lists are what they are: nothing is in the way.
            let _ = add(&mut own, proposal);
        }
        write(&own)
    }
}

/// What is not as it is by default.
fn differing(own: Map<String, Value>, default: &Map<String, Value>) -> Map<String, Value> {
    let differs = |(key, value): (String, Value)| match (value, default.get(&key)) {
        (value, Some(known)) if value == *known => None,
        (Value::Object(table), Some(Value::Object(known))) => {
            Some((key, Value::Object(differing(table, known))))
        }
        (value, _) => Some((key, value)),
    };
    own.into_iter().filter_map(differs).collect()
}

fn add(config: &mut Map<String, Value>, proposal: &Proposal) -> Option<()> {
    let remarks = &proposal.remarks;
    match &proposal.allows {
        Allowance::Image(glob) => extend(table(config, &["images"])?, "trusted", glob, remarks),
        Allowance::Port(rule, port) => {
            extend(table(config, &["rules", rule])?, "allowed-ports", port, remarks)
        }
        Allowance::NonRoot(glob) => {
            extend(table(config, &["rules", "runs-as-root"])?, "nonroot-images", glob, remarks)
        }
        Allowance::Unread => {
            let gate = table(config, &["gate"])?;
            gate.insert("on-error".into(), "annotate".into());
            gate.insert(format!("{REMARK}on-error"), json!(remarks));
            Some(())
        }
        Allowance::Waiver { rule, path, fingerprint, reason, until } => {
            let mut waiver = Map::new();
            waiver.insert(REMARK.to_string(), json!(remarks));
            waiver.insert("rule".into(), json!(rule));
            for (key, value) in [("path", path), ("fingerprint", fingerprint)] {
                waiver.extend(value.as_ref().map(|value| (key.to_owned(), json!(value))));
            }
            waiver.insert("reason".into(), json!(reason));
            waiver.insert("until".into(), json!(until.to_string()));
            list(config, "waivers")?.push(Value::Object(waiver));
            Some(())
        }
    }
}

fn extend(table: &mut Map<String, Value>, key: &str, item: &str, remarks: &[String]) -> Option<()> {
    let items = list(table, key)?;
    if !items.contains(&json!(item)) {
        items.push(json!(item));
    }
    let lines = list(table, &format!("{REMARK}{key}"))?;
    lines.extend(remarks.iter().map(|remark| json!(remark)));
    Some(())
}

fn list<'a>(table: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Vec<Value>> {
    table.entry(key).or_insert_with(|| json!([])).as_array_mut()
}

fn table<'a>(
    mut at: &'a mut Map<String, Value>,
    path: &[&str],
) -> Option<&'a mut Map<String, Value>> {
    for key in path {
        at = at.entry(*key).or_insert_with(|| json!({})).as_object_mut()?;
    }
    Some(at)
}
