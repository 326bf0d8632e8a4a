use super::*;
use crate::model::{Content, FileId, Span};

fn read(content: &str) -> (Vec<Node>, Vec<Gap>, Text) {
    let text = Text::new(FileId(0), "a.yaml", content.as_bytes());
    let (documents, gaps) = documents(&text);
    (documents, gaps, text)
}

fn one(content: &str) -> (Node, Text) {
    let (mut documents, gaps, text) = read(content);
    assert!(gaps.is_empty() && documents.len() == 1, "{gaps:?} {documents:?}");
    (documents.remove(0), text)
}

fn slice(text: &Text, span: Span) -> &str {
    &text.content[span.start as usize..span.end as usize]
}

#[test]
fn scalars_and_keys_know_their_bytes() {
    let (node, text) = one("\u{feff}é:\r\n  - x: 'é '\r\n    y: é  # c\r\n");
    let key = &node.entries()[0].key;
    assert_eq!((key.value.as_str(), slice(&text, key.span)), ("é", "é"));
    let item = &node.entries()[0].value.items()[0];
    assert_eq!(slice(&text, item.get("x").unwrap().span), "'é '");
    assert_eq!(slice(&text, item.get("y").unwrap().span), "é");
    assert_eq!(item.get("y").unwrap().text(), Some("é"));
    assert_eq!(slice(&text, item.span), "x: 'é '\r\n    y: é");
    assert_eq!((item.span.line, item.span.end_line), (2, 3));
}

#[test]
fn a_block_scalar_spans_its_lines() {
    let (node, text) = one("a: |\n  b\n  c\nd: >-\n  e\n  f\n");
    assert_eq!(node.get("a").unwrap().text(), Some("b\nc\n"));
    assert_eq!(slice(&text, node.get("a").unwrap().span), "b\n  c\n");
    assert_eq!(node.get("d").unwrap().text(), Some("e f"));
    assert_eq!(node.get("d").unwrap().span.end_line, 6);
}

#[test]
fn only_what_has_no_quotes_is_plain_and_only_that_is_null() {
    let (node, _) = one("a: ~\nb: ''\nc:\nd: 'null'\ne: !!str null\nf: !reset null\ng: yes\n");
    let null = |key: &str| node.get(key).unwrap().is_null();
    assert_eq!(["a", "b", "c", "d", "e", "f"].map(null), [true, false, true, false, false, true]);
    assert_eq!(node.get("f").unwrap().tag.as_deref(), Some("!reset"));
    assert_eq!(node.get("g").unwrap().boolean(), Some(true));
}

#[test]
fn an_alias_brings_the_anchors_place_and_its_own() {
    let (node, text) = one("a: &x\n  b: [c]\nd: *x\n");
    let brought = node.at("d.b").unwrap();
    assert_eq!(slice(&text, brought.items()[0].span), "c");
    assert_eq!(brought.items()[0].because.iter().map(|s| s.line).collect::<Vec<_>>(), [3]);
    assert!(node.at("a.b").unwrap().because.is_empty());
}

#[test]
fn the_nearest_key_wins_over_what_is_merged() {
    let content = "x: &x {a: 1, b: 1, c: 1}\ny: &y {b: 2, c: 2, d: 2}\n\
                   z:\n  <<: [*x, *y]\n  c: 3\nq: &q {<<: *y, b: 4}\nr: {<<: *q}\n";
    let (node, _) = one(content);
    let values = |path: &str| {
        let mut all: Vec<String> = node
            .at(path)
            .unwrap()
            .entries()
            .iter()
            .map(|e| format!("{}{}", e.key.value, e.value.text().unwrap()))
            .collect();
        all.sort();
        all.join(" ")
    };
    assert_eq!(values("z"), "a1 b1 c3 d2");
    assert_eq!(values("r"), "b4 c2 d2");
    assert_eq!(node.at("z.d").unwrap().because.len(), 1);
    assert_eq!(node.at("r.c").unwrap().because.len(), 2);
}

#[test]
fn what_can_not_be_merged_stays_a_key() {
    let (node, _) = one("a: {<<: x}\nb: {'<<': {c: 1}}\n");
    assert_eq!(node.at("a").unwrap().get("<<").unwrap().text(), Some("x"));
    assert!(node.at("b").unwrap().get("<<").unwrap().is_map());
}

#[test]
fn a_key_that_stands_twice_is_kept_and_told() {
    let (documents, gaps, _) = read("a: 1\nb: 2\na: 3\n");
    assert_eq!(documents[0].entries().len(), 3);
    assert_eq!(documents[0].get("a").unwrap().text(), Some("3"));
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].message, "key a stands on line 1 and again on line 3");
    assert_eq!((gaps[0].kind, gaps[0].span.unwrap().line), (GapKind::Partial, 3));
}

#[test]
fn a_broken_document_costs_itself() {
    let (documents, gaps, _) = read("a: 1\n---\nb: [\n---\nc: 3\n---\nd: 'x\n");
    let keys: Vec<_> = documents.iter().map(|d| d.entries()[0].key.value.as_str()).collect();
    assert_eq!(keys, ["a", "c"]);
    assert_eq!(gaps.len(), 2);
    assert!(gaps.iter().all(|gap| gap.kind == GapKind::Unparsed && !gap.message.is_empty()));
}

#[test]
fn an_alias_without_anchor_is_opaque_and_told() {
    let (documents, gaps, _) = read("a: *x\nb: 1\n");
    assert!(documents[0].get("a").unwrap().is_opaque());
    assert_eq!(gaps[0].message, "no anchor &x stands before this");
    let (documents, gaps, _) = read("a: &x [*x]\n---\nb: 1\n");
    assert_eq!((documents.len(), gaps.len()), (1, 1));
}

#[test]
fn a_key_that_is_no_scalar_is_its_text() {
    let (node, _) = one("? [a, b]\n: 1\n2: 3\ntrue: 4\n: 5\n");
    let keys: Vec<_> = node.entries().iter().map(|e| e.key.value.as_str()).collect();
    assert_eq!(keys, ["[a, b]", "2", "true", ""]);
}

#[test]
fn directives_comments_and_empty_documents_do_no_harm() {
    let comments = "# c\n".repeat(300);
    let content =
        format!("%YAML 1.1\n%TAG ! tag:x,1:\n---\n{comments}a: 1\n...\n---\n---\n{comments}b: 2");
    let (documents, gaps, _) = read(&content);
    assert_eq!(gaps, []);
    assert_eq!(documents.len(), 3);
    assert!(matches!(documents[1].content, Content::Null));
    assert_eq!(read("").0.len(), 0);
}

#[test]
fn json_is_read_as_well() {
    let (node, text) = one("{\"a\": {\"b\": [1, null, \"c\\n\"]},\n\t\"d\": true}");
    let item = &node.at("a.b").unwrap().items()[2];
    assert_eq!((item.text(), slice(&text, item.span)), (Some("c\n"), "\"c\\n\""));
    assert_eq!(slice(&text, node.span), text.content);
}

#[test]
fn a_scalar_that_touches_a_hole_is_opaque() {
    let content = "a: {{ .x }}-b\nc: d\n";
    let text = Text::new(FileId(0), "a.yaml", content.as_bytes());
    let (documents, gaps) = masked(&text, "a: xxxxxxxx-b\nc: d\n", std::slice::from_ref(&(3..11)));
    assert_eq!(gaps, []);
    let value = documents[0].get("a").unwrap();
    assert_eq!((value.is_opaque(), value.text()), (true, Some("{{ .x }}-b")));
    assert!(!documents[0].get("c").unwrap().is_opaque());
}
