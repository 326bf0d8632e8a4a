//! Environment files: `NAME=value`, one a line, as compose reads them.
//!
//! Many other tools read such files, each a little differently: what one of them refuses is passed
//! over here, never a gap.
//!
//! Source: Compose Specification, "`.env` file syntax"; compose-go, `dotenv/parser.go`.

use std::collections::HashMap;

use bstr::BStr;

use super::{Surface, always};
use crate::model::{
    Declared, FileKind, Gap, GapKind, Interpolated, Reading, Spanned, Text, Value, Variable,
    interpolate,
};

pub(super) const SURFACE: Surface =
    Surface { id: "environment", kind: FileKind::Environment, recognises, concerns: always, read };

/// More variables than anyone sets in one file.
const MOST: usize = 10_000;
/// What one value may come to, in bytes.
const LONGEST: usize = 64 << 10;
/// What all values of a file may come to.
const LARGEST: usize = 4 << 20;

/// `.env`, `.env.local`, `web.env`, in any case.
fn recognises(path: &BStr) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    name.ends_with(b".env") || name.starts_with(b".env.")
}

fn read(text: &Text) -> Reading {
    let mut reader = Reader { text, at: 0, found: Vec::new(), index: HashMap::new(), size: 0 };
    if text.content.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    while reader.found.len() < MOST && reader.statement().is_some() {}
    let mut gaps = Vec::new();
    if reader.rest().trim_start().len() > 1 {
        let message = format!("only the first {MOST} variables are read");
        gaps.push(Gap::of(GapKind::Limit, text.path.clone(), message));
    }
    Reading { declared: Declared::Environment(reader.found), gaps }
}

struct Reader<'t> {
    text: &'t Text,
    at: usize,
    found: Vec<Variable>,
    /// The variable that counts, by name.
    index: HashMap<String, usize>,
    size: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.content.get(self.at..).unwrap_or_default()
    }

    /// One variable or comment; `None` at the end.
    fn statement(&mut self) -> Option<()> {
        self.skip(char::is_whitespace);
        if self.rest().is_empty() {
            return None;
        }
        if self.rest().starts_with('#') {
            self.skip(|c| c != '\n');
            return Some(());
        }
        if let Some(rest) = self.rest().strip_prefix("export")
            && rest.starts_with(is_blank)
        {
            self.at += "export".len();
            self.skip(is_blank);
        }
        let (start, rest) = (self.at, self.rest());
        let end = rest.find(['=', ':', '\n']).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().trim();
        self.at += end;
        if !rest.get(end..).unwrap_or_default().starts_with(['=', ':']) {
            // Taken from whoever runs it.
            if !name.contains(is_blank) {
                let place = Spanned::new((), self.text.span(start..start + name.len()));
                self.add(name, None, place);
            }
            return Some(());
        }
        self.at += 1;
        self.skip(is_blank);
        let (filled, end) = self.value();
        let place = Spanned::new((), self.text.span(start..end)).because(filled.because);
        self.add(name, Some(Value { text: filled.text, unknown: filled.unknown }), place);
        Some(())
    }

    fn add(&mut self, name: &str, value: Option<Value>, place: Spanned<()>) {
        if !name.is_empty() {
            self.index.insert(name.to_owned(), self.found.len());
            self.found.push(Variable { name: name.to_owned(), value, place });
        }
    }

    fn skip(&mut self, what: fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(what).len();
    }

    /// A value and where it ends.
    fn value(&mut self) -> (Interpolated, usize) {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote
            && let Some((value, length)) = quoted(rest.get(1..).unwrap_or_default(), quote)
        {
            self.at += length + 2;
            let value = match quote {
                '"' => self.filled(&unescaped(&value)),
                _ => Interpolated { text: value, ..Interpolated::default() },
            };
            return (value, self.at);
        }
        let line = rest.split('\n').next().unwrap_or_default();
        let value = line.split(" #").next().unwrap_or_default().trim_end();
        let end = self.at + value.len();
        self.at += line.len();
        (self.filled(value), end)
    }

    fn filled(&mut self, text: &str) -> Interpolated {
        let lookup = |name: &str| self.index.get(name).and_then(|&at| self.found.get(at));
        let room = LARGEST.saturating_sub(self.size).min(LONGEST);
        let as_written = || Interpolated { text: text.to_owned(), ..Interpolated::default() };
        let filled = interpolate(text, &lookup, room).unwrap_or_else(|_| as_written());
        self.size += filled.text.len();
        filled
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && c != '\n'
}

