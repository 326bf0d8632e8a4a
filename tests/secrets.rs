//! Secrets in real pushes: every new commit is read, whatever became of the file afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fmt::Write as _;
use std::process::Command;

use common::server::{Server, clean, fed, plimsoll};

const PASSWORD: &str = "x8Kq2mZ0pTr7";
const COMPOSE: &str = "services:\n  app:\n    image: ghcr.io/acme/app:1.2.3\n    environment:\n      \
                       LOG_LEVEL: info\n      DB_PASSWORD: ${DB_PASSWORD:?}\n";
const CHART: &str = "apiVersion: v2\nname: app\nversion: 1.0.0\n";

/// A server whose main holds these files, and whose hook runs from now on.
fn guarded(files: &[(&str, &str)]) -> Server {
    let server = Server::new();
    for (path, content) in files {
        server.write(path, content);
    }
    server.unhook("pre-receive");
    server.commit("start");
    server.push().accepted();
    server.hook("pre-receive");
    server
}

fn head(server: &Server) -> String {
    server.git(["rev-parse", "HEAD"]).trim().to_owned()
}

/// The push is refused, names the commit, asks for a revocation, and shows nothing of the value.
fn told(server: &Server, rule: &str, commit: &str) -> String {
    let said = server.push().refused_for(rule);
    assert!(said.contains(&commit[..10]), "the commit {commit} is not named:\n{said}");
    assert!(said.contains("revoke"), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
    said
}

/// A rule, the files before, the one that gets the secret, and what it becomes.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, String);

#[test]
fn what_came_and_went_in_one_push_is_found_on_every_surface() {
    let environment =
        "services:\n  app:\n    image: ghcr.io/acme/app:1.2.3\n    env_file: [app.env]\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  user: app\n";
    let pod = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    \
             image: ghcr.io/acme/app:1.2.3\n    env:\n    - name: DB_PASSWORD\n      {value}\n"
        )
    };
    let referred = pod("valueFrom: {secretKeyRef: {name: db, key: password}}");
    let written = pod(&format!("value: {PASSWORD}"));
    let image = "FROM debian:12\nUSER app\n";
    let cases: [Case<'_>; 6] = [
        (
            "secret-in-image",
            &[("Dockerfile", image)],
            "Dockerfile",
            format!("{image}ENV DB_PASSWORD={PASSWORD}\n"),
        ),
        (
            "secret-in-environment",
            &[("compose.yaml", COMPOSE)],
            "compose.yaml",
            COMPOSE.replace("${DB_PASSWORD:?}", PASSWORD),
        ),
        ("secret-in-environment", &[("web.yaml", &referred)], "web.yaml", written),
        (
            "plain-secret",
            &[("secret.yaml", secret)],
            "secret.yaml",
            format!("{secret}  password: {PASSWORD}\n"),
        ),
        (
            "secret-in-environment",
            &[("app/Chart.yaml", CHART), ("app/values.yaml", "auth:\n  password: ''\n")],
            "app/values.yaml",
            format!("auth:\n  password: {PASSWORD}\n"),
        ),
        (
            "secret-in-environment",
            &[("compose.yaml", environment), ("app.env", "DB_PASSWORD=\n")],
            "app.env",
            format!("DB_PASSWORD={PASSWORD}\n"),
        ),
    ];
    for (rule, before, path, with) in cases {
        let server = guarded(before);
        let clean = before.iter().find(|(name, _)| *name == path).unwrap().1;
        let added = {
            server.change(path, with);
            head(&server)
        };
        server.change(path, clean);
        let said = told(&server, rule, &added);
        assert!(said.contains(path), "{said}");
    }
}

