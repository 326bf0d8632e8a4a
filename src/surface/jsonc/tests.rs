use super::*;
use crate::model::FileId;

fn read(content: &str) -> (Option<Node>, Vec<Gap>, Text) {
    let text = Text::new(FileId(0), "devcontainer.json", content.as_bytes());
    let (node, gaps) = document(&text);
    (node, gaps, text)
}

#[test]
fn comments_are_left_out_and_every_place_is_kept() {
    let (node, gaps, text) = read("\u{feff}// c\n{\"a\": [1, true, null,], /* y */ \"b\": {}}");
    let node = node.unwrap();
    assert_eq!(gaps, []);
    let items = node.get("a").unwrap().items();
    assert_eq!((items.len(), items[0].integer(), items[1].boolean()), (3, Some(1), Some(true)));
    assert!(items[2].is_null());
    let key = node.entry("b").unwrap().key.span;
    assert_eq!(&text.content[key.start as usize..key.end as usize], "\"b\"");
    assert_eq!(key.line, 2);
}

#[test]
fn what_can_not_be_read_is_a_gap() {
    let (node, gaps, _) = read("{\"a\": }");
    assert!(node.is_none() && gaps.len() == 1);
    let deep = "[".repeat(300) + &"]".repeat(300);
    let (node, gaps, _) = read(&deep);
    assert!(node.is_none() && gaps.len() == 1);
    assert!(read(&"[".repeat(100_000)).0.is_none());
}
