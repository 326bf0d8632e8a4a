//! The settings of a unit, those of its drop-ins behind its own.

use std::rc::Rc;

use crate::model::{Declaration, Declared, File, Node, Span, Spanned, Unit, Value};
use crate::resolve::other::declaration;
use crate::resolve::other::options::Word;
use crate::resolve::other::words::{is_unknown, words};

/// One setting and the file that has it.
pub(super) struct Setting {
    pub(super) section: String,
    pub(super) key: Spanned<String>,
    pub(super) value: Spanned<String>,
    pub(super) file: Rc<File>,
}

/// The settings of a unit and its drop-ins, in order.
pub(super) struct Settings<'a> {
    pub(super) section: &'a str,
    pub(super) own: Rc<File>,
    pub(super) all: Vec<Setting>,
}

impl Settings<'_> {
    pub(super) fn read(&mut self, file: &Rc<File>) {
        let Declared::Tree(documents) = &file.declared else { return };
        for section in documents.iter().flat_map(Node::entries) {
            for entry in section.value.entries() {
                self.all.push(Setting {
                    section: section.key.value.clone(),
                    key: entry.key.clone(),
                    value: entry.value.spanned().unwrap_or_else(|| entry.key.with(String::new())),
                    file: Rc::clone(file),
                });
            }
        }
    }

    /// Every setting of a name of the unit's own section; an empty one takes back those before it.
    pub(super) fn every(&self, name: &str) -> Vec<&Setting> {
        self.every_of(self.section, name)
    }

    pub(super) fn every_of(&self, section: &str, name: &str) -> Vec<&Setting> {
        let mut found = Vec::new();
        for setting in &self.all {
            if setting.section == section && setting.key.value == name {
                if setting.value.value.is_empty() { found.clear() } else { found.push(setting) }
            }
        }
        found
    }

    /// The last setting of a name.
    pub(super) fn last(&self, name: &str) -> Option<Word> {
        self.every(name).last().map(|setting| setting.word())
    }

    /// Where the unit's own section begins.
    pub(super) fn head(&self) -> Span {
        let Declared::Tree(documents) = &self.own.declared else {
            return Span::head(self.own.text.file);
        };
        let sections = documents.iter().flat_map(Node::entries);
        let own = sections.into_iter().find(|section| section.key.value == self.section);
        own.map_or(Span::head(self.own.text.file), |section| section.key.span)
    }

    pub(super) fn declare(&self, unit: Unit) -> Declaration {
        declaration(unit, &self.own)
    }
}

impl Setting {
    /// The value as one word.
    pub(super) fn word(&self) -> Word {
        let text = self.value.value.trim().trim_matches('"').to_owned();
        let unknown = is_unknown(&text);
        self.value.with(Value { text, unknown })
    }

    pub(super) fn words(&self) -> Vec<Word> {
        words(&self.value, &self.file.text)
    }
}
