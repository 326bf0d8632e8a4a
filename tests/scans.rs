//! Reports of scanners decide about images that are new, and about nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::server::{PLIMSOLL, Server, clean, plimsoll};
use common::table::told;

/// A server with a folder of reports, and a push behind it that names other images.
struct Scanned {
    server: Server,
    reports: PathBuf,
}

impl Scanned {
    fn new(policy: &str) -> Self {
        let server = Server::new();
        let reports = server.folder().join("scans");
        fs::create_dir(&reports).unwrap();
        let this = Self { server, reports };
        this.configure(policy);
        this.server.change("app/Dockerfile", "FROM registry.example/old:1\nUSER app\n");
        this.server.unhook("pre-receive");
        this.server.push().accepted();
        this.server.hook("pre-receive");
        this
    }

    fn configure(&self, policy: &str) {
        let text = format!(
            "rules.mutable-image.off = true\nrules.base-image.off = true\n\
             [images.scans]\npath = '{}'\n{policy}",
            self.reports.display()
        );
        fs::write(self.server.bare().join("plimsoll.toml"), text).unwrap();
    }

    /// Puts a report of `fixtures/scans` there, written `days` ago.
    fn report(&self, name: &str, days: i64) -> &Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scans");
        let text = fs::read_to_string(format!("{folder}/{name}")).unwrap();
        self.write(name, &text.replace("{now}", &ago(days)))
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.reports.join(name), text).unwrap();
        self
    }

    /// What is said of a push that builds on this image; it is taken back.
    fn build(&self, image: &str) -> String {
        let text = format!("FROM {image}\nUSER app\n");
        self.server.change("app/Dockerfile", text);
        let pushed = self.server.push();
        let said = pushed.remote();
        if pushed.went_through() {
            self.server.unhook("pre-receive");
            self.server.push_as(["--force", "HEAD~1:refs/heads/main"]).accepted();
            self.server.hook("pre-receive");
        }
        self.server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
        format!("{} {said}", if pushed.went_through() { "accepted" } else { "refused" })
    }
}

fn ago(days: i64) -> String {
    let now = jiff::Timestamp::now();
    (now - jiff::SignedDuration::from_hours(24 * days)).to_string()
}

fn says(said: &str, parts: &[&str]) {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&part), "{part:?} is not said:\n{said}");
    }
}

#[test]
fn every_format_is_read() {
    let scanned = Scanned::new("fail-on = 'critical'\n");
    let digest = |digit: &str| format!("registry.example/base@sha256:{}", digit.repeat(64));
    for (report, image, parts) in [
        (
            "trivy.json",
            "registry.example/base:1.0".to_owned(),
            &["1 critical, 1 high, 1 low", "CVE-2099-0001 in openssl, fixed in 3.0.2"][..],
        ),
        (
            "grype.json",
            "registry.example/base:2.0".to_owned(),
            &["1 critical", "GHSA-aaaa-bbbb-cccc in lodash, fixed in 4.17.21"],
        ),
        ("grype.json", digest("3"), &["GHSA-aaaa-bbbb-cccc"]),
        (
            "trivy.sarif",
            "registry.example/base:3.0".to_owned(),
            &["1 critical", "CVE-2099-0006 in libxml2, fixed in 2.9.15"],
        ),
        (
            "spdx.json",
            "registry.example/base:6.0".to_owned(),
            &["1 critical", "CVE-2099-0010 in sudo"],
        ),
        ("spdx.json", digest("6"), &["CVE-2099-0010"]),
        (
            "spdx3.json",
            "registry.example/base:7.0".to_owned(),
            &["1 critical", "CVE-2099-0011 in bash"],
        ),
    ] {
        scanned.report(report, 1);
        let said = scanned.build(&image);
        assert!(said.starts_with("refused"), "{report}: {said}");
        says(&said, parts);
        says(&said, &["high  image-scan  app/Dockerfile:1", "vulnerable"]);
    }
    scanned.configure("fail-on = 'high'\n");
    scanned.report("grype.sarif", 1).report("cyclonedx.json", 1);
    says(&scanned.build(&digest("4")), &["refused", "CVE-2099-0007 in busybox, fixed in 1.36.1"]);
    let said = scanned.build("registry.example/base:5.0");
    says(&said, &["refused", "(1 high; CVE-2099-0008 in curl, fixed in 7.88.2)"]);
}

