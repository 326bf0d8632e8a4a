//! What could not be read, told once where one cause makes many lines unreadable.

use crate::model::{Gap, GapKind, Span, Text};

/// More unreadable lines say no more about a file.
const MOST: usize = 100;

const ACTIONS: [&str; 4] = ["{{", "{%", "<%", "@@"];

#[derive(Debug)]
pub(super) struct Gaps<'a> {
    text: &'a Text,
    told: Vec<Gap>,
    first: Option<Span>,
    count: usize,
    /// A template's action stands in a line at fault.
    action: bool,
    /// The file has no stage at all: by itself nothing is built from it.
    part: bool,
}

impl<'a> Gaps<'a> {
    pub(super) fn new(text: &'a Text) -> Self {
        Self { text, told: Vec::new(), first: None, count: 0, action: false, part: false }
    }

    /// Whether anything is wrong so far.
    pub(super) fn any(&self) -> bool {
        self.count > 0
    }

    /// The file has no stage: by itself nothing is built from it.
    pub(super) fn no_stage(&mut self) {
        self.part = true;
    }

    /// Something is wrong with the text of a span.
    pub(super) fn tell(&mut self, span: Span, message: impl Into<String>) {
        self.first.get_or_insert(span);
        self.count += 1;
        // Past the bound nothing is looked at: spans may be large, and many.
        if self.count <= MOST {
            let fault = self.text.content.get(span.start as usize..span.end as usize);
            let action = |fault: &str| ACTIONS.iter().any(|mark| fault.contains(mark));
            self.action |= fault.is_some_and(action);
            self.told.push(Gap::at(self.text, span, message));
        }
    }

    /// Something is wrong from a place on, whatever stands there.
    pub(super) fn tell_at(&mut self, span: Span, message: impl Into<String>) {
        self.tell(Span { end: span.start, end_line: span.line, ..span }, message);
    }

    /// All of them; a single one where the file is a template or in another language.
    pub(super) fn finish(mut self, template: bool, foreign: bool) -> Vec<Gap> {
        let Some(first) = self.first else { return self.told };
        let all = if foreign {
            "another frontend reads this file: what is no Dockerfile line is not judged"
        } else if template || self.action {
            "a template: lines that only its engine can fill are not judged"
        } else {
            if self.count > MOST {
                let message = format!("more than {MOST} lines can not be read");
                let head = Span::head(self.text.file);
                self.told.push(Gap { kind: GapKind::Limit, ..Gap::at(self.text, head, message) });
            }
            if self.part {
                self.partial();
            }
            return self.told;
        };
        self.told.clear();
        self.count = 0;
        self.tell_at(first, all);
        if template && !foreign {
            self.told.iter_mut().for_each(|gap| gap.kind = GapKind::Template);
        } else if !foreign {
            self.partial();
        }
        self.told
    }

    fn partial(&mut self) {
        for gap in &mut self.told {
            if gap.kind == GapKind::Unparsed {
                gap.kind = GapKind::Partial;
            }
        }
    }
}
