//! Systemd units that start containers: Podman's quadlets, their drop-ins, and services whose
//! command line is `docker run` or the like.
//!
//! Source: systemd.syntax(7), systemd.service(5), podman-systemd.unit(5).

use std::ops::Range;
use std::rc::Rc;

use bstr::{BStr, ByteSlice as _};

use super::Surface;
use crate::model::{Content, Declared, Entry, FileKind, Gap, Node, Reading, Spanned, Text};

/// How many lines a unit may have.
const LINES: usize = 20_000;
/// What a quadlet's name ends with, and the section that makes it one.
const QUADLETS: &[(&[u8], &[u8])] = &[
    (b".container", b"[Container]"),
    (b".pod", b"[Pod]"),
    (b".kube", b"[Kube]"),
    (b".build", b"[Build]"),
    (b".volume", b"[Volume]"),
    (b".network", b"[Network]"),
    (b".image", b"[Image]"),
];
/// What starts a container in a service.
const STARTS: &[&[u8]] =
    &[b"docker run", b"podman run", b"nerdctl run", b"docker create", b"podman create"];

pub(super) const SURFACE: Surface =
    Surface { id: "quadlet", kind: FileKind::Quadlet, recognises, concerns, read };

fn recognises(path: &BStr) -> bool {
    path.ends_with(b".service") || is_drop_in(path) || section(path).is_some()
}

/// The section that a file of this name has if it is a quadlet.
fn section(path: &[u8]) -> Option<&'static [u8]> {
    let quadlet = QUADLETS.iter().find(|(suffix, _)| path.ends_with(suffix));
    quadlet.map(|(_, section)| *section)
}

/// `web.container.d/10-limits.conf`.
fn is_drop_in(path: &BStr) -> bool {
    let folder = path.rfind_byte(b'/').and_then(|at| path.get(..at)).unwrap_or_default();
    let unit = folder.strip_suffix(b".d").unwrap_or_default();
    path.ends_with(b".conf")
        && QUADLETS.iter().any(|(suffix, _)| {
            unit.ends_with(suffix) || unit.rsplit(|byte| *byte == b'/').next() == suffix.get(1..)
        })
}

fn concerns(path: &BStr, content: &[u8]) -> bool {
    let starts = |section: &[u8]| {
        content.find_iter(section).any(|at| at == 0 || content.get(at - 1) == Some(&b'\n'))
    };
    if path.ends_with(b".service") {
        return starts(b"[Service]") && STARTS.iter().any(|start| content.contains_str(start));
    }
    if is_drop_in(path) {
        return content.first() != Some(&b'{');
    }
    // Networks of systemd-networkd have the same section and one that says which they match.
    section(path).is_some_and(starts) && !starts(b"[Match]")
}

/// Sections in order, each a mapping of its settings in order; what stands twice is there twice.
/// A value that goes on in the next line keeps its length: what is no part of it reads as blanks.
fn read(text: &Text) -> Reading {
    let (mut sections, mut gaps) = (Vec::new(), Vec::new());
    let mut open: Option<(Spanned<String>, Vec<Entry>)> = None;
    let mut lines = Lines { text, next: 1 };
    while let Some(range) = lines.logical() {
        let line = text.content.get(range.clone()).unwrap_or_default();
        if let Some(name) = line.trim().strip_prefix('[') {
            let name = name.trim_end_matches(']').to_owned();
            let head = Spanned::new(name, text.span(trimmed(line, range)));
            close(open.replace((head, Vec::new())), &mut sections);
        } else if let (Some((_, entries)), Some(entry)) =
            (&mut open, entry(text, line, range.clone()))
        {
            entries.push(entry);
        } else if !is_lenient(text.path.as_ref(), line) {
            let span = text.span(trimmed(line, range));
            gaps.push(Gap::at(text, span, "neither a section nor a setting of one"));
        }
        if lines.next as usize > LINES {
            let span = text.span(text.content.len()..text.content.len());
            gaps.push(Gap::at(text, span, "the rest of a very long unit is not read"));
            break;
        }
    }
    close(open, &mut sections);
    let span = text.span(0..text.content.len());
    let root = Node::new(Content::Map(Rc::new(sections)), span);
    Reading { declared: Declared::Tree(vec![root]), gaps }
}

fn close(open: Option<(Spanned<String>, Vec<Entry>)>, sections: &mut Vec<Entry>) {
    if let Some((key, entries)) = open {
        let span = entries.last().map_or(key.span, |last| key.span.to(last.value.span));
        sections.push(Entry { key, value: Node::new(Content::Map(Rc::new(entries)), span) });
    }
}

/// Systemd itself steps over what it can't read; a line of a template is none of the unit.
fn is_lenient(path: &BStr, line: &str) -> bool {
    path.ends_with(b".service") || line.trim_start().starts_with(['{', '<', '%'])
}

