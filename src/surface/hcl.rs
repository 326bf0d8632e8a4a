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
    for line in lines(content) {
        let bare = actions(line, |_, _| String::new());
        if bare.trim().is_empty() {
            out.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            continue;
        }
        out.push_str(&actions(line, |before, action| {
            let inner = action.len().saturating_sub(3);
            let quoted = before.matches('"').count() % 2 == 1;
            let one = |c| std::iter::repeat_n(c, inner).collect::<String>();
            let mut name =
                if quoted { format!("${{{}}}", one('x')) } else { format!("xxx{}", one('x')) };
            // An action over several lines keeps them.
            if action.contains('\n') {
                name = action.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            }
            name
        }));
    }
    out
}

/// The lines of a template, each with all of the actions that begin on it.
fn lines(content: &str) -> impl Iterator<Item = &str> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            let left = rest.get(end..)?;
            let line = left.find('\n').map_or(left.len(), |at| at + 1);
            let open = left.find("[[").filter(|at| *at < line);
            match open.and_then(|at| Some(at + left.get(at..)?.find("]]")? + 2)) {
                Some(close) => end += close,
                None => {
                    end += line;
                    break;
                }
            }
        }
        let (line, after) = rest.split_at_checked(end).filter(|(line, _)| !line.is_empty())?;
        rest = after;
        Some(line)
    })
}

/// A line with something in place of each of its actions, by what stands before it and itself.
fn actions(line: &str, with: impl Fn(&str, &str) -> String) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find("[[") {
        let Some(length) = rest.get(start..).and_then(|rest| rest.find("]]")) else { break };
        let (before, action) = rest.split_at(start);
        let (action, after) = action.split_at(length + 2);
        out.push_str(before);
        let put = with(&out, action);
        out.push_str(&put);
        rest = after;
    }
    out.push_str(rest);
    out
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
