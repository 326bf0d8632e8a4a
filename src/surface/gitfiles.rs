//! `.gitattributes` and `.gitmodules`: what git does to files on their way to a build.
//!
//! Source: gitattributes(5), gitmodules(5), git-config(1) "Syntax".

use bstr::BStr;

use super::{Surface, always};
use crate::model::{Attribute, Declared, FileKind, Reading, Spanned, Submodule, Text};

pub(super) const ATTRIBUTES: Surface = Surface {
    id: "gitattributes",
    kind: FileKind::Attributes,
    recognises: |path| last(path) == b".gitattributes",
    concerns: always,
    read: attributes,
};

/// git reads the one at the top only.
pub(super) const MODULES: Surface = Surface {
    id: "gitmodules",
    kind: FileKind::Submodules,
    recognises: |path| path == ".gitmodules",
    concerns: always,
    read: modules,
};

/// More macros than anyone defines; what is beyond counts as an attribute of its own.
const MOST_MACROS: usize = 64;
/// What one file may come to, macros expanded.
const MOST: usize = 10_000;
/// git leaves out longer lines.
const LONGEST_LINE: usize = 2048;

fn last(path: &BStr) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

/// The lines of a file with their spans, blanks at the ends taken off.
fn lines(text: &Text) -> impl Iterator<Item = Spanned<&str>> {
    (1..=text.lines()).filter_map(|number| {
        let line = text.line(number)?.trim();
        let range = text.line_range(number)?;
        (range.len() <= LONGEST_LINE).then(|| Spanned::new(line, text.span(range)))
    })
}

fn attributes(text: &Text) -> Reading {
    let mut macros: Vec<(&str, Vec<(&str, &str)>)> = Vec::new();
    let mut found = Vec::new();
    for line in lines(text).filter(|line| !line.value.starts_with('#')) {
        let Some((pattern, rest)) = split_pattern(line.value) else { continue };
        let set = expanded(&macros, rest);
        if let Some(name) = pattern.strip_prefix("[attr]") {
            if macros.len() < MOST_MACROS {
                macros.push((name, set));
            }
            continue;
        }
        for (name, value) in set.into_iter().take(MOST.saturating_sub(found.len())) {
            found.push(line.with(Attribute {
                pattern: pattern.to_owned(),
                name: name.to_owned(),
                value: value.to_owned(),
            }));
        }
    }
    Reading { declared: Declared::Attributes(found), gaps: Vec::new() }
}

/// The pattern, which may stand in quotes, and the attributes behind it.
fn split_pattern(line: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = line.strip_prefix('"') {
        return quoted.split_once('"');
    }
    line.split_once(char::is_whitespace)
}

/// `name`, `-name`, `!name` and `name=value`; a macro stands for what it was defined as.
fn expanded<'t>(
    macros: &[(&'t str, Vec<(&'t str, &'t str)>)],
    words: &'t str,
) -> Vec<(&'t str, &'t str)> {
    let mut set = Vec::new();
    for word in words.split_whitespace() {
        let (name, value) = match (word.strip_prefix(['-', '!']), word.split_once('=')) {
            (Some(name), _) => (name, "unset"),
            (None, Some(pair)) => pair,
            (None, None) => (word, "set"),
        };
        set.push((name, value));
        let known = macros.iter().rev().find(|(known, _)| *known == name && value == "set");
        let room = MOST.saturating_sub(set.len());
        set.extend(known.into_iter().flat_map(|(_, set)| set.iter().copied()).take(room));
    }
    set
}

fn modules(text: &Text) -> Reading {
    let mut name = String::new();
    let mut found = Vec::new();
    for line in lines(text) {
        if let Some(section) = line.value.strip_prefix('[') {
            let section = section.split(']').next().unwrap_or_default();
            let module =
                section.strip_prefix("submodule").map(|name| name.trim().trim_matches('"'));
            module.unwrap_or_default().clone_into(&mut name);
        } else if let Some((key, value)) = line.value.split_once('=')
            && key.trim().eq_ignore_ascii_case("url")
            && !name.is_empty()
        {
            let url = value.trim().trim_matches('"').to_owned();
            found.push(line.with(Submodule { name: name.clone(), url }));
        }
    }
    Reading { declared: Declared::Submodules(found), gaps: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    fn told(path: &str, bytes: &str) -> Vec<String> {
        let text = Text::new(FileId(0), path, bytes.as_bytes());
        let reading = (super::super::of(path.into()).unwrap().read)(&text);
        match reading.declared {
            Declared::Attributes(all) => {
                let line = |a: Spanned<Attribute>| {
                    let Attribute { pattern, name, value } = a.value;
                    format!("{}: {pattern} {name}={value}", a.span.line)
                };
                all.into_iter().map(line).collect()
            }
            Declared::Submodules(all) => {
                all.into_iter().map(|m| format!("{} {}", m.value.name, m.value.url)).collect()
            }
            _ => panic!("{path}"),
        }
    }

    #[test]
    fn attributes_are_read_as_git_reads_them() {
        let text = "# x\n[attr]hid filter=lfs -text\n*.a  hid\n\"b c\" !diff x=1\nalone\n";
        let expected = [
            "3: *.a hid=set",
            "3: *.a filter=lfs",
            "3: *.a text=unset",
            "4: b c diff=unset",
            "4: b c x=1",
        ];
        assert_eq!(told("d/.gitattributes", text), expected);
    }

    #[test]
    fn submodules_have_a_name_and_a_source() {
        let text = "[core]\nurl = no\n[submodule \"a b\"]\n\tpath = p\n\tURL = \"u\"\n";
        assert_eq!(told(".gitmodules", text), ["a b u"]);
        assert!(super::super::of("d/.gitmodules".into()).is_none());
    }

    #[test]
    fn macros_of_macros_do_not_blow_up() {
        let mut text = "[attr]m0 x\n".to_owned();
        for at in 1..64 {
            let of = at - 1;
            text = format!("{text}[attr]m{at} m{of} m{of} m{of}\n");
        }
        assert!(told(".gitattributes", &format!("{text}* m63\n")).len() <= MOST);
    }
}
