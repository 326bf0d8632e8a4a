use super::*;
use crate::model::FileId;

fn read(content: &str) -> Node {
    let text = Text::new(FileId(0), "templates/a.yaml", content.as_bytes());
    let (documents, gaps) = documents(&text);
    assert_eq!(gaps, [], "{}", mask(content, &actions(content), true).0);
    documents.into_iter().next().unwrap()
}

fn text<'a>(node: &'a Node, path: &str) -> Option<&'a str> {
    node.at(path).unwrap().text()
}

#[test]
fn a_value_keeps_its_action() {
    let node = read("a: {{ .Values.a | default \"x: y\" }}\nb: \"{{ .b }}/c\" # {{ d }}\nc: d\n");
    assert_eq!(text(&node, "a"), Some("{{ .Values.a | default \"x: y\" }}"));
    assert_eq!(text(&node, "b"), Some("{{ .b }}/c"));
    assert!(node.get("b").unwrap().is_opaque() && !node.get("c").unwrap().is_opaque());
}

#[test]
fn what_only_decides_leaves_nothing() {
    let node =
        read("{{- if .a }}\na: b\n{{- else }}\na: c\n{{- end }}\nd: {{- if .e }} f{{ end }}\n");
    assert_eq!(node.entries().len(), 3);
    assert_eq!(text(&node, "d"), Some("{{- if .e }} f{{ end }}"));
}

#[test]
fn an_action_alone_is_a_key_or_an_item() {
    let node = read(
        "a:\n  {{- toYaml .Values.a | nindent 2 }}\nb:\n{{ include \"b\" . | indent 2 }}\n  c: d\n\
         e:\n  - f: 1\n  {{- toYaml .Values.e | nindent 2 }}\n  - g: 2\nh:\n  - i\n  {{- with .j }}\n  \
         {{- toYaml . | nindent 2 }}\n  {{- end }}\nk: l\n",
    );
    assert_eq!(
        node.get("a").unwrap().entries()[0].key.value,
        "{{- toYaml .Values.a | nindent 2 }}"
    );
    assert_eq!(text(&node, "b.c"), Some("d"));
    let items = node.get("e").unwrap().items();
    assert_eq!(items.len(), 3);
    assert_eq!(items[1].text(), Some("{{- toYaml .Values.e | nindent 2 }}"));
    assert_eq!(node.get("h").unwrap().items().len(), 2);
}

#[test]
fn plain_manifests_with_braces_in_strings_are_none() {
    let is = |content: &str| concerns("a.yaml".into(), content.as_bytes());
    assert!(is("apiVersion: v1\nkind: A\nx: {{ .Values.x }}\n"));
    assert!(!is("apiVersion: v1\nkind: A\nx: 'is {{ $labels.x }}'\n"));
    assert!(!is("x: {{ .Values.x }}\n"));
}

#[test]
fn a_block_of_text_may_begin_with_an_action() {
    let node = read(
        "data:\n  a.yaml: |\n{{- if .Values.somethingLong.enabled }}\n{{ .Values.a | indent 4 }}\n{{- else }}\n    \
         b: c\n{{- end }}\n  d: |-\n    e\n\n    {{- with .f }}\n    g\n    {{- end }}\n",
    );
    let a = node.get("data").unwrap().get("a.yaml").unwrap();
    assert!(a.is_opaque() && a.text().unwrap().contains("b: c"));
}

#[test]
fn an_action_that_eats_its_blanks_is_indented_from_the_margin() {
    let node = read(
        "metadata:\n  labels:\n    {{- include \"labels\" . | indent 4 }}\n    {{- with .Values.more }}\n    \
         {{- toYaml . | nindent 4 }}\n    {{- end }}\n  name: a\n",
    );
    assert_eq!(node.at("metadata.labels").unwrap().entries().len(), 2);
    assert_eq!(text(&node, "metadata.name"), Some("a"));
}
