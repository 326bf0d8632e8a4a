//! Overwrites the actions of a template, byte for byte, with what YAML can read: blanks, words, keys
//! and items.

use std::ops::Range;

use bstr::ByteSlice as _;

use crate::model::template::{Action, ActionKind};

/// The content with its actions overwritten, and where they were; `filled`: an action alone on its
/// line becomes a key or an item, else blanks.
pub(super) fn mask(content: &str, actions: &[Action], filled: bool) -> (String, Vec<Range<usize>>) {
    let mut masked = content.as_bytes().to_vec();
    for line in lines_of(content, actions) {
        let within = begins_behind(content, line.actions);
        let value = is_whole_value(content, line.actions);
        for action in line.actions {
            let text = match action.kind {
                ActionKind::Output => !value,
                ActionKind::Silent => false,
                _ => within,
            };
            let wordless = line.alone || !text;
            overwrite(&mut masked, action.range.clone(), if wordless { b' ' } else { b'x' });
        }
    }
    if filled {
        fill(content, actions, &mut masked);
    }
    prop(&mut masked);
    let masked = String::from_utf8(masked).unwrap_or_default();
    let hole = |action: &Action| action.range.clone();
    (masked, actions.iter().map(hole).collect())
}

/// Blanks where a block of text begins must not reach further in than the text: what is left of an
/// action there becomes part of the text.
fn prop(masked: &mut [u8]) {
    let (mut at, mut blanks, mut block): (usize, Vec<Range<usize>>, bool) = (0, Vec::new(), false);
    while at < masked.len() {
        let rest = masked.get(at..).unwrap_or_default();
        let end = at + rest.find_byte(b'\n').unwrap_or(rest.len());
        let line = masked.get(at..end).unwrap_or_default();
        let text = line.trim();
        if text.is_empty() {
            blanks.extend(block.then_some(at..end));
        } else {
            let indent = line.len() - line.trim_start().len();
            block = begins_block(text);
            for blank in blanks.drain(..) {
                let from = (blank.start + indent).min(blank.end);
                overwrite(masked, from..blank.end, b'x');
            }
        }
        at = end + 1;
    }
}

/// A line whose value is a block of text on the next ones.
fn begins_block(text: &[u8]) -> bool {
    let text = text.trim_end_with(|c| matches!(c, '-' | '+') || c.is_ascii_digit());
    let Some((b'|' | b'>', before)) = text.split_last() else { return false };
    before.ends_with(b": ") || before.ends_with(b"- ") || before.is_empty()
}

pub(super) fn overwrite(masked: &mut [u8], range: Range<usize>, with: u8) {
    for byte in masked.get_mut(range).unwrap_or_default() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = with;
        }
    }
}

/// Actions that share a line, or lines.
struct Line<'a> {
    actions: &'a [Action],
    /// Nothing else stands on it.
    alone: bool,
}

fn lines_of<'a>(content: &'a str, actions: &'a [Action]) -> Vec<Line<'a>> {
    let (mut lines, mut first) = (Vec::new(), 0);
    for (index, action) in actions.iter().enumerate() {
        let next = actions.get(index + 1).map_or(content.len(), |next| next.range.start);
        let between = content.get(action.range.end..next).unwrap_or_default();
        if !between.contains('\n') && index + 1 < actions.len() {
            continue;
        }
        let group = actions.get(first..=index).unwrap_or_default();
        first = index + 1;
        let alone = is_alone(content, group);
        lines.push(Line { actions: group, alone });
    }
    lines
}

fn is_alone(content: &str, group: &[Action]) -> bool {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return false };
    let blank = |text: Option<&str>| text.unwrap_or_default().trim().is_empty();
    let start = content
        .get(..first.range.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let rest = content.get(last.range.end..).unwrap_or_default();
    let end = last.range.end + rest.find('\n').unwrap_or(rest.len());
    let between = group.windows(2).all(|pair| match pair {
        [a, b] => blank(content.get(a.range.end..b.range.start)),
        _ => true,
    });
    between
        && blank(content.get(start..first.range.start))
        && blank(content.get(last.range.end..end))
}

/// Whether the blocks of a line begin and end within it, behind other text: then they are part of
/// that text, as what leaves text always is.
fn begins_behind(content: &str, line: &[Action]) -> bool {
    let mut depth = 0_i32;
    let mut lowest = 0;
    for one in line {
        match one.kind {
            ActionKind::Begin(_) => depth += 1,
            ActionKind::End => depth -= 1,
            _ => {}
        }
        lowest = lowest.min(depth);
    }
    let Some(first) = line.first() else { return false };
    let before = content.get(..first.range.start).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default().trim();
    depth == 0 && lowest == 0 && !before.is_empty()
}

