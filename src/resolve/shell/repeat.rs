//! Loops over words that stand there: their body is read once for each of them.

use super::draft::Draft;
use super::{Reader, Scope};
use crate::model::Word;

/// How many words a body is read for; a longer list is one of words that can't be known.
const WORDS: usize = 16;
/// How many bytes of bodies are read again in one script at most, how many times its length that
/// may be, and how many where its length is not known.
pub(super) const BYTES: usize = 1 << 16;
pub(super) const TIMES: usize = 8;
pub(super) const FEW: usize = 1 << 12;

/// `for NAME in WORD…`, behind its first word.
#[derive(Debug)]
pub(super) struct Header {
    name: String,
    /// The last one first.
    left: Vec<String>,
}

/// A loop whose body is being read.
#[derive(Debug)]
pub(super) struct Loop {
    header: Header,
    /// Where its body starts.
    body: usize,
    /// How many groups are open in it.
    depth: usize,
}

impl Scope<'_> {
    /// What a loop goes over; none where that can't be known.
    pub(super) fn header(&mut self, name: &str, words: Vec<&Word>) {
        let words = if words.len() > WORDS { Vec::new() } else { words };
        let mut left: Vec<String> = words.iter().rev().map(|word| word.as_str().into()).collect();
        self.set(name, left.pop());
        self.header = Some(Header { name: name.to_owned(), left });
    }
}

impl Reader<'_, '_> {
    /// `do`: remembers where the body of a loop over several words starts.
    pub(super) fn begin_loop(&mut self, draft: &mut Draft) {
        self.at += "do".len();
        let header = self.scope.header.take().filter(|header| !header.left.is_empty());
        let (body, depth) = (self.at, draft.depth());
        draft.loops.extend(header.map(|header| Loop { header, body, depth }));
    }

    /// `done`: goes back to the start of the body where a word is left. A here-document in it is
    /// read once only, as it stands in the file: then the variable can't be known.
    pub(super) fn again(&mut self, draft: &mut Draft) -> bool {
        let depth = draft.depth();
        draft.loops.retain(|one| one.depth <= depth);

        let Some(innermost) = draft.loops.last_mut().filter(|one| one.depth == depth) else {
            return false;
        };
        let body = self.text.get(innermost.body..self.at).unwrap_or_default();
        let rest = self.scope.again.checked_sub(body.len()).filter(|_| !body.contains("<<"));
        let next = rest.and_then(|_| innermost.header.left.pop());
        let (name, start) = (innermost.header.name.clone(), innermost.body);
        let found = next.is_some();
        if found || !innermost.header.left.is_empty() {
            self.scope.set(&name, next);
        }
        if found {
            self.scope.again = rest.unwrap_or_default();
            self.at = start;
        } else {
            draft.loops.pop();
        }
        found
    }
}
