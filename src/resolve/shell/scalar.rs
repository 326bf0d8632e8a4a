//! Commands that stand in a structured file.

use super::read;
use crate::model::{File, Invocation, Node, Piece, Script, Shell, Spanned, Tree};
use crate::resolve::stage;

/// How far behind the word before a word of a scalar is looked for in the file.
const NEAR: usize = 1024;

/// The text of a scalar as a script: where each of its words stands, whichever style it is written
/// in, escapes aside.
pub(in crate::resolve) fn of_scalar(node: &Node, tree: &dyn Tree) -> Script {
    let (text, span) = (node.text().unwrap_or_default().to_owned(), node.span);
    let file = tree.known(span.file);
    let content = file.as_deref().map_or("", |file| file.text.content.as_str());
    let (mut at, end) = (span.start as usize, (span.end as usize).min(content.len()));
    let mut pieces = vec![Piece { at: 0, from: span.start, line: span.line }];
    let start = text.as_ptr() as usize;
    for word in text.split_whitespace() {
        let offset = word.as_ptr() as usize - start;
        let near = content.get(at..end.min(at.saturating_add(NEAR + word.len())));
        let near = near.or_else(|| content.get(at..end)).unwrap_or_default();
        let Some(found) = near.find(word) else { continue };
        pieces.extend(file.as_deref().map(|file| piece(file, offset, at + found)));
        at += found + word.len();
    }
    pieces.dedup_by(|b, a| b.line == a.line && b.from.wrapping_sub(a.from) == b.at - a.at);
    if let [first, second, ..] = pieces.as_slice()
        && first.at == second.at
    {
        pieces.remove(0);
    }
    Script { text, file: span.file, pieces }
}

fn piece(file: &File, at: usize, from: usize) -> Piece {
    let number = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Piece { at: number(at), from: number(from), line: file.text.line_of(from) }
}

/// A command: words that are run as they stand, or one string that is parted into words first and
/// no shell runs (`via_shell`: one does).
pub(in crate::resolve) fn invocation(
    node: &Node,
    via_shell: bool,
    tree: &dyn Tree,
) -> Option<Invocation> {
    let place = node.place(());
    if node.is_list() {
        let words: Vec<Spanned<String>> = node.items().iter().filter_map(Node::spanned).collect();
        let (shell, exec) = stage::exec(&words, &|_| None);
        return (!words.is_empty()).then_some(Invocation { place, exec, shell });
    }
    if node.is_null() || node.text().is_none_or(|text| text.trim().is_empty()) {
        return None;
    }
    let shell = read(&of_scalar(node, tree), &|_| None);
    if via_shell {
        return Some(Invocation { place, exec: false, shell });
    }
    let (shell, exec) = unwrapped(shell);
    Some(Invocation { place, exec, shell })
}

/// `sh -c TEXT` is `TEXT`, as in a list.
fn unwrapped(shell: Shell) -> (Shell, bool) {
    let [pipeline] = shell.pipelines.as_slice() else { return (shell, false) };
    let [command] = pipeline.commands.as_slice() else { return (shell, false) };
    let words: Vec<Spanned<String>> = command.words.iter().map(|word| word.text.clone()).collect();
    if words.is_empty() {
        return (shell, true);
    }
    stage::exec(&words, &|_| None)
}
