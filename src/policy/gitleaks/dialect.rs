//! Go's regular expressions in the words of this program's.
//!
//! Source: Go, package regexp/syntax; the `regex` crate, "Syntax".

/// Classes that mean ASCII in Go: inside brackets, and alone.
const CLASSES: &[(char, &str)] = &[('d', "0-9"), ('w', "0-9A-Za-z_"), ('s', r"\t\n\f\r ")];

/// The same pattern where the two dialects differ: `\Q…\E`, braces and brackets that stand for
/// themselves, classes that are ASCII.
pub(super) fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let (mut rest, mut class) = (pattern, false);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if let Some(quoted) = rest.strip_prefix(r"\Q") {
            let (text, next) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            out.push_str(&regex::escape(text));
            rest = next;
            continue;
        }
        if c == '\\' {
            let Some(escaped) = after.chars().next() else { break };
            escape(escaped, class, &mut out);
            rest = after.get(escaped.len_utf8()..).unwrap_or_default();
            continue;
        }
        match (c, class) {
            ('[', true) if !after.starts_with(':') => out.push_str(r"\["),
            ('&' | '~', true) => out.extend(['\\', c]),
            ('[', false) => {
                class = true;
                out.push('[');
                let mut inside = after;
                if let Some(next) = inside.strip_prefix('^') {
                    out.push('^');
                    inside = next;
                }
                // A bracket that comes first is one of the class.
                if let Some(next) = inside.strip_prefix(']') {
                    out.push_str(r"\]");
                    inside = next;
                }
                rest = inside;
                continue;
            }
            ('[', true) => {
                let (name, next) = after.split_once(":]").unwrap_or((after, ""));
                out.extend(["[", name, ":]"]);
                rest = next;
                continue;
            }
            (']', true) => {
                class = false;
                out.push(']');
            }
            ('{', false) if !counts(after) => out.push_str(r"\{"),
            _ => out.push(c),
        }
        rest = after;
    }
    out
}

fn escape(c: char, class: bool, out: &mut String) {
    let ascii = CLASSES.iter().find(|(name, _)| *name == c.to_ascii_lowercase());
    match (ascii, class) {
        (Some((_, set)), true) if c.is_ascii_lowercase() => out.push_str(set),
        (Some((_, set)), false) if c.is_ascii_lowercase() => out.extend(["[", set, "]"]),
        (Some((_, set)), false) => out.extend(["[^", set, "]"]),
        (None, false) if matches!(c, 'b' | 'B') => {
            out.push_str(r"(?-u:\");
            out.extend([c, ')']);
        }
        (None, _) if matches!(c, '<' | '>') => out.push(c),
        _ => out.extend(['\\', c]),
    }
}

/// `3}`, `3,}` or `3,5}`: the rest of a count.
fn counts(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}
