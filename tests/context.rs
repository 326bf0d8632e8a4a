//! What a change of an ignore file, or of a `COPY`, lets into an image.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::MapTree;
use plimsoll::model::{Regression, Rule, Severity, Side};
use plimsoll::{resolve, rules};

const NODE: &str = "FROM node:20\nCOPY . .\n";

type Texts<'a> = &'a [(&'a str, &'a str)];

fn told(old: Texts<'_>, new: Texts<'_>) -> Vec<Regression> {
    let asked: Vec<&'static Rule> =
        ["build-context", "credential-file"].iter().map(|id| rules::find(id).expect(id)).collect();
    let tree = |texts: Texts<'_>| MapTree::new(texts.iter().copied());
    common::judge(&tree(old), &tree(new), &asked).regressions
}

/// One finding of high severity: its key, side, path and line.
fn one(old: Texts<'_>, new: Texts<'_>) -> (String, Side, String, u32) {
    let found = told(old, new);
    let [it] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(it.severity, Severity::High, "{}", it.message);
    (it.key.clone(), it.side, it.path.to_string(), it.span.line)
}

/// A change of the ignore file beside `COPY . .`.
fn ignore(old: &str, new: &str) -> (String, Side, String, u32) {
    one(
        &[("Dockerfile", NODE), (".dockerignore", old)],
        &[("Dockerfile", NODE), (".dockerignore", new)],
    )
}

fn silent(old: Texts<'_>, new: Texts<'_>) {
    let found: Vec<String> = told(old, new).into_iter().map(|it| it.message).collect();
    assert!(found.is_empty(), "{old:#?} -> {new:#?}: {found:#?}");
}

fn place(key: &str, side: Side, path: &str, line: u32) -> (String, Side, String, u32) {
    (key.to_owned(), side, path.to_owned(), line)
}

#[test]
fn an_exception_moved_behind_its_pattern_counts() {
    // In the diff it is the pattern that moved up.
    let found = ignore("!.env\n.env*\n", ".env*\n!.env\n");
    assert_eq!(found, place(".env", Side::New, ".dockerignore", 1));
}

#[test]
fn one_star_is_less_than_two() {
    let found = ignore("**/*.pem\n", "*.pem\n");
    assert_eq!(found, place("certs/server.pem and …/server.pem", Side::Old, ".dockerignore", 1));
}

#[test]
fn a_pattern_that_becomes_a_comment_is_gone() {
    let found = ignore("a\n.env\n", "a\n# .env\n");
    assert_eq!(found, place(".env", Side::Old, ".dockerignore", 2));
    silent(
        &[("Dockerfile", NODE), (".dockerignore", ".env\n # note\n")],
        &[("Dockerfile", NODE), (".dockerignore", ".env\n")],
    );
}

#[test]
fn a_list_of_what_may_in_becomes_a_list_of_what_may_not() {
    let (key, side, path, line) = ignore("*\n!src\n", "node_modules\n");
    assert!(key.starts_with(".env, .git, id_rsa and "), "{key}");
    assert_eq!((side, path.as_str(), line), (Side::Old, ".dockerignore", 1));
}

#[test]
fn exceptions_are_read_as_builders_read_them() {
    let found = ignore("*\n!src\n", "*\n!src\n! .env\n");
    assert_eq!(found, place(".env", Side::New, ".dockerignore", 3));
    let found = ignore("secrets\n", "secrets\n!secrets/**\n");
    assert_eq!(found, place("secrets/.env", Side::New, ".dockerignore", 2));
}