/// `Key=value`.
fn entry(text: &Text, line: &str, range: Range<usize>) -> Option<Entry> {
    let equals = line.find('=')?;
    let key = line.get(..equals)?;
    let key_range = trimmed(key, range.start..range.start + equals);
    let value = line.get(equals + 1..)?;
    let value_range = trimmed(value, range.start + equals + 1..range.end);
    let value = text.content.get(value_range.clone())?;
    let key = Spanned::new(key.trim().to_owned(), text.span(key_range));
    Some(Entry { key, value: Node::scalar(unfolded(value), true, text.span(value_range)) })
}

/// The same range without blanks at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let start = range.start + (text.len() - text.trim_start().len());
    start..(start + text.trim().len()).max(start)
}

/// A value in one line, byte for byte: the backslash at the end of a line, the end of the line and
/// comments between the lines are blanks.
fn unfolded(value: &str) -> String {
    if !value.contains('\n') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    for (index, line) in value.split_inclusive('\n').enumerate() {
        let body = line.trim_end_matches(['\n', '\r']);
        if index > 0 && is_comment(body) {
            out.extend(std::iter::repeat_n(' ', line.len()));
            continue;
        }
        let kept =
            if body.len() == line.len() { body } else { body.strip_suffix('\\').unwrap_or(body) };
        out.push_str(kept);
        out.extend(std::iter::repeat_n(' ', line.len() - kept.len()));
    }
    out
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

/// The lines of a unit, those that a backslash joins as one, comments and blank lines left out.
struct Lines<'a> {
    text: &'a Text,
    next: u32,
}

impl Lines<'_> {
    fn logical(&mut self) -> Option<Range<usize>> {
        loop {
            let first = self.text.line_range(self.next)?;
            let line = self.text.content.get(first.clone()).unwrap_or_default();
            self.next += 1;
            if line.trim().is_empty() || is_comment(line) {
                continue;
            }
            let mut range = first;
            let mut continued = line.ends_with('\\');
            while continued {
                let Some(further) = self.text.line_range(self.next) else { break };
                let line = self.text.content.get(further.clone()).unwrap_or_default();
                self.next += 1;
                continued = is_comment(line) || line.ends_with('\\');
                range.end = further.end;
            }
            return Some(range);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::FileId;

    fn unit(content: &str) -> (Text, Reading) {
        let text = Text::new(FileId(0), "web.container", content.as_bytes());
        let reading = read(&text);
        (text, reading)
    }

    fn sections(reading: &Reading) -> &[Entry] {
        let Declared::Tree(documents) = &reading.declared else { panic!("no tree") };
        documents[0].entries()
    }

    #[test]
    fn values_go_on_in_the_next_line() {
        let (text, reading) = unit(
            "# head\n[Container]\nImage = web:1\nPodmanArgs=--privileged \\\n; no\n  --pid=host\n\nEnvironment=\n",
        );
        assert!(reading.gaps.is_empty());
        let container = &sections(&reading)[0].value;
        assert_eq!(container.get("Image").unwrap().text(), Some("web:1"));
        let args = container.get("PodmanArgs").unwrap();
        let words: Vec<&str> = args.text().unwrap().split_whitespace().collect();
        assert_eq!(words, ["--privileged", "--pid=host"]);
        assert_eq!((args.span.line, args.span.end_line), (4, 6));
        let at = args.text().unwrap().find("--pid").unwrap() + args.span.start as usize;
        assert!(text.content[at..].starts_with("--pid=host"));
        assert_eq!(container.get("Environment").unwrap().text(), Some(""));
    }

    #[test]
    fn what_is_no_setting_is_a_gap() {
        let (_, reading) = unit("x=1\n[Container]\nImage=a\nnonsense\n");
        assert_eq!(reading.gaps.len(), 2);
        assert_eq!(sections(&reading).len(), 1);
    }

    #[test]
    fn only_units_with_such_a_section() {
        let is = |path: &str, content: &str| {
            recognises(path.into()) && concerns(path.into(), content.as_bytes())
        };
        assert!(is("a/web.container", "[Unit]\n[Container]\nImage=x\n"));
        assert!(is("a/web.container.d/10.conf", "[Container]\n"));
        assert!(is("container.d/10.conf", "[Container]\n"));
        assert!(is("x.service", "[Service]\nExecStart=/usr/bin/docker run x\n"));
        assert!(!is("x.service", "[Service]\nExecStart=/usr/bin/x\n"));
        assert!(!is("eth0.network", "[Match]\nName=eth0\n[Network]\nDHCP=yes\n"));
        assert!(!is("doc/x.pod", "=head1 NAME\n\nthe [Pod] section\n"));
        assert!(!is("nginx.conf.d/x.conf", "[Container]\n"));
    }

    proptest! {
        #[test]
        fn values_keep_their_length(content in "(\\[Container\\]\n)?([ a-zA-Zäö=\\\\#;\\[\\]\r]{0,12}\n){0,12}") {
            let (text, reading) = unit(&content);
            for entry in sections(&reading).iter().flat_map(|section| section.value.entries()) {
                let span = entry.value.span;
                prop_assert_eq!(entry.value.text().unwrap().len(), (span.end - span.start) as usize);
                prop_assert!(span.end as usize <= text.content.len());
            }
        }
    }
}
