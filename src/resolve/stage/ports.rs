//! `EXPOSE`.

use super::builder::{Builder, Building, is_template, words};
use crate::model::{Instruction, Ports, Spanned};

/// How many words one variable of an `EXPOSE` may hold.
const WORDS: usize = 1_000;

impl Builder<'_> {
    /// `EXPOSE`: a variable may hold several words.
    pub(super) fn expose(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        let mut action = false;
        for word in words(instruction) {
            // Blanks inside a template's action part no words.
            let inside = action;
            action = if inside { !word.value.contains("}}") } else { opens_action(&word.value) };
            if inside {
                continue;
            }
            let mut expanded = self.expand_words(word, &to.scope);
            if is_template(&word.value) {
                expanded.words = vec![word.value.clone()];
            }
            self.spend(expanded.words.len() * 64, word.span);
            for text in expanded.words.iter().take(WORDS) {
                match read(text) {
                    Some(ports) => {
                        let because = expanded.because.clone();
                        to.stage.ports.push(Spanned { value: ports, span: word.span, because });
                    }
                    None => self.gap(word.span, "EXPOSE names no port"),
                }
            }
        }
    }
}

fn opens_action(word: &str) -> bool {
    word.rfind("{{").is_some_and(|at| !word.get(at..).unwrap_or_default().contains("}}"))
}

/// `[[ip:]host:]port[-last][/protocol]`; `None` where the builder would refuse it.
fn read(text: &str) -> Option<Ports> {
    if is_template(text) {
        return Some(Ports { range: None, protocol: "tcp".to_owned(), text: text.to_owned() });
    }
    let container = text.rsplit(':').next().unwrap_or(text);
    let (range, protocol) = container.split_once('/').unwrap_or((container, ""));
    let protocol = match protocol.to_ascii_lowercase() {
        empty if empty.is_empty() => "tcp".to_owned(),
        known if matches!(known.as_str(), "tcp" | "udp" | "sctp") => known,
        unknown if unknown.contains('$') => "tcp".to_owned(),
        _ => return None,
    };
    if text.contains('$') {
        return Some(Ports { range: None, protocol, text: text.to_owned() });
    }
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let range = (number(first)?, number(last)?);
    (range.0 <= range.1).then(|| Ports { range: Some(range), protocol, text: text.to_owned() })
}

/// As Go reads it: a sign and leading zeros are allowed.
fn number(text: &str) -> Option<u16> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn ports_and_ranges_are_read_as_the_builder_does() {
        for (text, range, protocol) in [
            ("80", Some((80, 80)), "tcp"),
            ("53/UDP", Some((53, 53)), "udp"),
            ("3000-3005/udp", Some((3000, 3005)), "udp"),
            ("127.0.0.1:8080:80/tcp", Some((80, 80)), "tcp"),
            ("080", Some((80, 80)), "tcp"),
            ("$PORT", None, "tcp"),
            ("$PORT/udp", None, "udp"),
            ("3000-$LAST", None, "tcp"),
        ] {
            let ports = read(text).unwrap();
            assert_eq!((ports.range, ports.protocol.as_str()), (range, protocol), "{text}");
        }
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in ["", "http", "80/icmp", "70000", "90-80", "80-", "-80", "80,443"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
