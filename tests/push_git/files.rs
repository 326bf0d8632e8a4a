//! Paths and entries of a tree: moved, copied, linked, replaced, too large, not in git at all.

use crate::common::server::Server;
use crate::{APP, ROOT, guarded};

const FINAL: &str = "runs-as-root";

/// S19
#[test]
fn a_file_moved_unchanged_is_no_change() {
    let server = guarded();
    server.git(["mv", "Dockerfile", "Containerfile"]);
    server.commit("renamed");
    server.push().silent();
}

/// G14
#[test]
fn renamed_and_weakened_at_once_is_compared_with_what_it_was() {
    for to in ["build/app.Dockerfile", "build/image.txt"] {
        let server = guarded();
        server.write("noise", "FROM the start\n").remove("Dockerfile").change(to, ROOT);
        let said = server.push().refused_for(FINAL);
        assert!(said.contains("- 4 | USER app") && said.contains("was not root"), "{said}");
    }
}

/// G15
#[test]
fn a_copy_answers_for_what_it_lacks() {
    let server = guarded();
    server.change("Dockerfile.prod", ROOT).push().refused_for("runs-as-root  Dockerfile.prod");
}

/// G17
#[test]
fn a_name_in_another_case_is_the_same_kind_of_file() {
    let server = guarded();
    server.remove("Dockerfile").change("dockerfile", ROOT);
    assert!(server.push().refused_for(FINAL).contains("- 4 | USER app"));
    server.write("Dockerfile", APP).commit("both");
    server.push().refused_for("dockerfile");
}

/// G17
#[test]
fn two_spellings_of_one_name_are_both_judged_and_noted() {
    let server = guarded();
    let said = server.change("dockerfile", APP).push().accepted();
    assert!(
        said.contains("note: dockerfile: another name beside it differs only in case"),
        "{said}"
    );
    server.change("README", "x").push().silent();
    for spelling in ["Dockerfile", "dockerfile"] {
        server.change(spelling, ROOT).push().refused_for(&format!("runs-as-root  {spelling}:"));
        server.change(spelling, APP);
    }
}

/// G18
#[test]
fn bytes_of_a_path_are_judged_and_never_printed_raw() {
    let names: [&[u8]; 5] = [
        b"Docker\nfile/Dockerfile",
        b"a\x1b[2K/Dockerfile",
        b"\"q'/Dockerfile",
        b"\xe2\x80\xaeevil/Dockerfile",
        b"\xff\xfe/Dockerfile",
    ];
    for name in names {
        let server = guarded();
        let path = std::os::unix::ffi::OsStrExt::from_bytes(name);
        let path: &std::ffi::OsStr = path;
        let file = server.work().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, ROOT).unwrap();
        server.commit("odd");
        let said = server.push().refused_for(FINAL);
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{fffd}']), "{said:?}");
        assert!(said.contains("Dockerfile:"), "{said}");
    }
}

/// G19
#[test]
fn a_link_is_followed_inside_the_repository() {
    let server = guarded();
    server.change("base/evil.txt", ROOT).push().silent();
    server.link("Dockerfile", "base/evil.txt").commit("linked");
    server.push().refused_for(FINAL);
    server.change("base/evil.txt", APP).push().silent();
    server.change("base/evil.txt", ROOT).push().refused_for(FINAL);
}

#[test]
fn a_link_beside_its_target_tells_nothing_twice() {
    let server = guarded();
    server.link("Containerfile", "Dockerfile").commit("linked");
    server.push().silent();
    let said = server.change("Dockerfile", ROOT).push().refused();
    assert_eq!(said.matches("runs-as-root").count(), 2, "once, and once to explain: {said}");
}

/// G19
#[test]
fn a_link_that_leads_nowhere_outside_or_in_circles_is_refused() {
    for (target, why) in [
        ("missing", "leads nowhere"),
        ("/etc/passwd", "leads out of the repository"),
        ("../../Dockerfile", "leads out of the repository"),
        ("Dockerfile", "circles"),
    ] {
        let server = guarded();
        server.link("Dockerfile", target).commit("linked");
        let said = server.push().refused();
        assert!(said.replace('\n', " ").contains(why), "{target}: {said}");
    }
}

/// G19
#[test]
fn a_linked_ignore_file_is_followed_too() {
    let server = guarded();
    server.write(".dockerignore", "**\n!app\n").change("ignore", "docs\n");
    server.write("Dockerfile", APP.replace("COPY app /app/", "COPY . /app/")).commit("copies all");
    server.push().accepted();
    server.link(".dockerignore", "ignore").commit("linked");
    server.push().refused();
}

