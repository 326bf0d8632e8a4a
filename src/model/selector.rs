//! Label selectors.

use std::fmt;

/// Which objects are meant, by their labels: all requirements hold. None: every object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selector {
    /// Sorted, each once.
    pub requirements: Vec<Requirement>,
    /// What is written can't be known, as written: then nobody can say whom it takes.
    pub unknown: Option<String>,
}

/// One condition on one label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// What must be true of it.
    pub operator: Operator,
    /// The values it is compared with, sorted; empty for `Exists` and `Absent`.
    pub values: Vec<String>,
}

/// What must be true of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// It has one of the values; `key: value` is the same with one.
    In,
    /// It has none of them, or is not there.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    Absent,
}

impl Selector {
    /// Takes every object.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty() && self.unknown.is_none()
    }

    /// Adds a requirement, in its place.
    pub fn require(&mut self, key: impl Into<String>, operator: Operator, mut values: Vec<String>) {
        values.sort();
        values.dedup();
        let requirement = Requirement { key: key.into(), operator, values };
        if let Err(at) = self.requirements.binary_search(&requirement) {
            self.requirements.insert(at, requirement);
        }
    }

    /// Whether it takes what has these labels. What can't be known takes nothing.
    #[must_use]
    pub fn takes(&self, labels: &[(String, String)]) -> bool {
        let holds = |requirement: &Requirement| {
            let value = labels.iter().rev().find(|(key, _)| *key == requirement.key);
            let one_of = value.is_some_and(|(_, value)| requirement.values.contains(value));
            match requirement.operator {
                Operator::In => one_of,
                Operator::NotIn => !one_of,
                Operator::Exists => value.is_some(),
                Operator::Absent => value.is_none(),
            }
        };
        self.unknown.is_none() && self.requirements.iter().all(holds)
    }

    /// The labels of an object that it takes for sure, where there is one that plain.
    #[must_use]
    pub fn typical(&self) -> Vec<(String, String)> {
        let plain = self.requirements.iter().filter_map(|requirement| {
            let value = match requirement.operator {
                Operator::In => requirement.values.first()?.clone(),
                Operator::Exists => String::new(),
                Operator::NotIn | Operator::Absent => return None,
            };
            Some((requirement.key.clone(), value))
        });
        plain.collect()
    }

    /// Selectors that take at least as much: each with one requirement or some left out, the one
    /// that takes everything among them. Bounded: of many requirements only one or all are left out.
    #[must_use]
    pub fn wider(&self) -> Vec<Self> {
        let count = self.requirements.len().min(16);
        if self.unknown.is_some() {
            return vec![Self::default()];
        }
        let every: Vec<u16> = if count <= 4 {
            (0..(1_u16 << count) - 1).collect()
        } else {
            let all = u16::MAX >> (16 - count);
            std::iter::once(0).chain((0..count).map(|at| all & !(1 << at))).collect()
        };
        let some = |mask: u16| Self {
            requirements: (self.requirements.iter().enumerate())
                .filter(|(at, _)| *at >= 16 || mask & (1 << at) != 0)
                .map(|(_, requirement)| requirement.clone())
                .collect(),
            unknown: None,
        };
        every.into_iter().map(some).collect()
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.unknown {
            return f.write_str(text);
        }
        for (at, requirement) in self.requirements.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, operator, values } = self;
        match (operator, values.as_slice()) {
            (Operator::In, [value]) => write!(f, "{key}={value}"),
            (Operator::NotIn, [value]) => write!(f, "{key}!={value}"),
            (Operator::In, values) => write!(f, "{key} in ({})", values.join(", ")),
            (Operator::NotIn, values) => write!(f, "{key} not in ({})", values.join(", ")),
            (Operator::Exists, _) => f.write_str(key),
            (Operator::Absent, _) => write!(f, "!{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_requirement_must_hold() {
        let mut selector = Selector::default();
        assert!(selector.takes(&[]) && selector.is_everything());
        selector.require("app", Operator::In, vec!["web".into(), "api".into()]);
        selector.require("old", Operator::Absent, Vec::new());
        selector.require("env", Operator::NotIn, vec!["test".into()]);
        assert!(selector.takes(&labels(&[("app", "web")])));
        assert!(!selector.takes(&labels(&[("app", "db")])));
        assert!(!selector.takes(&labels(&[("app", "web"), ("old", "")])));
        assert!(!selector.takes(&labels(&[("app", "web"), ("env", "test")])));
        assert!(!selector.takes(&[]));
        assert_eq!(selector.to_string(), "app in (api, web), env!=test, !old");
        let unknown = Selector { unknown: Some("{{ x }}".into()), ..Selector::default() };
        assert!(!unknown.takes(&[]) && !unknown.is_everything());
    }

    proptest::proptest! {
        #[test]
        fn what_is_wider_takes_no_less(
            picks in proptest::collection::vec((0_u8..6, 0_u8..4, 0_u8..3), 0..7),
            own in proptest::collection::vec((0_u8..6, 0_u8..3), 0..6),
        ) {
            let mut selector = Selector::default();
            for (key, operator, value) in picks {
                let operator = match operator {
                    0 => Operator::In,
                    1 => Operator::NotIn,
                    2 => Operator::Exists,
                    _ => Operator::Absent,
                };
                let values = match operator {
                    Operator::In | Operator::NotIn => vec![value.to_string()],
                    Operator::Exists | Operator::Absent => Vec::new(),
                };
                selector.require(key.to_string(), operator, values);
            }
            let own: Vec<(String, String)> =
                own.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
            for wider in selector.wider() {
                proptest::prop_assert!(!selector.takes(&own) || wider.takes(&own));
                proptest::prop_assert!(wider != selector);
            }
        }
    }
}