/// What stands before the closing quote, which a backslash hides, and its length as written.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if c == quote && !escaped => return Some((value, at)),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            _ if escaped && c != quote => value.push('\\'),
            _ => {}
        }
        escaped = false;
        value.push(c);
    }
    None
}

/// The escapes that count between double quotes; `\$` becomes `$$`, which stands for itself.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let mut characters = behind.chars().skip(1);
        let mut length = 2;
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some('"') => out.push('"'),
            Some('\\') => out.push('\\'),
            Some('$') => out.push_str("$$"),
            Some('0') => {
                let digits: String =
                    characters.take(3).take_while(|c| matches!(c, '0'..='7')).collect();
                let code = u32::from_str_radix(&digits, 8).ok().filter(|_| digits.len() == 3);
                match code.and_then(char::from_u32) {
                    Some(c) => {
                        out.push(c);
                        length += digits.len();
                    }
                    None => out.push_str("\\0"),
                }
            }
            _ => {
                out.push('\\');
                length = 1;
            }
        }
        rest = behind.get(length..).unwrap_or_default();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    fn told(content: &str) -> Vec<String> {
        let text = Text::new(FileId(0), ".env", content.as_bytes());
        let Declared::Environment(found) = read(&text).declared else { panic!() };
        let line = |variable: &Variable| {
            let span = variable.place.span;
            let written = &content[span.start as usize..span.end as usize];
            let value = match &variable.value {
                Some(value) => format!("{:?}{}", value.text, if value.unknown { "?" } else { "" }),
                None => "-".to_owned(),
            };
            let because: Vec<u32> = variable.place.because.iter().map(|span| span.line).collect();
            format!("{} {}={value} {written:?} {because:?}", span.line, variable.name)
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn names_are_told_from_values() {
        let text = "# c\n\nA=1\n export  B = two words  # c\r\nC: x#y\nD\nE=\nF.g-h=#x\nG";
        let expected = [
            r#"3 A="1" "A=1" []"#,
            r#"4 B="two words" "B = two words" []"#,
            r#"5 C="x#y" "C: x#y" []"#,
            r#"6 D=- "D" []"#,
            r#"7 E="" "E=" []"#,
            r##"8 F.g-h="#x" "F.g-h=#x" []"##,
            r#"9 G=- "G" []"#,
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn quotes_decide_what_is_filled_in() {
        let text = concat!(
            "A='$X \\' \\n' # c\nB=\"$A\\n\\$Y\\\"\\0101\" \nC=\"two\nlines\"\n",
            "D=${A}-${NO:-d}\nE=$NO\nF=\"open\nG=$F\n",
        );
        let expected = [
            r#"1 A="$X ' \\n" "A='$X \\' \\n'" []"#,
            r#"2 B="$X ' \\n\n$Y\"A" "B=\"$A\\n\\$Y\\\"\\0101\"" [1]"#,
            r#"3 C="two\nlines" "C=\"two\nlines\"" []"#,
            r#"5 D="$X ' \\n-d" "D=${A}-${NO:-d}" [1]"#,
            r#"6 E="$NO"? "E=$NO" []"#,
            r#"7 F="\"open" "F=\"open" []"#,
            r#"8 G="\"open" "G=$F" [7]"#,
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn values_of_values_stay_bounded() {
        let mut text = format!("A0={}\n", "x".repeat(1000));
        for at in 1..5000 {
            let of = at - 1;
            text = format!("{text}A{at}=$A{of}$A{of}\n");
        }
        let text = Text::new(FileId(0), ".env", text.as_bytes());
        let Declared::Environment(found) = read(&text).declared else { panic!() };
        let size: usize = found.iter().filter_map(|v| v.value.as_ref()).map(|v| v.text.len()).sum();
        assert!(size < 2 * LARGEST, "{size}");
    }

    #[test]
    fn environment_files_are_known_by_name() {
        for name in [".env", "a/.ENV", ".env.local", "web.env", ".env.example"] {
            assert!(recognises(name.into()), "{name}");
        }
        for name in ["env", ".envrc", "a.env/b", "environment.py"] {
            assert!(!recognises(name.into()), "{name}");
        }
    }
}