#[test]
fn what_builders_refuse_is_said_with_its_line() {
    let tree = MapTree::new([("Dockerfile", NODE), (".dockerignore", "[\n!\n.env\n")]);
    let settings = plimsoll::model::Settings::default();
    let resolved = resolve::units(&tree, &tree.paths(), &resolve::Names::walk(), &settings);
    let lines: Vec<u32> = resolved.gaps.iter().filter_map(|gap| Some(gap.span?.line)).collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn an_ignore_file_named_after_the_dockerfile_wins() {
    let (key, side, path, line) = one(
        &[("Dockerfile", NODE), (".dockerignore", ".env\n.git\n")],
        &[
            ("Dockerfile", NODE),
            (".dockerignore", ".env\n.git\n"),
            ("Dockerfile.dockerignore", "node_modules\n"),
        ],
    );
    assert_eq!(key, ".env and .git");
    assert_eq!((side, path.as_str(), line), (Side::New, "Dockerfile.dockerignore", 1));
}

#[test]
fn a_file_for_the_other_builder_is_a_loss_for_one() {
    let found = one(
        &[("Dockerfile", NODE), (".dockerignore", ".env\n")],
        &[("Dockerfile", NODE), (".containerignore", ".env\n")],
    );
    assert_eq!(found, place(".env", Side::Old, ".dockerignore", 1));
    let found = one(
        &[("Dockerfile", NODE), (".dockerignore", ".env\n")],
        &[("Dockerfile", NODE), (".dockerignore", ".env\n"), (".containerignore", "a\n")],
    );
    assert_eq!(found, place(".env", Side::New, ".containerignore", 1));
    silent(
        &[("Containerfile", NODE), (".dockerignore", ".env\n")],
        &[("Containerfile", NODE), (".dockerignore", ".env\n"), (".containerignore", ".env\n")],
    );
}

#[test]
fn a_copy_that_takes_more_makes_an_old_weakness_count() {
    let narrow = "FROM node:20\nCOPY src/ .\n";
    let weak = (".dockerignore", "node_modules\n");
    let (key, side, path, line) = one(
        &[("Dockerfile", narrow), weak, ("src/a.js", "")],
        &[("Dockerfile", NODE), weak, ("src/a.js", "")],
    );
    assert!(key.starts_with(".env, .git"), "{key}");
    assert_eq!((side, path.as_str(), line), (Side::New, "Dockerfile", 2));
    silent(
        &[("Dockerfile", NODE), weak, ("src/a.js", "")],
        &[("Dockerfile", narrow), weak, ("src/a.js", "")],
    );
}

#[test]
fn a_dropped_exclude_is_a_dropped_pattern() {
    let found =
        one(&[("Dockerfile", "FROM node:20\nCOPY --exclude=.env . .\n")], &[("Dockerfile", NODE)]);
    assert_eq!(found.0, ".env");
    assert_eq!((found.2.as_str(), found.3), ("Dockerfile", 2));
}

#[test]
fn the_history_of_a_remote_repository_is_told() {
    let url = "https://github.com/a/b.git#v1";
    let found = told(
        &[("Dockerfile", &format!("FROM a:1\nADD {url} /b\n"))],
        &[("Dockerfile", &format!("FROM a:1\nADD --keep-git-dir=true {url} /b\n"))],
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].key, ".git of https://github.com/a/b.git");
}

#[test]
fn a_deleted_ignore_file_is_one_finding() {
    let (key, side, path, _) = one(
        &[("Dockerfile", NODE), (".dockerignore", ".env*\n.git\n*.pem\n**/*.key\n")],
        &[("Dockerfile", NODE)],
    );
    assert!(key.starts_with(".env, .git, "), "{key}");
    assert_eq!((side, path.as_str()), (Side::Old, ".dockerignore"));
    // With its Dockerfile it is no loss, and neither is one that nothing was copied past.
    silent(&[("Dockerfile", NODE), (".dockerignore", ".env\n")], &[]);
    let exact = "FROM node:20\nCOPY package.json .\n";
    silent(&[("Dockerfile", exact), (".dockerignore", ".env\n")], &[("Dockerfile", exact)]);
    silent(&[("Dockerfile", NODE), (".dockerignore", "node_modules\n")], &[("Dockerfile", NODE)]);
}

#[test]
fn a_build_stage_matters_less_unless_it_is_handed_on() {
    let severity = |last: &str| {
        let text = format!("FROM go:1 AS b\nWORKDIR /app\nCOPY . .\nFROM alpine:3\n{last}\n");
        let found = told(
            &[("Dockerfile", &text), (".dockerignore", ".env\n")],
            &[("Dockerfile", &text), (".dockerignore", "\n")],
        );
        assert_eq!(found.len(), 1, "{found:#?}");
        found[0].severity
    };
    assert_eq!(severity("COPY --from=b /app/bin/x /x"), Severity::Medium);
    assert_eq!(severity("COPY --from=b /app /app"), Severity::High);
}

