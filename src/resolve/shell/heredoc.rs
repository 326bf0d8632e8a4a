//! Here-documents: bodies that stand behind the line they are asked for on.

use super::Reader;
use super::word::{Builder, Field, Until};

/// Where reading goes on behind the bodies of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resume {
    /// The newline that ends the line.
    pub(super) newline: usize,
    /// One past the last body's closing delimiter.
    pub(super) end: usize,
}

impl Reader<'_, '_> {
    /// The body that `delimiter` closes. Where there is none, as when the builder took it out,
    /// it is empty.
    pub(super) fn body(&mut self, delimiter: &Field, strip: bool) -> Field {
        let resume = self.resume.unwrap_or_else(|| {
            let newline = self.at + self.rest().find('\n').unwrap_or(self.rest().len());
            Resume { newline, end: (newline + 1).min(self.end) }
        });
        let start = resume.end;
        let (end, next) = self.closing(start, &delimiter.text, strip);
        self.resume = Some(Resume { end: next, ..resume });
        let mut builder = Builder::new(false);
        if delimiter.quoted {
            builder.push(self.text.get(start..end).unwrap_or_default(), start);
        } else {
            let outer = (self.at, self.end, self.resume.take());
            (self.at, self.end) = (start, end);
            self.pieces(&mut builder, Until::Body, false);
            (self.at, self.end, self.resume) = outer;
        }
        let mut field = builder.into_field(end);
        field.quoted = true;
        field
    }

    /// The end of the body that starts at `start`, and what follows its closing line.
    fn closing(&self, start: usize, delimiter: &str, strip: bool) -> (usize, usize) {
        let mut at = start;
        let text = self.text.get(start..self.end).unwrap_or_default();
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let bare = if strip { bare.trim_start_matches('\t') } else { bare };
            if bare == delimiter {
                return (at, at + line.len());
            }
            at += line.len();
        }
        (at, at)
    }
}
