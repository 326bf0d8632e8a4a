use super::*;
use crate::model::FileId;

fn read(content: &str) -> (Option<Node>, Vec<Gap>, Text) {
    let text = Text::new(FileId(0), "docker-bake.hcl", content.as_bytes());
    let (node, gaps) = document(&text);
    (node, gaps, text)
}

#[test]
fn blocks_are_maps_below_their_labels() {
    let (node, gaps, text) = read("# c\njob \"x\" y {\n  a = \"b\"\n}\njob \"z\" {}\n");
    let node = node.unwrap();
    assert_eq!(gaps, []);
    assert_eq!(node.entries().len(), 2);
    let value = node.entries()[0].value.at("x.y.a").unwrap();
    assert_eq!(value.text(), Some("b"));
    assert_eq!(&text.content[value.span.start as usize..value.span.end as usize], "\"b\"");
    assert_eq!(node.entries()[0].key.span.line, 2);
}

#[test]
fn what_is_computed_is_opaque() {
    let (node, _, _) = read("a = [\"${b}-c\", d.e, 1, true, null, (\"f\")]\ng = <<E\nh\nE\n");
    let node = node.unwrap();
    let items = node.get("a").unwrap().items();
    let opaque: Vec<bool> = items.iter().map(Node::is_opaque).collect();
    assert_eq!(opaque, [true, true, false, false, false, false]);
    assert_eq!((items[0].text(), items[1].text()), (Some("${b}-c"), Some("d.e")));
    assert_eq!((items[5].text(), node.get("g").unwrap().text()), (Some("f"), Some("h\n")));
}

#[test]
fn what_can_not_be_read_is_a_gap() {
    let (node, gaps, _) = read("a {\n  b = \n}\n");
    assert!(node.is_none());
    assert_eq!(gaps[0].span.unwrap().line, 2);
    assert!(read(&"[".repeat(100_000)).0.is_none());
}

#[test]
fn actions_of_a_pack_are_taken_out() {
    let pack = "job [[ template \"name\" . ]] {\n  [[ if .x ]]\n  group \"g\" {\n    count = [[ .n ]]\n    image = \"web:[[ var \"tag\" . ]]\"\n  }\n  [[- end ]]\n}\n";
    let plain = super::without_actions(pack);
    assert_eq!(plain.len(), pack.len());
    assert_eq!(plain.lines().count(), pack.lines().count());
    assert!(hcl_edit::parser::parse_body(&plain).is_ok(), "{plain}");
    for odd in ["[[", "a [[ b", "[[ a\n]] b", "x = \"[[\"", "[[]]", "]] [["] {
        assert_eq!(super::without_actions(odd).len(), odd.len(), "{odd}");
    }
}