#[test]
fn other_words_for_the_same_are_silent() {
    for (old, new) in [
        (".env\n.git\n/x\n", ".git\n.env\nx\n"),
        ("/.env\n.git/\n.env\n", ".env\n.git\n"),
        (".env \n.git/*\n", ".env\n**/.git\n"),
        (".env\n.env.*\n", ".env*\n"),
        ("node_modules\n.env\n", ".env\n"),
        ("*\n!src\n", "*\n!src\n!README.md\n!lib\n!.env.example\n"),
    ] {
        silent(
            &[("Dockerfile", NODE), (".dockerignore", old)],
            &[("Dockerfile", NODE), (".dockerignore", new)],
        );
    }
}

#[test]
fn daily_work_is_silent() {
    let base = "FROM node:20\nCOPY package*.json ./\n";
    for more in ["COPY src ./src\n", "COPY scripts/ /s/\n", "COPY *.json ./\n", "ADD a.tar.gz /\n"]
    {
        silent(
            &[("Dockerfile", base), ("src/a.js", ""), ("scripts/a.sh", "")],
            &[("Dockerfile", &format!("{base}{more}")), ("src/a.js", ""), ("scripts/a.sh", "")],
        );
    }
    silent(&[("Dockerfile", NODE)], &[("Dockerfile", &format!("# note\n{NODE}USER node\n"))]);
    silent(&[("Dockerfile", NODE)], &[("Dockerfile", NODE), (".dockerignore", "a\n")]);
}

#[test]
fn a_new_dockerfile_without_an_ignore_file_is_told_mildly() {
    let found = told(&[], &[("Dockerfile", NODE)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].severity, Severity::Low);
    silent(&[], &[("Dockerfile", NODE), (".dockerignore", ".git\n.env\n")]);
}

#[test]
fn a_secret_that_enters_the_tree_is_told_if_it_is_copied() {
    let key = "-----BEGIN PRIVATE KEY-----\n";
    let old: Texts<'_> = &[("Dockerfile", NODE), ("src/a.js", "")];
    let found = one(old, &[("Dockerfile", NODE), ("src/a.js", ""), ("deploy/web.key", key)]);
    assert_eq!(found.0, "deploy/web.key");
    // A move is none, a certificate neither, nor what the ignore file leaves out.
    silent(
        &[("Dockerfile", NODE), ("deploy/web.key", key)],
        &[("Dockerfile", NODE), ("web.key", key)],
    );
    silent(
        old,
        &[
            ("Dockerfile", NODE),
            ("src/a.js", ""),
            ("src/x.key", key),
            (".dockerignore", "**/*.key"),
        ],
    );
}

#[test]
fn a_dockerfile_in_a_folder_is_built_there_or_from_the_top() {
    let top = "FROM node:20\nCOPY svc/package.json .\nCOPY . .\n";
    let found = one(
        &[("svc/Dockerfile", top), ("svc/package.json", ""), (".dockerignore", ".env\n")],
        &[("svc/Dockerfile", top), ("svc/package.json", ""), (".dockerignore", "a\n")],
    );
    assert_eq!(found, place(".env", Side::Old, ".dockerignore", 1));
    let own = "FROM node:20\nCOPY package.json .\nCOPY . .\n";
    silent(
        &[("svc/Dockerfile", own), ("svc/package.json", ""), (".dockerignore", ".env\n")],
        &[("svc/Dockerfile", own), ("svc/package.json", ""), (".dockerignore", "a\n")],
    );
    let found = one(
        &[("svc/Dockerfile", own), ("svc/package.json", ""), ("svc/.dockerignore", ".env\n")],
        &[("svc/Dockerfile", own), ("svc/package.json", ""), ("svc/.dockerignore", "a\n")],
    );
    assert_eq!(found, place(".env", Side::Old, "svc/.dockerignore", 1));
}

