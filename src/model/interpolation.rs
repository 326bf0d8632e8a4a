//! Variables in text, as compose fills them in: in its files and in environment files.
//!
//! Source: Compose Specification, "Interpolation"; compose-go, `template/template.go`.

use super::{Span, Variable};

/// How deep defaults may nest.
const DEEPEST: usize = 24;
/// Places that one value is said to depend on.
const MOST_PLACES: usize = 16;

/// A text with its variables filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interpolated {
    /// What it came to. A variable that is set nowhere and has no default is left as `$NAME` or
    /// `${NAME}`.
    pub text: String,
    /// There is such a variable.
    pub unknown: bool,
    /// Where the variables are set that it took its values from.
    pub because: Vec<Span>,
}

/// Fills in the variables of `text`. `lookup` finds those that are set; `longest` bounds what may
/// come out, in bytes.
///
/// # Errors
/// What is wrong with it, where compose would refuse the file.
pub fn interpolate<'v>(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<&'v Variable>,
    longest: usize,
) -> Result<Interpolated, &'static str> {
    let mut filler = Filler { lookup, longest, out: Interpolated::default() };
    filler.fill(text, 0)?;
    Ok(filler.out)
}

struct Filler<'f, 'v> {
    lookup: &'f dyn Fn(&str) -> Option<&'v Variable>,
    longest: usize,
    out: Interpolated,
}

/// What stands behind a variable's name in braces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Default,
    Required,
    Alternative,
}

impl<'v> Filler<'_, 'v> {
    fn fill(&mut self, mut text: &str, depth: usize) -> Result<(), &'static str> {
        if depth > DEEPEST {
            return Err("defaults nest too deep");
        }
        while let Some(at) = text.find('$') {
            let (before, rest) = text.split_at(at);
            let rest = rest.get(1..).unwrap_or_default();
            self.push(before)?;
            text = if let Some(rest) = rest.strip_prefix('$') {
                self.push("$")?;
                rest
            } else if let Some(rest) = rest.strip_prefix('{') {
                let end = closing(rest).ok_or("a variable in braces is not closed")?;
                let (inner, rest) = rest.split_at(end);
                self.braced(inner, depth)?;
                rest.get(1..).unwrap_or_default()
            } else {
                let (name, rest) = rest.split_at(name_length(rest));
                if name.is_empty() {
                    self.push("$")?;
                } else if self.set(name).is_some() {
                    self.variable(name)?;
                } else {
                    self.out.unknown = true;
                    self.push("$")?;
                    self.push(name)?;
                }
                rest
            };
        }
        self.push(text)
    }

    fn braced(&mut self, inner: &str, depth: usize) -> Result<(), &'static str> {
        let (name, rest) = inner.split_at(name_length(inner));
        if name.is_empty() {
            return Err("what stands in `${}` is no variable");
        }
        if rest.is_empty() {
            return self.variable(name);
        }
        let (empty_too, rest) = match rest.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let operator = match rest.bytes().next() {
            Some(b'-') => Operator::Default,
            Some(b'?') => Operator::Required,
            Some(b'+') => Operator::Alternative,
            _ => return Err("what stands in `${}` is no variable"),
        };
        let other = rest.get(1..).unwrap_or_default();
        let set = self.set(name);
        let counts = set.is_some_and(|(_, value)| !empty_too || !value.text.is_empty());
        match (operator, counts, set) {
            (Operator::Alternative, true, Some((variable, _))) => {
                self.depends_on(variable);
                self.fill(other, depth + 1)
            }
            // Whoever runs it may set it.
            (Operator::Alternative, false, None) => {
                self.out.unknown = true;
                self.push("${")?;
                self.push(inner)?;
                self.push("}")
            }
            (Operator::Alternative, ..) => Ok(()),
            (_, true, _) => self.variable(name),
            (Operator::Default, false, set) => {
                if let Some((variable, _)) = set {
                    self.depends_on(variable);
                }
                self.fill(other, depth + 1)
            }
            (Operator::Required, false, _) => self.unset(name),
        }
    }

    fn set(&self, name: &str) -> Option<(&'v Variable, &'v super::Value)> {
        let variable = (self.lookup)(name)?;
        Some((variable, variable.value.as_ref()?))
    }

    fn variable(&mut self, name: &str) -> Result<(), &'static str> {
        let Some((variable, value)) = self.set(name) else { return self.unset(name) };
        self.out.unknown |= value.unknown;
        self.depends_on(variable);
        self.push(&value.text)
    }

    fn unset(&mut self, name: &str) -> Result<(), &'static str> {
        self.out.unknown = true;
        self.push("${")?;
        self.push(name)?;
        self.push("}")
    }

    fn depends_on(&mut self, variable: &Variable) {
        for place in variable.place.places() {
            if self.out.because.len() < MOST_PLACES && !self.out.because.contains(&place) {
                self.out.because.push(place);
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), &'static str> {
        if self.out.text.len() + text.len() > self.longest {
            return Err("variables make it too long");
        }
        self.out.text.push_str(text);
        Ok(())
    }
}

