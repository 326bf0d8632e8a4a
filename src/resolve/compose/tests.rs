use std::cell::RefCell;

use super::*;
use crate::model::{Content, Declared, EntryKind, FileId, Node, Reading, Span, Spanned, Text};
use crate::model::{Entry, Variable};

/// Compose files made of nodes: this room knows no reader.
struct Files(RefCell<Vec<Rc<File>>>);

impl Tree for Files {
    fn file(&self, path: &BStr) -> Result<Option<Rc<File>>, Gap> {
        Ok(self.0.borrow().iter().find(|file| file.text.path == path).cloned())
    }

    fn file_as(&self, path: &BStr, _: FileKind) -> Result<Option<Rc<File>>, Gap> {
        self.file(path)
    }

    fn known(&self, id: FileId) -> Option<Rc<File>> {
        self.0.borrow().iter().find(|file| file.text.file == id).cloned()
    }

    fn part_as(&self, _: Span, _: FileKind) -> Option<Reading> {
        None
    }

    fn kind(&self, path: &BStr) -> Option<EntryKind> {
        self.file(path).ok().flatten().map(|_| EntryKind::File)
    }

    fn names(&self, folder: &BStr) -> Rc<[(BString, EntryKind)]> {
        let files = self.0.borrow();
        let inside = files.iter().filter(|file| path::parent(file.text.path.as_ref()) == folder);
        inside.map(|file| (path::name(file.text.path.as_ref()).into(), EntryKind::File)).collect()
    }

    fn below(
        &self,
        _: &BStr,
        _: &dyn Fn(&BStr) -> bool,
        _: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap> {
        Ok(Vec::new())
    }
}

const AT: Span = Span { file: FileId(0), start: 0, end: 1, line: 1, end_line: 1 };

fn map(entries: Vec<(String, Node)>) -> Node {
    let entries =
        entries.into_iter().map(|(key, value)| Entry { key: Spanned::new(key, AT), value });
    Node::new(Content::Map(Rc::new(entries.collect())), AT)
}

fn list(items: Vec<Node>) -> Node {
    Node::new(Content::List(Rc::new(items)), AT)
}

fn text(text: &str) -> Node {
    Node::scalar(text, false, AT)
}

fn services(services: Vec<(String, Node)>) -> Node {
    map(vec![("services".into(), map(services))])
}

fn tree(files: Vec<(&str, Node)>) -> Files {
    let file = |(at, (path, root)): (usize, (&str, Node))| {
        let id = FileId(u32::try_from(at).unwrap());
        Rc::new(File {
            text: Text::new(id, path, b"x\n"),
            kind: Some(FileKind::Compose),
            declared: Declared::Tree(vec![root]),
            gaps: Vec::new(),
        })
    };
    Files(RefCell::new(files.into_iter().enumerate().map(file).collect()))
}

fn messages(tree: &Files, path: &str) -> Vec<String> {
    let model = model(tree, path.into()).unwrap();
    assert!(model.gaps.iter().all(|gap| gap.span.is_some() && !gap.path.is_empty()));
    model.gaps.into_iter().map(|gap| gap.message).collect()
}

fn extending(service: &str) -> Node {
    map(vec![("extends".into(), text(service)), ("image".into(), text("a"))])
}

#[test]
fn services_that_extend_each_other_in_a_circle_are_told() {
    let root = services(vec![("a".into(), extending("b")), ("b".into(), extending("a"))]);
    let tree = tree(vec![("compose.yaml", root)]);
    assert_eq!(messages(&tree, "compose.yaml"), ["services extend each other in a circle"]);
}

#[test]
fn files_that_include_each_other_in_a_circle_are_told() {
    let including = |path: &str| map(vec![("include".into(), list(vec![text(path)]))]);
    let tree =
        tree(vec![("compose.yaml", including("b.yml")), ("b.yml", including("compose.yaml"))]);
    assert_eq!(messages(&tree, "compose.yaml"), ["files include each other in a circle"]);
}

#[test]
fn what_leads_out_of_the_repository_is_told() {
    let far = map(vec![("file".into(), text("../../x.yml")), ("service".into(), text("a"))]);
    let service = map(vec![("extends".into(), far), ("image".into(), text("a"))]);
    let tree = tree(vec![("a/compose.yaml", services(vec![("a".into(), service)]))]);
    let told = messages(&tree, "a/compose.yaml");
    assert_eq!(told, ["this names a file that is not in the repository"]);
}

#[test]
fn a_file_included_by_every_other_twice_stays_bounded() {
    let names: Vec<String> = (0..15).map(|at| format!("f{at}.yml")).collect();
    let mut files: Vec<(&str, Node)> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let next = names.get(at + 1).map_or(Vec::new(), |next| vec![text(next), text(next)]);
        files.push((name, map(vec![("include".into(), list(next))])));
    }
    let told = messages(&tree(files), "f0.yml");
    assert_eq!(told, ["too many files are included"]);
}

#[test]
fn ten_thousand_services_over_a_large_one_stay_bounded() {
    let environment: Vec<Node> = (0..1000).map(|at| text(&format!("A{at}=1"))).collect();
    let base = map(vec![("image".into(), text("a")), ("environment".into(), list(environment))]);
    let mut all = vec![("base".to_owned(), base)];
    all.extend((0..10_000).map(|at| (format!("s{at}"), extending("base"))));
    let tree = tree(vec![("compose.yaml", services(all))]);
    let told = messages(&tree, "compose.yaml");
    assert_eq!(told, ["what is extended and included comes to more than can be judged"]);
}

#[test]
fn a_long_chain_of_services_is_told() {
    let all = (0..100).map(|at| (format!("s{at}"), extending(&format!("s{}", at + 1)))).collect();
    let told = messages(&tree(vec![("compose.yaml", services(all))]), "compose.yaml");
    assert!(told.iter().any(|told| told == "too many services extend each other in a row"));
}

#[test]
fn an_environment_file_is_data() {
    let place = Spanned::new((), AT);
    let variable = Variable { name: "A".into(), value: None, place };
    let file = File {
        text: Text::new(FileId(0), "a/.env", b"A\n"),
        kind: Some(FileKind::Environment),
        declared: Declared::Environment(vec![variable]),
        gaps: Vec::new(),
    };
    assert_eq!(data(&file).unwrap().title, "environment file .env");
}
