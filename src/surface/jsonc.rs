//! JSON with comments and trailing commas, as a tree whose every scalar and key knows its bytes.

use std::rc::Rc;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::model::{Content, Entry, Gap, GapKind, Node, Span, Spanned, Text};

/// How deep objects and arrays may nest.
const DEPTH: usize = 128;

/// The document of a file, `None` where it can't be read (with a gap) or holds nothing.
pub(super) fn document(text: &Text) -> (Option<Node>, Vec<Gap>) {
    let content = text.content.as_str();
    let offset = content.len() - content.trim_start_matches('\u{feff}').len();
    let reader = Reader { text, offset };
    let options = ParseOptions::default();
    let parsed = match parse_to_ast(&content[offset..], &CollectOptions::default(), &options) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = text.line_of(reader.span(error.range()).start as usize);
            let span = text.line_range(line).map_or(Span::head(text.file), |at| text.span(at));
            return (None, vec![Gap::at(text, span, error.kind().to_string())]);
        }
    };
    let Some(value) = parsed.value else { return (None, Vec::new()) };
    let Some(node) = reader.node(&value, 0) else {
        let message = "objects and arrays nest too deep";
        return (None, vec![Gap::of(GapKind::Limit, text.path.clone(), message)]);
    };
    (Some(node), Vec::new())
}

struct Reader<'t> {
    text: &'t Text,
    /// Where the parsed part begins: behind a byte order mark.
    offset: usize,
}

impl Reader<'_> {
    fn span(&self, range: Range) -> Span {
        self.text.span(range.start + self.offset..range.end + self.offset)
    }

    /// `None`: it nests too deep.
    fn node(&self, value: &Value<'_>, depth: usize) -> Option<Node> {
        if depth >= DEPTH {
            return None;
        }
        let span = self.span(value.range());
        Some(match value {
            Value::StringLit(string) => Node::scalar(string.value.as_ref(), false, span),
            Value::NumberLit(number) => Node::scalar(number.value, true, span),
            Value::BooleanLit(boolean) => Node::scalar(boolean.value.to_string(), true, span),
            Value::NullKeyword(_) => Node::new(Content::Null, span),
            Value::Array(array) => {
                let items = array.elements.iter().map(|item| self.node(item, depth + 1));
                Node::new(Content::List(Rc::new(items.collect::<Option<_>>()?)), span)
            }
            Value::Object(object) => {
                let entry = |property: &jsonc_parser::ast::ObjectProp<'_>| {
                    let at = match &property.name {
                        ObjectPropName::String(name) => name.range,
                        ObjectPropName::Word(name) => name.range,
                    };
                    let key = Spanned::new(property.name.as_str().to_owned(), self.span(at));
                    Some(Entry { key, value: self.node(&property.value, depth + 1)? })
                };
                let entries = object.properties.iter().map(entry);
                Node::new(Content::Map(Rc::new(entries.collect::<Option<_>>()?)), span)
            }
        })
    }
}

#[cfg(test)]
mod tests;
