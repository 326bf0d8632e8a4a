//! The objects read last. Both sides of a push share most folders, and a commit is asked for more
//! than once.

use std::collections::VecDeque;

use gix::hash::oid;
use gix::objs::Kind;

use super::Id;

const MOST: usize = 64;
const MOST_BYTES: usize = 2 << 20;
/// Larger ones are rarely wanted again, and would push out all others.
const LARGEST: usize = MOST_BYTES / 8;

/// A bounded memory of objects; content never changes under an id.
#[derive(Default)]
pub(super) struct Recent {
    objects: VecDeque<(Id, Kind, Box<[u8]>)>,
    bytes: usize,
}

impl Recent {
    /// An object's kind and content.
    pub(super) fn get(&self, id: &oid) -> Option<(Kind, &[u8])> {
        let found = self.objects.iter().rev().find(|(known, ..)| *known == id);
        found.map(|(_, kind, content)| (*kind, &**content))
    }

    pub(super) fn keep(&mut self, id: &oid, kind: Kind, content: &[u8]) {
        if content.len() > LARGEST {
            return;
        }
        self.bytes += content.len();
        self.objects.push_back((id.to_owned(), kind, content.into()));
        while self.objects.len() > MOST || self.bytes > MOST_BYTES {
            let Some((.., oldest)) = self.objects.pop_front() else { break };
            self.bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::from_hex(format!("{number:040x}").as_bytes()).unwrap()
    }

    #[test]
    fn the_oldest_make_room() {
        let mut recent = Recent::default();
        for number in 0..=MOST {
            recent.keep(&id(number), Kind::Blob, number.to_string().as_bytes());
        }
        assert_eq!(recent.get(&id(0)), None);
        assert_eq!(recent.get(&id(1)), Some((Kind::Blob, &b"1"[..])));
        for number in 100..100 + MOST_BYTES / LARGEST {
            recent.keep(&id(number), Kind::Tree, &vec![b'x'; LARGEST]);
        }
        assert_eq!(recent.get(&id(MOST)), None);
        assert!(recent.get(&id(100)).is_some());
        recent.keep(&id(9), Kind::Blob, &vec![b'x'; LARGEST + 1]);
        assert_eq!(recent.get(&id(9)), None);
    }
}