/// G20
#[test]
fn a_submodule_in_place_of_container_files_can_not_be_judged() {
    let server = guarded();
    server.change("deploy/Dockerfile", APP).push().silent();
    server.git(["rm", "-r", "--quiet", "--cached", "deploy"]);
    std::fs::remove_dir_all(server.work().join("deploy")).unwrap();
    let commit = server.git(["rev-parse", "HEAD"]);
    server.entry("160000", commit.trim(), "deploy");
    insta::assert_snapshot!(server.push().refused(), @r"
    could not judge deploy: a submodule took the place of a folder with
    container files
    could not judge deploy/Dockerfile: the path leads into a submodule
    0 regressions, 0 improvements, 2 not judged; main was not updated
    ");
}

/// G21
#[test]
fn a_submodule_that_comes_or_moves_is_noted() {
    let server = guarded();
    let commit = server.git(["rev-parse", "HEAD"]);
    let hash = commit.trim();
    server.entry("160000", hash, "lib").push().accepted_with("lib: a submodule was added");
    let other = server.git(["rev-parse", "HEAD"]);
    server.entry("160000", other.trim(), "lib").push().accepted_with("lib: the submodule moved");
}

/// G21
#[test]
fn a_submodule_from_another_place_is_told() {
    let modules = |url: &str| format!("[submodule \"lib\"]\n\tpath = lib\n\turl = {url}\n");
    let server = guarded();
    server.change(".gitmodules", modules("https://example.org/lib.git")).push().silent();
    let moved = server.change(".gitmodules", modules("https://example.com/lib.git")).push();
    let said = moved.accepted_with("submodule-source  .gitmodules:3");
    assert!(!said.contains("you fixed"), "{said}");
    let same = modules("https://example.com/lib.git").replace('\t', "  ");
    server.change(".gitmodules", same).push().silent();
}

/// G22, G23, G24, G26
#[test]
fn attributes_that_change_what_a_build_sees_are_told() {
    for line in [
        "Dockerfile working-tree-encoding=IBM037",
        "Dockerfile export-subst",
        ".dockerignore export-ignore",
        "*ockerfile filter=lfs",
        "[attr]hidden filter=lfs\n* hidden",
    ] {
        let server = guarded();
        server.change(".gitattributes", format!("*.md text\n{line}\n"));
        server.push().refused_for("git-attributes  .gitattributes");
    }
}

/// G22, G23: what stands in git is not what is built.
#[test]
fn a_file_that_is_another_after_checkout_is_not_taken_for_what_it_looks_like() {
    // USER root in IBM037.
    let server = guarded();
    let gibberish = b"\xc6\xd9\xd6\xd4\x40\x81\x25\xe4\xe2\xc5\xd9\x40\x99\x96\x96\xa3\x25";
    server.write(".gitattributes", "Dockerfile working-tree-encoding=IBM037\n");
    let said = server.change("Dockerfile", gibberish).push().refused_for("git-attributes");
    assert!(said.contains(FINAL) && said.contains("+ 2 | USER root"), "{said}");
    let server = guarded();
    server.write(".gitattributes", "Dockerfile export-subst\n");
    server.change("Dockerfile", APP.replace("USER app", "USER $Format:%s$"));
    let said = server.push().refused_for("git-attributes");
    assert!(said.contains(FINAL), "{said}");
}

/// G26
#[test]
fn an_lfs_pointer_hides_the_content() {
    let server = guarded();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    server.change("Dockerfile", pointer).push().refused_for("Git LFS pointer");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("new/Dockerfile", pointer).push().refused_for("Git LFS pointer");
}

/// G25
#[test]
fn attributes_of_other_files_are_nobodys_business() {
    let server = guarded();
    let attributes = "* text=auto\n*.png filter=lfs\n*.sh eol=lf\n/docs export-ignore\nDockerfile text working-tree-encoding=UTF-8\nVERSION export-subst\n*.yaml binary\nDockerfile -diff\n";
    server.change(".gitattributes", attributes).push().silent();
    server.change("Dockerfile", ROOT).push().refused_for(FINAL);
}

/// G27
#[test]
fn a_blob_over_the_limit_is_refused_and_named() {
    let server = guarded().policy("[limits]\nfile-size = '4KiB'\n");
    server.change("Dockerfile", format!("{APP}{}USER root\n", "# x\n".repeat(2000)));
    insta::assert_snapshot!(server.push().refused(), @r"
    could not judge Dockerfile: 8151 bytes, more than the limit of 4096
    0 regressions, 0 improvements, 1 not judged; main was not updated
    ");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("large", "x".repeat(10_000)).push().silent();
}

#[test]
fn a_large_file_is_ours_only_if_its_content_says_so() {
    let server = guarded().policy("[limits]\nfile-size = '4KiB'\n");
    let object = |more: usize| {
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
        format!("{object}{}", "# x\n".repeat(more))
    };
    server.change("data.json", format!("[{}1]", "1, ".repeat(5000))).push().silent();
    server.change("data.yaml", "- x\n".repeat(5000)).push().silent();
    server.change("deploy.yaml", object(2000)).push().refused_for("more than the limit");
    server.unhook("pre-receive");
    server.push().accepted();
    server.hook("pre-receive");
    server.change("deploy.yaml", object(2001)).push().silent();
}

/// A Dockerfile whose user the script of its entry point decides.
const STARTED: &str =
    "FROM alpine:3.20.1\nCOPY lib/entrypoint.sh /\nENTRYPOINT [\"/entrypoint.sh\"]\n";
const STEPS_DOWN: &str = "#!/bin/sh\nexec su-exec app \"$@\"\n";

#[test]
fn a_script_that_a_container_starts_with_can_not_hide() {
    let server = guarded().policy("[limits]\nfile-size = '4KiB'\n");
    server.write("lib/entrypoint.sh", STEPS_DOWN).change("Dockerfile", STARTED).push().accepted();
    let good = server.git(["rev-parse", "HEAD"]);
    let back = || server.git(["reset", "--quiet", "--hard", good.trim()]);
    let worse = || server.push().refused_for("could not judge lib/entrypoint.sh");

    server.link("lib/entrypoint.sh", "../../entrypoint.sh").commit("out of the repository");
    worse();
    back();
    server.link("lib/entrypoint.sh", "missing").commit("nowhere");
    worse();
    back();
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 1\n",
        "a".repeat(64)
    );
    server.change("lib/entrypoint.sh", pointer);
    worse();
    back();
    server.change("lib/entrypoint.sh", format!("{STEPS_DOWN}{}", "# x\n".repeat(2_000)));
    worse();
    back();
    server.git(["rm", "-r", "--quiet", "--cached", "lib"]);
    std::fs::remove_dir_all(server.work().join("lib")).unwrap();
    server.entry("160000", good.trim(), "lib");
    worse();

    // As unreadable as before is nothing, and a program is no script however large it is.
    server.unhook("pre-receive");
    server.push().accepted();
    server.hook("pre-receive");
    server.change("Dockerfile", format!("{STARTED}LABEL a=b\n")).push().silent();
    server.git(["reset", "--quiet", "--hard", good.trim()]);
    server.write("bin/entrypoint", "\x7fELF".repeat(4_000));
    let program =
        "FROM alpine:3.20.1\nCOPY bin/entrypoint /\nUSER app\nENTRYPOINT [\"/entrypoint\"]\n";
    server.change("bin/Dockerfile", program);
    server.push_as(["HEAD:refs/heads/program"]).accepted();
}

#[test]
fn a_script_is_read_to_its_end() {
    let server = guarded();
    let long =
        |more: usize| format!("#!/bin/sh\n{}exec su-exec app \"$@\"\n", "# a word\n".repeat(more));
    server.write("lib/entrypoint.sh", long(10)).change("Dockerfile", STARTED).push().accepted();
    server.change("lib/entrypoint.sh", long(4_000)).push().silent();
}

/// G27
#[test]
fn a_line_longer_than_a_builder_reads_is_not_passed_over() {
    let server = guarded();
    server.change("Dockerfile", format!("{APP}# {}\nUSER root\n", "x".repeat(70_000)));
    server.push().refused();
}

/// G37
#[test]
fn a_mode_alone_is_no_change() {
    let server = guarded();
    server.change("entrypoint.sh", "#!/bin/sh\n").push().silent();
    server.git(["update-index", "--chmod=+x", "entrypoint.sh", "Dockerfile"]);
    server.git(["commit", "--quiet", "-m", "mode"]);
    server.push().silent();
}

/// G38
#[test]
fn no_folder_is_left_out_unless_the_server_says_so_and_then_it_is_counted() {
    let server = guarded();
    for folder in ["vendor", "testdata", "node_modules"] {
        server.change(&format!("{folder}/Dockerfile"), ROOT).push().refused_for(FINAL);
        server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    }
    let server = server.policy("[paths]\nexclude = ['vendor/**']\n");
    server.change("vendor/Dockerfile", ROOT).push().silent();
    server.change("vendor/Dockerfile", APP).write("Dockerfile", ROOT).commit("both");
    server.push().refused_for("1 changed file excluded");
}

#[test]
fn a_file_that_becomes_a_folder_hides_nothing() {
    let server = Server::new();
    server.change("Dockerfile", APP).push().silent();
    server.remove("Dockerfile").change("Dockerfile/Dockerfile", ROOT);
    server.push().refused_for(FINAL);
}

#[test]
fn what_is_no_dockerfile_by_itself_and_never_was_one_is_only_noted() {
    let server = guarded();
    server.change("node/Dockerfile.txt", "RUN apt-get update\nEXPOSE 80\n");
    assert!(server.push().accepted().contains("node/Dockerfile.txt:1: no FROM"));
    server.change("node/Dockerfile.txt", "LABEL a=b\nRUN apt-get update\n").push().silent();
    server.change("Dockerfile", "RUN apt-get update\n").push().refused_for("no FROM");
}

#[test]
fn a_version_beside_its_model_opens_only_what_the_model_does_not() {
    let server = guarded();
    server.unhook("pre-receive");
    server.change("8.1/Dockerfile", ROOT).push();
    server.hook("pre-receive");
    server.change("8.2/Dockerfile", ROOT).push().silent();
    let worse = format!("{ROOT}RUN echo app:app1 | chpasswd\n");
    let said = server.change("8.3/Dockerfile", worse).push().accepted_with("build-password");
    assert!(!said.contains(FINAL), "{said}");
}
