//! HCL, as a tree whose every value and key knows its bytes.
//!
//! A block is an entry whose key is its type, and whose value is its body below one map for each
//! label: `job "web" { … }` reads `job: {web: {…}}`. Blocks of one type are entries of one key
//! each, in order. What is no literal is an opaque scalar whose text is what is written.

use std::ops::Range;
use std::rc::Rc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::{Element, Template};

use crate::model::{Content, Entry, Gap, Node, Scalar, Span, Spanned, Text};

/// The body of a file as a map, `None` where it can't be read, with a gap.
pub(super) fn document(text: &Text) -> (Option<Node>, Vec<Gap>) {
    masked(text, &text.content)
}

/// The same from `content`, which stands for the text, byte by byte.
pub(super) fn masked(text: &Text, content: &str) -> (Option<Node>, Vec<Gap>) {
    let offset = content.len() - content.trim_start_matches('\u{feff}').len();
    let reader = Reader { text, offset };
    match hcl_edit::parser::parse_body(&content[offset..]) {
        Ok(body) => (Some(reader.body(&body, Some(0..content.len() - offset))), Vec::new()),
        Err(error) => {
            let line = u32::try_from(error.location().line()).unwrap_or(u32::MAX);
            let span = text.line_range(line).map_or(Span::head(text.file), |at| text.span(at));
            (None, vec![Gap::at(text, span, error.message())])
        }
    }
}

/// A template of Nomad Pack with its actions, `[[ … ]]`, taken out: blanks where nothing else stands
/// on their lines, a computed part inside a string, a name elsewhere. It is as long as before.
pub(super) fn without_actions(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let (mut line, mut rest, mut closed) = (Vec::new(), content, true);
    while let Some(at) = rest.find(['\n', '[']) {
        let (before, from) = rest.split_at(at);
        line.push(Part::Text(before));
        if closed && from.starts_with("[[") {
            if let Some(end) = from.find("]]") {
                let (action, after) = from.split_at(end + 2);
                line.push(Part::Action(action));
                rest = after;
                continue;
            }
            closed = false;
        }
        let (one, after) = from.split_at(1);
        line.push(Part::Text(one));
        rest = after;
        if one == "\n" {
            put(&line, &mut out);
            line.clear();
        }
    }
    line.push(Part::Text(rest));
    put(&line, &mut out);
    out
}

/// A piece of a line; an action may go on over several.
enum Part<'t> {
    Text(&'t str),
    Action(&'t str),
}

fn put(line: &[Part<'_>], out: &mut String) {
    let bare = |part: &Part<'_>| matches!(part, Part::Text(text) if !text.trim().is_empty());
    let bare = !line.iter().any(bare);
    let mut quoted = false;
    for part in line {
        match part {
            Part::Text(text) => {
                quoted ^= text.matches('"').count() % 2 == 1;
                out.push_str(text);
            }
            Part::Action(action) if bare || action.contains('\n') => {
                out.extend(action.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            }
            Part::Action(action) => {
                let (start, end) = if quoted { ("${", "}") } else { ("xxx", "") };
                out.push_str(start);
                out.extend(std::iter::repeat_n('x', action.len().saturating_sub(3)));
                out.push_str(end);
            }
        }
    }
}

struct Reader<'t> {
    text: &'t Text,
    /// Where the parsed part begins: behind a byte order mark.
    offset: usize,
}

// Recursion is bounded: the parser nests at most 64 deep.
impl Reader<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        self.text.span(range.start + self.offset..range.end + self.offset)
    }

    fn body(&self, body: &Body, range: Option<Range<usize>>) -> Node {
        let entries = body.iter().map(|structure| match structure {
            Structure::Attribute(attribute) => Entry {
                key: Spanned::new(attribute.key.to_string(), self.span(attribute.key.span())),
                value: self.value(&attribute.value),
            },
            Structure::Block(block) => self.block(block),
        });
        Node::new(Content::Map(Rc::new(entries.collect())), self.span(range))
    }

    fn block(&self, block: &Block) -> Entry {
        let span = self.span(block.span());
        let mut value = self.body(&block.body, block.span());
        for label in block.labels.iter().rev() {
            let at = match label {
                BlockLabel::Ident(ident) => ident.span(),
                BlockLabel::String(string) => string.span(),
            };
            let key = Spanned::new(label.as_str().to_owned(), self.span(at));
            value = Node::new(Content::Map(Rc::new(vec![Entry { key, value }])), span);
        }
        let key = Spanned::new(block.ident.to_string(), self.span(block.ident.span()));
        Entry { key, value }
    }

    fn value(&self, expression: &Expression) -> Node {
        let span = self.span(expression.span());
        match expression {
            Expression::Null(_) => Node::new(Content::Null, span),
            Expression::Bool(value) => Node::scalar(value.value().to_string(), true, span),
            Expression::Number(value) => Node::scalar(value.value().to_string(), true, span),
            Expression::String(value) => Node::scalar(value.value().as_str(), false, span),
            Expression::Parenthesis(inner) => self.value(inner.inner()),
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.value(item));
                Node::new(Content::List(Rc::new(items.collect())), span)
            }
            Expression::Object(object) => {
                let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| Entry {
                    key: self.key(key),
                    value: self.value(value.expr()),
                };
                Node::new(Content::Map(Rc::new(object.iter().map(entry).collect())), span)
            }
            Expression::HeredocTemplate(heredoc) => match literal(&heredoc.template) {
                Some(text) => Node::scalar(text, false, span),
                None => self.opaque(span),
            },
            _ => self.opaque(span),
        }
    }

    fn key(&self, key: &ObjectKey) -> Spanned<String> {
        let span = self.span(key.span());
        let name = match key {
            ObjectKey::Ident(ident) => ident.to_string(),
            ObjectKey::Expression(Expression::String(string)) => string.value().clone(),
            ObjectKey::Expression(_) => self.written(span).to_owned(),
        };
        Spanned::new(name, span)
    }

    /// What can't be known, as written; a string without its quotes.
    fn opaque(&self, span: Span) -> Node {
        let written = self.written(span);
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let (text, plain) = (inner.unwrap_or(written).to_owned(), inner.is_none());
        let scalar = Scalar { text, plain, opaque: true };
        Node::new(Content::Scalar(Rc::new(scalar)), span)
    }

    fn written(&self, span: Span) -> &str {
        self.text.content.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// A template's text, if nothing in it is computed.
fn literal(template: &Template) -> Option<String> {
    let texts = template.iter().map(|element| match element {
        Element::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[cfg(test)]
mod tests;