/// The length of the variable's name that a text starts with.
fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let ends = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    if starts { ends } else { 0 }
}

/// Where the brace that is open before a text is closed; on its own line, as in compose. Where the
/// braces of a line don't match, it is the last one.
fn closing(text: &str) -> Option<usize> {
    let line = text.split('\n').next().unwrap_or_default();
    let mut open = 1_usize;
    let mut skip = false;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if skip => skip = false,
            b'{' => {
                open += 1;
                skip = true;
            }
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    line.rfind('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Spanned, Value};

    fn variables() -> Vec<Variable> {
        let variable = |name: &str, text: Option<&str>, line: u32| Variable {
            name: name.into(),
            value: text.map(|text| Value { text: text.into(), unknown: text.contains('$') }),
            place: Spanned::new((), Span { line, ..Span::head(FileId(0)) }),
        };
        vec![
            variable("SET", Some("set"), 1),
            variable("EMPTY", Some(""), 2),
            variable("NAMED", None, 3),
            variable("OTHER", Some("${X}"), 4),
        ]
    }

    fn filled(text: &str) -> Result<Interpolated, &'static str> {
        let variables = variables();
        interpolate(text, &|name| variables.iter().find(|v| v.name == name), 100)
    }

    fn told(text: &str) -> String {
        match filled(text) {
            Ok(out) => {
                let lines: Vec<String> = out.because.iter().map(|s| s.line.to_string()).collect();
                let unknown = if out.unknown { "?" } else { "" };
                format!("{}{unknown} {}", out.text, lines.join(","))
            }
            Err(why) => format!("! {why}"),
        }
    }

    #[test]
    fn each_operator_asks_what_compose_asks() {
        for (text, expected) in [
            ("a", "a "),
            ("$SET-${SET}", "set-set 1"),
            ("$$SET $1 $", "$SET $1 $ "),
            ("$NO ${NO}", "$NO ${NO}? "),
            ("${NAMED}", "${NAMED}? "),
            ("${OTHER}", "${X}? 4"),
            ("${SET:-d}${EMPTY:-d}${NO:-d}", "setdd 1,2"),
            ("${SET-d}${EMPTY-d}${NO-d}", "setd 1,2"),
            ("${SET:?m}${SET?}", "setset 1"),
            ("${EMPTY:?m}", "${EMPTY}? "),
            ("[${EMPTY?m}]", "[] 2"),
            ("${NO:?m}${NO?}", "${NO}${NO}? "),
            ("${SET:+a}${EMPTY:+a}${SET+a}${EMPTY+a}", "aaa 1,2"),
            ("${NO:+a}", "${NO:+a}? "),
            ("${NO:-${SET}} ${NO:-${NO-x{y}}}", "set x{y} 1"),
            ("${NO:-} {b}", " {b} "),
            ("${NO:-{}", "{ "),
            ("${NO:-$$x}", "$x "),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn what_compose_refuses_is_an_error() {
        for text in ["${", "${}", "${1}", "${A/b/c}", "${A:x}", "${A:-\n}", "a ${ b"] {
            assert!(filled(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("{}x{}", "${A:-".repeat(50), "}".repeat(50));
        assert_eq!(filled(&deep), Err("defaults nest too deep"));
        assert_eq!(filled(&"$SET".repeat(34)), Err("variables make it too long"));
        assert!(filled(&"${A:-{".repeat(20_000)).is_err());
        assert!(filled(&"${A:-{}".repeat(20_000)).is_err());
    }
}
