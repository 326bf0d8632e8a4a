//! The tree of a structured file: YAML, JSON, HCL, systemd units.

use std::rc::Rc;

use super::{Span, Spanned};

/// A value of a structured file, and where it stands.
///
/// Anchors, aliases and merge keys are resolved by the reader: what came in by an alias or by `<<`
/// has the anchor's own span, and the alias in `because`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Where it is written: the scalar, or from the first to the last entry.
    pub span: Span,
    /// How it got here, nearest first: the alias, the merge key, the variable that it expands.
    pub because: Vec<Span>,
    /// An explicit tag as written: `!reset`, `!override`, `!Ref`.
    pub tag: Option<Rc<str>>,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing: `~`, `null`, or an empty value.
    Null,
    /// A scalar.
    Scalar(Rc<Scalar>),
    /// A sequence.
    List(Rc<Vec<Node>>),
    /// A mapping, in order. A key that stands twice is here twice; the last one wins.
    Map(Rc<Vec<Entry>>),
}

/// A scalar before anybody says which type it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Its text, escapes and folding undone.
    pub text: String,
    /// Written without quotes: only then may it be a boolean, a number or null.
    pub plain: bool,
    /// A template action touches it: what it will be can't be known.
    pub opaque: bool,
}

/// One key of a mapping and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as text.
    pub key: Spanned<String>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// A scalar made of `text`, as if it stood at `span`.
    #[must_use]
    pub fn scalar(text: impl Into<String>, plain: bool, span: Span) -> Self {
        let scalar = Scalar { text: text.into(), plain, opaque: false };
        Self::new(Content::Scalar(Rc::new(scalar)), span)
    }

    /// A node without a tag that depends on no other place.
    #[must_use]
    pub fn new(content: Content, span: Span) -> Self {
        Self { content, span, because: Vec::new(), tag: None }
    }

    /// The value of a key, the last one where it stands twice. `None` for anything but a mapping;
    /// a null counts as a value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, the last one where it stands twice.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.value == key)
    }

    /// The value at a path of keys: `spec.template.spec`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a mapping; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        if let Content::Map(entries) = &self.content { entries } else { &[] }
    }

    /// The items of a sequence; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Content::List(items) = &self.content { items } else { &[] }
    }

    /// A scalar's text; `None` for anything else, null included.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Content::Scalar(scalar) = &self.content { Some(&scalar.text) } else { None }
    }

    /// A scalar's text with its place.
    #[must_use]
    pub fn spanned(&self) -> Option<Spanned<String>> {
        self.text().map(|text| self.place(text.to_owned()))
    }

    /// `value`, declared where this node stands.
    #[must_use]
    pub fn place<T>(&self, value: T) -> Spanned<T> {
        Spanned { value, span: self.span, because: self.because.clone() }
    }

    /// Nothing is written, or null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.content {
            Content::Null => true,
            Content::Scalar(scalar) => {
                scalar.plain && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// It is a scalar without quotes.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.plain)
    }

    /// It is a mapping.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }

    /// It is a sequence.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.content, Content::List(_))
    }

    /// A template action touches it: what it will be can't be known.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.opaque)
    }

    /// The boolean that YAML 1.1 readers see: `true`, `yes`, `on`, `y` and their opposites in any
    /// usual case, quoted or not (compose and Helm cast strings). `None` for anything else.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        }
    }

    /// The whole number of a scalar, quoted or not: decimal, `0x`, `0o`, `0b`, and a leading zero
    /// as YAML 1.1 reads it (octal). `None` for anything else, and where it does not fit.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        let text = self.text()?.trim().replace('_', "");
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let value = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => i64::from_str_radix(digits.get(2..)?, 16).ok()?,
            [b'0', b'o' | b'O', ..] => i64::from_str_radix(digits.get(2..)?, 8).ok()?,
            [b'0', b'b' | b'B', ..] => i64::from_str_radix(digits.get(2..)?, 2).ok()?,
            [b'0', _, ..] => i64::from_str_radix(digits, 8).ok().or_else(|| digits.parse().ok())?,
            _ => digits.parse().ok()?,
        };
        Some(if negative { -value } else { value })
    }

    /// The same node, and also because of these places.
    #[must_use]
    pub fn because(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        self.because.extend(places);
        self
    }
}