#[test]
fn an_image_without_a_report_is_told_as_the_policy_says() {
    for (missing, verdict, line) in [
        ("annotate", "accepted", "medium  image-scan  app/Dockerfile:1"),
        ("reject", "refused", "high  image-scan  app/Dockerfile:1"),
    ] {
        let scanned = Scanned::new(&format!("missing = '{missing}'\n"));
        let said = scanned.build("registry.example/base:1.0");
        says(&said, &[verdict, line, "never scanned"]);
        scanned.report("trivy.json", 30);
        // A digest is another question than the tag that it had once.
        let said = scanned.build(&format!("registry.example/base:1.0@{}", common::table::A));
        says(&said, &[verdict, line, "never scanned"]);
    }
    let scanned = Scanned::new("missing = 'ignore'\n");
    assert_eq!(scanned.build("registry.example/base:1.0"), "accepted ");
}

#[test]
fn an_old_report_is_stale_and_what_it_found_is_not() {
    let scanned = Scanned::new("max-age = '2w'\nfail-on = 'critical'\n");
    scanned.report("cyclonedx.json", 20);
    let said = scanned.build("registry.example/base:5.0");
    says(
        &said,
        &["accepted", "medium  image-scan", "its last scan is too old (scanned 20 days ago)"],
    );
    scanned.report("trivy.json", 20);
    says(&scanned.build("registry.example/base:1.0"), &["refused", "20 days ago; CVE-2099-0001"]);
    scanned.report("cyclonedx.json", 13);
    assert_eq!(scanned.build("registry.example/base:5.0"), "accepted ");
}

/// A06: the clock stepped back, so that reports were written on days to come.
#[test]
fn a_report_from_the_future_is_never_fresh() {
    let scanned = Scanned::new("max-age = '2w'\nfail-on = 'critical'\n");
    let written = |name: &str, ahead: u64| {
        scanned.report(name, -i64::try_from(ahead).unwrap());
        let file = fs::File::options().append(true).open(scanned.reports.join(name)).unwrap();
        let day = std::time::Duration::from_secs(24 * 3600 * ahead);
        file.set_modified(std::time::SystemTime::now() + day).unwrap();
    };
    written("cyclonedx.json", 20_000);
    let said = scanned.build("registry.example/base:5.0");
    says(&said, &["accepted", "medium  image-scan", "(scanned on a day to come)"]);
    written("trivy.json", 3);
    says(
        &scanned.build("registry.example/base:1.0"),
        &["refused", "on a day to come; CVE-2099-0001"],
    );
    written("cyclonedx.json", 1);
    assert_eq!(scanned.build("registry.example/base:5.0"), "accepted ");
}

#[test]
fn what_does_not_apply_and_what_is_accepted_does_not_count() {
    let scanned = Scanned::new("fail-on = 'high'\n");
    scanned.report("trivy.json", 1).report("openvex.json", 0);
    // Only a low one is left, which is not worth a word.
    assert_eq!(scanned.build("registry.example/base:1.0"), "accepted ");
    fs::remove_file(scanned.reports.join("openvex.json")).unwrap();
    says(&scanned.build("registry.example/base:1.0"), &["refused", "1 critical, 1 high, 1 low"]);
    let accept = |until: &str, image: &str| {
        scanned.configure(&format!(
            "[[images.scans.accept]]\nid = 'CVE-2099-0001'\nreason = 'no TLS'\nuntil = {until}\n\
             image = '{image}'\n\
             [[images.scans.accept]]\nid = 'cve-2099-0002'\nreason = 'r'\nuntil = {until}\n"
        ));
    };
    let day = |days: i64| ago(-days)[..10].to_owned();
    accept(&day(10), "registry.example/*");
    assert_eq!(scanned.build("registry.example/base:1.0"), "accepted ");
    accept(&day(10), "registry.example/other");
    says(&scanned.build("registry.example/base:1.0"), &["refused", "1 critical, 1 low"]);
    accept(&day(-1), "registry.example/*");
    let said = scanned.build("registry.example/base:1.0");
    says(&said, &["refused", "CVE-2099-0001 was accepted until", "that no longer counts"]);
}

#[test]
fn a_waiver_lets_one_image_through() {
    let scanned = Scanned::new("fail-on = 'high'\n");
    scanned.report("trivy.json", 1);
    let until = ago(-10)[..10].to_owned();
    scanned.configure(&format!(
        "[[waivers]]\nrule = 'image-scan'\npath = 'app/*'\nreason = 'ticket 1'\nuntil = {until}\n"
    ));
    says(&scanned.build("registry.example/base:1.0"), &["accepted"]);
    scanned.configure(&format!(
        "[[waivers]]\nrule = 'image-scan'\npath = 'lib/*'\nreason = 'ticket 1'\nuntil = {until}\n"
    ));
    says(&scanned.build("registry.example/base:1.0"), &["refused"]);
}