#[test]
fn what_only_the_merge_itself_wrote_is_found() {
    let server = guarded(&[("compose.yaml", COMPOSE)]);
    server.git(["checkout", "--quiet", "-b", "side"]);
    server.change("README", "side");
    server.git(["checkout", "--quiet", "-"]);
    server.change("NOTES", "main");
    server.git(["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
    server.write("compose.yaml", COMPOSE.replace("${DB_PASSWORD:?}", PASSWORD));
    let merge = {
        server.commit("merge");
        head(&server)
    };
    server.change("compose.yaml", COMPOSE);
    told(&server, "secret-in-environment", &merge);
}

#[test]
fn a_merge_of_what_the_server_has_is_no_news() {
    let server = guarded(&[("compose.yaml", COMPOSE)]);
    server.unhook("pre-receive");
    server.git(["checkout", "--quiet", "-b", "side"]);
    server.change("compose.yaml", COMPOSE.replace("${DB_PASSWORD:?}", PASSWORD));
    server.push_as(["HEAD:refs/heads/side"]).accepted();
    server.change("compose.yaml", COMPOSE);
    server.push_as(["HEAD:refs/heads/side"]).accepted();
    server.hook("pre-receive");
    server.git(["checkout", "--quiet", "-"]);
    server.change("NOTES", "main");
    server.git(["merge", "--quiet", "--no-edit", "side"]);
    server.push().silent();
}

#[test]
fn the_revert_of_a_removal_brings_it_back_and_that_of_an_addition_does_not_help() {
    let open = COMPOSE.replace("${DB_PASSWORD:?}", PASSWORD);
    let server = guarded(&[("compose.yaml", &open)]);
    server.change("compose.yaml", COMPOSE).push().accepted();
    server.git(["revert", "--no-edit", "HEAD"]);
    let said = server.push().refused_for("secret-in-environment");
    assert!(!said.contains(PASSWORD), "{said}");

    let server = guarded(&[("compose.yaml", COMPOSE)]);
    let added = {
        server.change("compose.yaml", &open);
        head(&server)
    };
    server.git(["revert", "--no-edit", "HEAD"]);
    told(&server, "secret-in-environment", &added);
}

#[test]
fn a_file_that_moves_takes_its_old_secret_along_in_silence() {
    let open = COMPOSE.replace("${DB_PASSWORD:?}", PASSWORD);
    let server = guarded(&[("compose.yaml", &open)]);
    server.git(["mv", "compose.yaml", "docker-compose.yml"]);
    server.commit("move");
    server.push().silent();
    // Another secret that comes and goes with the move is one.
    let server = guarded(&[("compose.yaml", COMPOSE)]);
    server.git(["mv", "compose.yaml", "docker-compose.yml"]);
    server.write("docker-compose.yml", &open);
    let added = {
        server.commit("move");
        head(&server)
    };
    server.change("docker-compose.yml", COMPOSE);
    told(&server, "secret-in-environment", &added);
}

#[test]
fn another_credential_in_place_of_one_is_as_new_as_the_first() {
    let with = |password: &str| COMPOSE.replace("${DB_PASSWORD:?}", password);
    let first = "x8Kq2mZ0pTr7aB3dE5fG";
    let server = guarded(&[("compose.yaml", &with(first))]);
    let said = server.change("compose.yaml", with("w9Jb4nY5qSu3cD6eH1kM")).push();
    let said = said.refused_for("secret-in-environment");
    assert!(said.contains("was written down in full") && !said.contains("w9Jb4nY5"), "{said}");
    // Quotes around the same one, or one default for another, change nothing.
    let server = guarded(&[("compose.yaml", &with(first))]);
    server.change("compose.yaml", with(&format!("'{first}'"))).push().silent();
    let server = guarded(&[("compose.yaml", &with("postgres"))]);
    server.change("compose.yaml", with("todopw")).push().silent();
}

/// The waiver that the only finding of a check offers.
fn fingerprint(server: &Server) -> String {
    let said = plimsoll(&server.work(), ["check", "--format", "json"]);
    let (_, rest) = said.out.split_once("\"fingerprint\":").expect(&said.out);
    rest.split('"').nth(1).unwrap().to_owned()
}

#[test]
fn two_secrets_of_one_length_have_two_fingerprints_and_each_repository_its_own() {
    let with = |password: &str| COMPOSE.replace("${DB_PASSWORD:?}", password);
    let print = |start: &str, password: &str| {
        let server = guarded(&[("compose.yaml", COMPOSE), ("README", start)]);
        server.change("compose.yaml", with(password));
        fingerprint(&server)
    };
    let first = print("one", "x8Kq2mZ0pTr7");
    assert_eq!(first, print("one", "x8Kq2mZ0pTr7"), "the same repository");
    assert_ne!(first, print("one", "w9Jb4nY5qSu3"), "another secret");
    assert_ne!(first, print("two", "x8Kq2mZ0pTr7"), "another repository");
}

#[test]
fn without_a_key_of_the_repository_the_fingerprint_holds_no_secret() {
    let server = Server::new();
    let mut history = String::new();
    for at in 0..20_001 {
        let who = format!("committer a <a@example.org> {at} +0000");
        write!(history, "commit refs/heads/long\n{who}\ndata 1\nx\n").unwrap();
    }
    let mut import = clean(Command::new("git"));
    import.arg("-C").arg(server.work()).args(["fast-import", "--quiet"]);
    fed(&mut import, history.as_bytes()).succeeded();
    server.git(["reset", "--quiet", "--hard", "refs/heads/long"]);
    server.write("compose.yaml", COMPOSE).commit("compose");
    let print = |password: &str| {
        server.write("compose.yaml", COMPOSE.replace("${DB_PASSWORD:?}", password)).commit("open");
        let print = fingerprint(&server);
        server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
        print
    };
    assert_eq!(print("x8Kq2mZ0pTr7"), print("w9Jb4nY5qSu3"));
}

/// A server with this gitleaks configuration.
fn with_gitleaks(config: &str) -> Server {
    let server = guarded(&[("compose.yaml", COMPOSE), ("testdata/compose.yaml", COMPOSE)]);
    let file = server.folder().join("gitleaks.toml");
    std::fs::write(&file, config).unwrap();
    server.policy(&format!("[secrets]\ngitleaks-config = '{}'\n", file.display()))
}

#[test]
fn a_teams_gitleaks_rules_and_allowlists_count() {
    let config = "[extend]\nuseDefault = true\n[[rules]]\nid = 'acme-badge'\n\
                  regex = 'badge-([0-9]{6})'\nkeywords = ['badge-']\n\
                  [allowlist]\npaths = ['^testdata/']\nregexes = ['^x8Kq2mZ0pTr7$']\n";
    let with = |value: &str| COMPOSE.replace("info", value);
    let server = with_gitleaks(config);
    let said = server.change("compose.yaml", with("badge-104711")).push().refused_for("acme-badge");
    assert!(!said.contains("104711"), "{said}");
    let server = with_gitleaks(config);
    server.change("testdata/compose.yaml", with("badge-104711")).push().silent();
    let server = with_gitleaks(config);
    server.change("compose.yaml", COMPOSE.replace("${DB_PASSWORD:?}", PASSWORD)).push().silent();
    let server = with_gitleaks(config);
    server.change("compose.yaml", COMPOSE.replace("${DB_PASSWORD:?}", "w9Jb4nY5qSu3"));
    server.push().refused_for("secret-in-environment");
}

#[test]
fn a_gitleaks_configuration_that_cannot_be_read_turns_nothing_through() {
    let server = with_gitleaks("[[rules]]\nid = 1\n");
    server.change("README", "x").push().refused_for("gitleaks-config");
}

#[test]
fn the_policy_check_says_what_cannot_be_honoured() {
    let server = with_gitleaks("[[rules]]\nid = 'odd'\nregex = 'a(?=b)'\n");
    let policy = server.bare().join("plimsoll.toml");
    let said = plimsoll(&server.work(), ["policy".as_ref(), "check".as_ref(), policy.as_os_str()]);
    let said = said.succeeded();
    assert!(said.contains("gitleaks-config: rule odd is left out: its regex"), "{said}");
    assert!(said.contains("1 rules of the gitleaks configuration are read"), "{said}");
}
