//! Structured files: what no input may do to their readers, and evasions by YAML itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use common::table::push_each_tree;
use plimsoll::model::{Content, Declared, FileId, FileKind, Gap, Node, Text};
use plimsoll::surface;
use proptest::prelude::*;

fn read(kind: FileKind, content: &str) -> (Vec<Node>, Vec<Gap>, Text) {
    let text = Text::new(FileId(0), "a.yaml", content.as_bytes());
    let reading = (surface::of_kind(kind).unwrap().read)(&text);
    let Declared::Tree(documents) = reading.declared else { panic!("no tree") };
    (documents, reading.gaps, text)
}

/// Every place lies in the text, and a plain scalar that an anchor did not bring is what is there.
fn places_are_true(node: &Node, text: &Text) {
    let slice = &text.content[node.span.start as usize..node.span.end as usize];
    match &node.content {
        Content::Scalar(scalar) if scalar.plain && !slice.contains('\n') => {
            assert_eq!(scalar.text, slice);
        }
        _ => {}
    }
    for entry in node.entries() {
        let key = entry.key.span;
        assert!(text.content.is_char_boundary(key.start as usize) && key.end >= key.start);
        places_are_true(&entry.value, text);
    }
    node.items().iter().for_each(|item| places_are_true(item, text));
}

fn lines() -> impl Strategy<Value = String> {
    let words = [
        "a: b",
        "- c",
        "  d: &e f",
        "  - *e",
        "g: {h: i, j: [k]}",
        "<<: *e",
        "l: |",
        "    m",
        "'n': \"o\"",
        "---",
        "...",
        "# p",
        "? q",
        ": r",
        "s: {{ .Values.t }}",
        "{{- if .u }}",
        "{{ end }}",
        "\u{feff}v: é",
        "\tw:",
        "x: [",
        "  {{- toYaml .y | nindent 2 }}",
        "z: !reset",
        "%YAML 1.1",
        "*e : 1",
        "é: 'ü",
        "a: 2\r",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..12)
        .prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_mixture_of_lines_is_read(content in lines()) {
        for kind in [FileKind::Yaml, FileKind::Template, FileKind::Values] {
            let (documents, _, text) = read(kind, &content);
            for node in &documents {
                places_are_true(node, &text);
            }
        }
    }

    #[test]
    fn any_text_is_read(content in "[ -~\n\u{e9}{}\\[\\]&*!|>'\"#%:,?-]{0,80}") {
        for kind in [FileKind::Yaml, FileKind::Template] {
            let (documents, _, text) = read(kind, &content);
            for node in &documents {
                places_are_true(node, &text);
            }
        }
    }
}

#[test]
fn bombs_cost_their_document_and_no_time() {
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merges = String::from("a0: &a0 {k: v}\n");
    for level in 1..30 {
        let before = level - 1;
        writeln!(aliases, "a{level}: &a{level} [{}]", vec![format!("*a{before}"); 9].join(", "))
            .unwrap();
        writeln!(merges, "a{level}: &a{level} {{x: *a{before}, y: *a{before}, <<: *a{before}}}")
            .unwrap();
    }
    let long = format!("a: [{}]", "{b: c}, ".repeat(60_000));
    let deep =
        ["- ".repeat(50_000), "[".repeat(50_000), "{a: ".repeat(50_000), "? ".repeat(50_000)];
    let chain =
        (1..5_000).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect::<Vec<_>>().concat();
    let actions = "{{ if .a }}".repeat(20_000) + &"{{ \"".repeat(20_000);
    let all = [aliases, merges, long, format!("a0: &a0 b\n{chain}"), actions];
    for content in all.iter().chain(&deep) {
        let content = format!("{content}\n---\nafter: all\n");
        for kind in [FileKind::Yaml, FileKind::Template] {
            let start = Instant::now();
            let (documents, gaps, _) = read(kind, &content);
            assert!(start.elapsed() < Duration::from_secs(20), "{content:.40}");
            assert!(!documents.is_empty() || !gaps.is_empty(), "{content:.40}");
        }
    }
    let (documents, gaps, _) = read(FileKind::Yaml, &format!("{}\n---\nafter: all\n", all[0]));
    assert_eq!((documents.len(), gaps.len()), (1, 1));
    assert!(documents[0].get("after").is_some());
}

const HEAD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: acme/a:1.2.3\n    securityContext:\n";

#[test]
fn yaml_is_read_as_the_api_reads_it() {
    let pod = |rest: &str| -> &'static str { format!("{HEAD}{rest}").leak() };
    let rows: Vec<(&'static str, &'static str, &'static str, &'static [&'static str])> = vec![
        (
            "K33 yes",
            pod("      privileged: false\n"),
            pod("      privileged: yes\n"),
            &["critical privileged-container a.yaml:10"],
        ),
        (
            "K33 hexadecimal",
            pod("      runAsUser: 1000\n"),
            pod("      runAsUser: 0x0\n"),
            &["high runs-as-root a.yaml:10"],
        ),
        (
            "K33 alias",
            pod("      privileged: false\n"),
            pod("      privileged: &p true\n"),
            &["critical privileged-container a.yaml:10"],
        ),
        (
            "K33 a document in a block scalar",
            pod("      privileged: false\n"),
            pod(
                "      privileged: false\n    args:\n    - |\n      ---\n      apiVersion: v1\n      kind: Pod\n      spec: {hostNetwork: true}\n",
            ),
            &[],
        ),
        (
            "K33 comment",
            pod("      privileged: false\n"),
            pod("      privileged: false\n      # privileged: true\n"),
            &[],
        ),
        (
            "K33 tab",
            pod("      privileged: false\n"),
            pod("      privileged:\ttrue\n"),
            &["critical privileged-container a.yaml:10"],
        ),
    ];
    for (row, old, new, told) in rows {
        let old: &'static [(&str, &str)] = Box::leak(Box::new([("a.yaml", old)]));
        let new: &'static [(&str, &str)] = Box::leak(Box::new([("a.yaml", new)]));
        push_each_tree(&[(row, old, new, told)]);
    }
}
