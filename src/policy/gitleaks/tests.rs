use std::path::PathBuf;

use super::dialect::translated;
use super::{Gitleaks, compiled};
use crate::model::SecretPatterns as _;

/// Reads a configuration from a folder of its own.
fn read(name: &str, text: &str) -> Gitleaks {
    let folder =
        std::env::temp_dir().join(format!("plimsoll-gitleaks-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file: PathBuf = folder.join("gitleaks.toml");
    std::fs::write(folder.join("base.toml"), "[[rules]]\nid = 'base'\nregex = 'base-([a-z]{8})'\n\n[[rules]]\nid = 'gone'\nregex = 'gone-[a-z]+'\n").unwrap();
    std::fs::write(&file, text).unwrap();
    let read = Gitleaks::read(&file).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    read
}

#[test]
fn a_rule_asks_for_its_keyword_its_path_its_group_and_its_entropy() {
    let rules = read(
        "rule",
        r#"
        [[rules]]
        id = "acme"
        description = "Acme key"
        regex = '''(?i)(acme)_key\s*=\s*["']?([a-z0-9]{16})["']?'''
        secretGroup = 2
        entropy = 3
        keywords = ["ACME_KEY"]
        path = '''compose\.ya?ml$'''
        "#,
    );
    let text = "ACME_KEY = x8kq2mz0ptr7ab3d";
    assert_eq!(
        rules.find("a/compose.yml", text),
        [("acme".to_owned(), "x8kq2mz0ptr7ab3d".to_owned())]
    );
    assert!(rules.find("Dockerfile", text).is_empty(), "another path");
    assert!(rules.find("compose.yml", "ACME_KEY = aaaaaaaaaaaaaaaa").is_empty(), "no entropy");
    assert!(rules.find("compose.yml", "x8kq2mz0ptr7ab3d").is_empty(), "no keyword");
}

#[test]
fn allowlists_take_by_value_match_line_path_and_word_alone_or_together() {
    let rules = read(
        "allow",
        r#"
        [[rules]]
        id = "key"
        regex = 'key=([a-z0-9]+)'
        [[rules.allowlists]]
        regexes = ['^demo']
        stopwords = ["SAMPLE"]
        [[rules.allowlists]]
        condition = "AND"
        paths = ['^docs/']
        regexes = ['key=old']
        regexTarget = "match"
        [allowlist]
        regexTarget = "line"
        regexes = ['# public']
        paths = ['(^|/)testdata/']
        "#,
    );
    for (path, text, found) in [
        ("a", "key=x8kq2", true),
        ("a", "key=demo1", false),
        ("a", "key=thesample", false),
        ("docs/a", "key=old1", false),
        ("a", "key=old1", true),
        ("docs/a", "key=new1", true),
        ("a", "key=x8kq2 # public", false),
        ("x/testdata/a", "key=x8kq2", false),
    ] {
        assert_eq!(!rules.find(path, text).is_empty(), found, "{path}: {text}");
    }
    assert!(rules.allows("testdata/a", "anything") && !rules.allows("a", "anything"));
}

#[test]
fn what_is_extended_counts_unless_it_is_disabled_and_what_cannot_be_honoured_is_said() {
    let rules = read(
        "extend",
        r#"
        [extend]
        path = "base.toml"
        disabledRules = ["gone"]
        [[rules]]
        id = "files"
        path = '\.p12$'
        [[rules]]
        id = "odd"
        regex = 'a(?=b)'
        [[rules]]
        id = "short"
        regex = 'short'
        secretGroup = 3
        [[rules.allowlists]]
        commits = ["abc"]
        "#,
    );
    assert_eq!(rules.find("a", "base-abcdefgh gone-abc").len(), 1);
    let notes = rules.notes().join("\n");
    for said in [
        "rule files",
        "rule odd is left out: its regex",
        "rule short is left out: it has no group 3",
        "own detectors stay on",
    ] {
        assert!(notes.contains(said), "{said} is not said:\n{notes}");
    }
}

#[test]
fn an_allowlist_reaches_the_rules_of_an_extended_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "base.toml",
        r#"
        [[rules]]
        id = "badge"
        regex = 'badge-([0-9]+)'
        keywords = ["badge-"]
        [[rules]]
        id = "door"
        regex = 'door-([0-9]+)'
        [[rules.allowlists]]
        regexes = ['^1$']
        [[rules]]
        id = "shut"
        regex = 'shut-([0-9]+)'
        "#,
    );
    write(
        "own.toml",
        r#"
        [extend]
        path = "base.toml"
        disabledRules = ["shut"]
        [[rules]]
        id = "door"
        [[rules.allowlists]]
        regexes = ['^2$']
        [[rules]]
        id = "shut"
        regex = 'mine-([0-9]+)'
        [[rules]]
        id = "default-one"
        [[rules.allowlists]]
        regexes = ['x']
        [[allowlists]]
        targetRules = ["badge", "nowhere"]
        regexes = ['^7$']
        "#,
    );
    let rules = Gitleaks::read(&folder.path().join("own.toml")).unwrap();
    for (text, found) in [
        ("badge-6", true),
        ("badge-7", false),
        ("door-7", true),
        ("door-1", false),
        ("door-2", false),
        ("shut-3", false),
        ("mine-3", true),
    ] {
        assert_eq!(!rules.find("a", text).is_empty(), found, "{text}");
    }
    let notes = rules.notes().join("\n");
    for said in ["targetRules name `nowhere`", "rule default-one is left out: it has no regex"] {
        assert!(notes.contains(said), "{said} is not said:\n{notes}");
    }
}

#[test]
fn what_go_says_otherwise_is_translated() {
    for (go, text, takes) in [
        (r"a{b", "a{b", true),
        (r"a{,3}", "a{,3}", true),
        (r"a{2,3}$", "aa", true),
        (r"[[a]", "[", true),
        (r"[a&&b]", "&", true),
        (r"[]x]+$", "]x", true),
        (r"\Qa.b\E", "a.b", true),
        (r"\Qa.b\E", "axb", false),
        (r"^\d$", "٣", false),
        (r"^\w$", "é", false),
        (r"\<a\>", "<a>", true),
        (r"[[:alpha:]\d]{2}", "a1", true),
        (r"\bkey\b", "my key", true),
    ] {
        let regex = compiled(go).unwrap_or_else(|why| panic!("{go} is {}: {why}", translated(go)));
        assert_eq!(regex.is_match(text), takes, "{go} is {}: {text}", translated(go));
    }
}