/// Whether what an action leaves behind a key goes on with the lines below: it is no scalar then.
fn is_whole_value(content: &str, line: &[Action]) -> bool {
    let [action] = line else { return false };
    let code = content.get(action.code.clone()).unwrap_or_default();
    let before = content.get(..action.range.start).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    let behind = content.get(action.range.end..).unwrap_or_default();
    let Some((rest, below)) = behind.split_once('\n') else { return false };
    let before = before.trim_end();
    let value = before.ends_with(':') || before.trim_start() == "-";
    if !value || !rest.trim().is_empty() {
        return false;
    }
    let key = before.trim_start_matches([' ', '\t', '-']);
    let own =
        if key.is_empty() { shape(before.as_bytes()).0 } else { Some(before.len() - key.len()) };
    let several = code.contains("indent ") || code.contains("toYaml");
    // Whatever it leaves, it can't be text where keys or items follow.
    let follows = |line: &&str| {
        let text = line.trim();
        several || !text.starts_with("{{")
    };
    let mut lines = below.lines().take(40).filter(|line| shape(line.as_bytes()).0.is_some());
    let Some(next) = lines.find(follows) else { return false };
    let (indent, item) = shape(next.as_bytes());
    indent > own && (several || item || next.trim_end().ends_with(':') || next.contains(": "))
}

/// Puts a key or an item where an action that leaves text stands alone on its line.
fn fill(content: &str, actions: &[Action], masked: &mut [u8]) {
    // The indentation of each open level, and whether its lines are items.
    let mut levels: Vec<(usize, bool)> = Vec::new();
    let (mut at, mut next) = (0, 0);
    while at < masked.len() {
        let rest = masked.get(at..).unwrap_or_default();
        let end = at + rest.find_byte(b'\n').unwrap_or(rest.len());
        let (indent, dash) = shape(masked.get(at..end).unwrap_or_default());
        if let Some(indent) = indent {
            open(&mut levels, indent, dash);
        }
        while let Some(action) = actions.get(next).filter(|action| action.range.start < end) {
            next += 1;
            if indent.is_none() && action.kind == ActionKind::Output && action.range.end <= end {
                let column = action.range.start - at;
                let code = content.get(action.code.clone()).unwrap_or_default();
                // One that eats the blanks before it begins at the margin.
                let written = content.get(action.range.clone()).unwrap_or_default();
                let eats = written.starts_with("{{-") && code.contains(" indent ");
                let indent = wanted(code, if eats { 0 } else { column });
                let item = is_item(&mut levels, indent, masked.get(end..).unwrap_or_default());
                let from = (at + indent).max(at).min(end);
                put(masked, from.max(at), action.range.end, item);
                break;
            }
        }
        while actions.get(next).is_some_and(|action| action.range.start < end) {
            next += 1;
        }
        at = end + 1;
    }
}

/// How far a line is indented, `None` where it is empty; and whether it is an item.
fn shape(line: &[u8]) -> (Option<usize>, bool) {
    let text = line.trim_start_with(|c| c == ' ' || c == '\t');
    if text.trim().is_empty() || text.starts_with(b"#") {
        return (None, false);
    }
    (Some(line.len() - text.len()), text == b"-" || text.starts_with(b"- "))
}

fn open(levels: &mut Vec<(usize, bool)>, indent: usize, dash: bool) {
    while levels.last().is_some_and(|(level, _)| *level > indent) {
        levels.pop();
    }
    match levels.last_mut() {
        Some((level, item)) if *level == indent => *item = dash,
        _ => levels.push((indent, dash)),
    }
    if dash {
        levels.push((indent + 2, false));
    }
}

/// The column that an action's text will stand at.
fn wanted(code: &str, column: usize) -> usize {
    let number = |word: &str| {
        let behind = code.rsplit_once(word)?.1.trim_start();
        behind.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
    };
    match (number("nindent "), number("indent ")) {
        (Some(indent), _) => indent,
        (None, Some(indent)) => column + indent,
        (None, None) => column,
    }
}

/// Whether lines of this indentation are items here.
fn is_item(levels: &mut Vec<(usize, bool)>, indent: usize, behind: &[u8]) -> bool {
    while levels.last().is_some_and(|(level, _)| *level > indent) {
        levels.pop();
    }
    match levels.last() {
        Some((level, item)) if *level == indent && *item => true,
        _ => {
            let next = behind.lines().take(40).map(shape).find(|(indent, _)| indent.is_some());
            next == Some((Some(indent), true))
        }
    }
}

fn put(masked: &mut [u8], from: usize, end: usize, item: bool) {
    let Some(place) = masked.get_mut(from..end).filter(|place| place.len() >= 4) else { return };
    place.fill(b'x');
    if item {
        if let [dash, blank, ..] = place {
            (*dash, *blank) = (b'-', b' ');
        }
    } else if let Some(last) = place.last_mut() {
        *last = b':';
    }
}