#[test]
fn a_waiver_names_one_finding_by_its_fingerprint() {
    let scanned = Scanned::new("fail-on = 'high'\n");
    scanned.report("trivy.json", 1).report("trivy.sarif", 1);
    let said = scanned.build("registry.example/base:1.0");
    let fingerprint = said.lines().find_map(|line| line.trim().strip_prefix("waive: ")).unwrap();
    let fingerprint = fingerprint.split(' ').next().unwrap();
    let until = ago(-10)[..10].to_owned();
    scanned.configure(&format!(
        "fail-on = 'high'\n[[waivers]]\nfingerprint = '{fingerprint}'\nreason = 'ticket 1'\n\
         until = {until}\n"
    ));
    says(&scanned.build("registry.example/base:1.0"), &["accepted"]);
    says(&scanned.build("registry.example/base:3.0"), &["refused", "CVE-2099-0006"]);
}

#[test]
fn only_what_is_new_is_looked_up_and_wherever_it_stands() {
    let scanned = Scanned::new("missing = 'reject'\n");
    scanned.report("trivy.json", 1);
    let index = scanned.reports.join(".plimsoll-index");
    // The image stays, and stands in a second stage now.
    let server = &scanned.server;
    server.change(
        "app/Dockerfile",
        "FROM registry.example/old:1 AS a\nUSER app\nFROM registry.example/old:1\nUSER app\n",
    );
    server.push().silent();
    assert!(!index.exists(), "the reports were opened for nothing");
    let compose = "services:\n  db:\n    image: registry.example/base:1.0\n    mem_limit: 1g\n";
    server.change("compose.yaml", compose);
    let pushed = server.push();
    assert!(
        told(&pushed).contains(&"high image-scan compose.yaml:3".to_owned()),
        "{}",
        pushed.all()
    );
    assert!(index.exists());
    // A stage that only builds is not what ships.
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change(
        "app/Dockerfile",
        "FROM registry.example/base:1.0 AS a\nUSER app\nFROM registry.example/old:1\nUSER app\n",
    );
    let said = server.push().accepted();
    says(&said, &["medium  image-scan  app/Dockerfile:1", "vulnerable, for building"]);
}

#[test]
fn a_broken_report_is_named_and_costs_only_itself() {
    let scanned = Scanned::new("missing = 'reject'\nfail-on = 'never'\n");
    scanned.report("trivy.json", 1);
    scanned.write("a.json", "{\n  \"matches\": [\n");
    scanned.write("b.json", "{\"hello\": 1}");
    scanned.write("notes.txt", "no report");
    let outside = scanned.server.folder().join("secret.json");
    fs::write(&outside, "{}").unwrap();
    std::os::unix::fs::symlink(&outside, scanned.reports.join("c.json")).unwrap();
    for _ in 0..2 {
        let said = scanned.build("registry.example/base:1.0");
        says(&said, &["accepted", "scan report a.json:3: EOF", "b.json: not a report of Trivy"]);
        says(&said, &["c.json: leads out of the folder"]);
    }
    let checked = plimsoll(&scanned.server.bare(), ["policy", "check"]);
    says(&checked.out, &["a.json:3", "1 scan reports can be read"]);
}

#[test]
fn a_folder_that_is_not_there_lets_nothing_pass_in_silence() {
    let scanned = Scanned::new("missing = 'reject'\n");
    fs::remove_dir(&scanned.reports).unwrap();
    let said = scanned.build("registry.example/base:1.0");
    says(&said, &["refused", "never scanned", "can't be read"]);
}

#[test]
fn a_changed_report_is_read_again_and_a_damaged_index_is_made_anew() {
    let scanned = Scanned::new("fail-on = 'critical'\n");
    scanned.report("trivy.json", 1);
    says(&scanned.build("registry.example/base:1.0"), &["refused"]);
    let index = scanned.reports.join(".plimsoll-index");
    let whole = fs::read_to_string(&index).unwrap();
    let text = fs::read_to_string(scanned.reports.join("trivy.json")).unwrap();
    scanned.write("trivy.json", &text.replace("CRITICAL", "MEDIUM"));
    assert_eq!(scanned.build("registry.example/base:1.0"), "accepted ");
    for damaged in [&whole[..whole.len() / 2], "", "plimsoll scans 0\n0\n"] {
        fs::write(&index, damaged).unwrap();
        assert_eq!(scanned.build("registry.example/base:1.0"), "accepted ");
        assert!(fs::read_to_string(&index).unwrap().len() > 100);
    }
    // Where nothing can be written it is read every time.
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    assert_eq!(scanned.build("registry.example/base:1.0"), "accepted ");
}