#[test]
fn a_folder_that_may_in_again_is_no_secret() {
    let tree = |ignore| {
        [
            ("Dockerfile", "FROM node:20\nCOPY tools/helpers /opt/helpers\n"),
            (".dockerignore", ignore),
            ("tools/helpers/a.js", ""),
        ]
    };
    silent(&tree("/.env\n**/helpers\n"), &tree("/.env\n"));
    let mut with_key = tree("/.env\n").to_vec();
    with_key.push(("tools/helpers/.npmrc", "//r.example/:_authToken=a1b2c3d4e5f6g7h8i9"));
    let mut kept = with_key.clone();
    kept[1].1 = "/.env\n**/helpers\n";
    assert_eq!(told(&kept, &with_key).len(), 1);
    // What names the secret itself still counts.
    let named = told(&tree("**/.env\n"), &tree("node_modules\n"));
    assert_eq!(named.len(), 1, "{named:#?}");
}

#[test]
fn what_two_contexts_of_a_dockerfile_let_in_is_told_once() {
    let tree = |copied| {
        [
            ("compose.yaml", "services: {app: {build: {context: ., dockerfile: web/Dockerfile}}}"),
            (".dockerignore", ".npmrc\n*.key\n"),
            ("src/a", ""),
            ("web/src/a", ""),
            ("web/Dockerfile", copied),
        ]
    };
    let found = told(
        &tree("FROM node:20\nCOPY src src\n"),
        &tree("FROM node:20\nCOPY . .\nCOPY src src\n"),
    );
    let named = |name: &str| {
        let told = found.iter().filter(|it| it.key.split([' ', ',']).any(|part| part == name));
        told.count()
    };
    assert_eq!((named(".env"), found.len()), (1, 1), "{found:#?}");
}

#[test]
fn an_ignore_file_names_the_dockerfiles_it_counts_for() {
    let tree = MapTree::new([
        ("Dockerfile", ""),
        ("docker/web.Dockerfile", ""),
        ("docker/deep/Dockerfile", ""),
        ("src/main.rs", ""),
    ]);
    let of = |path: &str| -> Vec<String> {
        resolve::dockerfiles_of(path.into(), &tree).iter().map(ToString::to_string).collect()
    };
    assert_eq!(of(".dockerignore"), ["Dockerfile", "docker/web.Dockerfile"]);
    assert_eq!(of("docker/web.Dockerfile.dockerignore"), ["docker/web.Dockerfile"]);
    assert_eq!(of("docker/.containerignore"), ["docker/web.Dockerfile", "docker/deep/Dockerfile"]);
}

#[test]
fn a_compose_file_says_in_which_folder_a_dockerfile_is_built() {
    let compose = |context: &str, dockerfile: &str| {
        format!("services:\n  web:\n    build: {{context: {context}, dockerfile: {dockerfile}}}\n")
    };
    let (up, own) =
        (compose(".", "./docker/docs/Dockerfile"), compose("docker/docs", "Dockerfile"));
    let (some, all) = ("FROM node:20\nCOPY ./src /app\n", "FROM node:20\nCOPY . /app\n");
    let count = |compose: &str, ignores: [&str; 2], texts: [&str; 2]| {
        let tree = |side: usize| {
            [
                ("app/docs.compose.yml", compose),
                ("app/.dockerignore", ignores[side]),
                ("app/docker/docs/Dockerfile", texts[side]),
            ]
        };
        told(&tree(0), &tree(1)).len()
    };
    let strict = "**\n!src\n";
    // The ignore file of the folder that is named counts, and no other.
    assert_eq!(count(&up, [strict, strict], [some, all]), 0);
    assert_eq!(count(&own, [strict, strict], [some, all]), 1);
    assert_eq!(count(&up, [strict, "!src\n"], [all, all]), 1);
    assert_eq!(count(&own, [strict, "!src\n"], [all, all]), 0);
}

#[test]
fn what_is_taken_by_its_name_is_told_once() {
    let text = "FROM node:20\nCOPY prod.env /app/.env\nCOPY . .\n";
    let env = ("prod.env", "DB_PASSWORD=x8Kq2mZ0pTr7\n");
    let ignore = (".dockerignore", ".git\n");
    let found = told(
        &[("Dockerfile", "FROM node:20\nCOPY src .\n"), ignore, env],
        &[("Dockerfile", text), ignore, env],
    );
    let env: Vec<_> = found.iter().filter(|it| it.key.contains("prod.env")).collect();
    assert_eq!(env.len(), 1, "{found:#?}");
    assert_eq!(env[0].rule.id, "credential-file");
}