#[test]
fn hooks_that_run_at_once_agree() {
    let scanned = Scanned::new("fail-on = 'critical'\n");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scans/trivy.json");
    let text = fs::read_to_string(folder).unwrap().replace("{now}", &ago(1));
    for number in 0..200 {
        let name = format!("registry.example/image-{number}");
        scanned.write(&format!("{number}.json"), &text.replace("registry.example/base", &name));
    }
    let server = &scanned.server;
    server.change("app/Dockerfile", "FROM registry.example/image-77:1.0\nUSER app\n");
    let runs: Vec<_> = (0..8)
        .map(|_| {
            let mut command = clean(Command::new(PLIMSOLL));
            let policy = server.bare().join("plimsoll.toml");
            command.current_dir(server.work()).args(["check", "--policy"]).arg(policy);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for run in runs {
        let run = run.wait_with_output().unwrap();
        let out = String::from_utf8_lossy(&run.stdout).into_owned();
        let err = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(1), "{out}{err}");
        says(&format!("{out}{err}"), &["1 critical, 1 high, 1 low; CVE-2099-0001 in openssl"]);
    }
    let left: Vec<_> = fs::read_dir(&scanned.reports)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, [".plimsoll-index"]);
}

/// The shell in `docs/scanning.md` scans what a push brought, and the next push is judged by it.
#[test]
fn the_recipe_of_the_documentation_works() {
    recipe("trivy", "registry.example/base:1.0", 6, "CVE-2099-0001");
    recipe("grype", "registry.example/base:2.0", 5, "GHSA-aaaa-bbbb-cccc");
}

/// With a scanner that writes a report of `fixtures/scans` about `of`, into the file that its
/// argument at `place` names, and finds `worst`.
fn recipe(scanner: &str, of: &str, place: usize, worst: &str) {
    let page =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scanning.md")).unwrap();
    let script = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let scanned = Scanned::new("missing = 'annotate'\n");
    let (server, folder) = (&scanned.server, scanned.server.folder());
    let tools = folder.join("bin");
    fs::create_dir(&tools).unwrap();
    std::os::unix::fs::symlink(PLIMSOLL, tools.join("plimsoll")).unwrap();
    let fixture = format!("{}/fixtures/scans/{scanner}.json", env!("CARGO_MANIFEST_DIR"));
    let tool = format!(
        "#!/bin/sh\nfor last; do :; done\n[ \"$last\" = registry.example/gone:1 ] && exit 1\n\
         sed \"s|{of}|$last|; s|{{now}}|{}|\" {fixture} >\"${place}\"\n",
        ago(0)
    );
    fs::write(tools.join(scanner), tool).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(tools.join(scanner), mode).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let reports = scanned.reports.display();
    let set = format!("export PATH={path} REPORTS={reports} SCANNER={scanner}\n");
    server.script("post-receive", &script.replacen('\n', &format!("\n{set}"), 1));
    server.change("app/Dockerfile", "FROM registry.example/base:9.0\nUSER app\n");
    says(&server.push().accepted(), &["never scanned"]);
    let names: Vec<_> =
        fs::read_dir(&scanned.reports).unwrap().map(|e| e.unwrap().file_name()).collect();
    let report = format!("registry.example_base_9.0.{scanner}.json");
    assert!(names.iter().any(|name| *name == *report), "{names:?}");
    server.change("compose.yaml", "services:\n  a:\n    image: registry.example/base:9.0\n");
    says(&server.push().refused(), &["vulnerable", worst]);
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("x.compose.yaml", "services:\n  a:\n    image: registry.example/gone:1\n");
    assert!(server.push().all().contains("could not scan registry.example/gone:1"));
}

#[test]
fn what_the_policy_denies_is_refused_wherever_it_stands() {
    let server = Server::new().policy(
        "[images]\ntrusted = ['docker.io/library/node', 'docker.io/library/redis', 'ghcr.io/acme/**']\n\
         denied = ['docker.io/library/*:latest', 'ghcr.io/acme/old/*']\n",
    );
    server.change("app/Dockerfile", "FROM node:22.1.0\nUSER node\n");
    server.push().accepted();
    let compose = "services:\n  web:\n    image: ghcr.io/acme/old/web:${TAG}\n  db:\n    \
                   image: ghcr.io/acme/db:${TAG}\n  cache:\n    image: redis:${TAG}\n";
    server.change("compose.yaml", compose);
    let pushed = server.push();
    let said = told(&pushed);
    let denied: Vec<_> = said.iter().filter(|line| line.starts_with("critical")).collect();
    assert_eq!(denied, ["critical base-image compose.yaml:3"], "{}", pushed.all());
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("app/Dockerfile", "FROM node\nUSER node\n");
    says(&server.push().refused(), &["critical  base-image", "now denied by the policy"]);
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change(
        "compose.yaml",
        "services:\n  a:\n    image: evil/x:1.0.0\n  b:\n    image: rnysql:8.4.0\n",
    );
    let said = server.push().refused();
    says(&said, &["image rnysql of service b: nearly a well-known name, but another (mysql)"]);
}
