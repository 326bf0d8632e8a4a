//! What a Dockerfile's text resolves to: variables, parents, triggers, and who ships.

#![allow(clippy::unwrap_used, reason = "a helper that finds nothing fails its test")]
mod common;

use common::MapTree;
use plimsoll::model::{Base, Gap, GapKind, Settings, Shell, Stage, Unit, Value};
use plimsoll::resolve::{Names, units};

fn resolved(text: &str, settings: &Settings) -> (Vec<Stage>, Vec<Gap>) {
    let tree = MapTree::new([("Dockerfile", text)]);
    let resolved = units(&tree, &tree.paths(), &Names::walk(), settings);
    let stages = resolved.units.into_iter().filter_map(|declaration| match declaration.unit {
        Unit::Stage(stage) => Some(*stage),
        _ => None,
    });
    (stages.collect(), resolved.gaps)
}

/// Every stage of a text that has no gap.
fn stages(text: &str) -> Vec<Stage> {
    let (stages, gaps) = resolved(text, &Settings::default());
    assert_eq!(gaps, [], "{text}");
    stages
}

/// The last stage of a text that has no gap.
fn last(text: &str) -> Stage {
    stages(text).pop().unwrap()
}

fn base(base: &Base) -> String {
    match base {
        Base::Image(image) => image.to_string(),
        Base::Stage(index) => format!("#{index}"),
        Base::Scratch => "scratch".to_owned(),
        Base::Unknown(text) => format!("?{text}"),
    }
}

fn value(value: &Value) -> String {
    format!("{}{}", if value.unknown { "?" } else { "" }, value.text)
}

fn user(stage: &Stage) -> String {
    stage.user.as_ref().map_or("none".to_owned(), |user| value(&user.value))
}

fn ports(stage: &Stage) -> Vec<String> {
    let shown = |range: Option<(u16, u16)>| match range {
        None => "any".to_owned(),
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first}-{last}"),
    };
    let ports = stage.ports.iter().map(|ports| &ports.value);
    let mut ports: Vec<_> = ports.map(|p| format!("{}/{}", shown(p.range), p.protocol)).collect();
    ports.sort();
    ports
}

/// Lines of a value: its own, then those it depends on.
fn lines<T>(spanned: &plimsoll::model::Spanned<T>) -> Vec<u32> {
    spanned.places().map(|span| span.line).collect()
}

fn commands(shell: &Shell) -> Vec<String> {
    let all = shell.commands();
    all.iter().filter(|one| !one.wrapped).map(plimsoll::model::Invoked::text).collect()
}

#[test]
fn an_arg_default_is_filled_into_from() {
    let stage = last("ARG BASE=node\nARG TAG=20\nFROM ${BASE}:$TAG\n");
    assert_eq!(base(&stage.base.value), "node:20");
    assert_eq!(lines(&stage.base), [3, 1, 2]);
}

#[test]
fn an_arg_of_an_arg_is_followed_to_both() {
    let stage = last("ARG REGISTRY=ghcr.io/a\nARG BASE=$REGISTRY/b:1\nFROM $BASE\n");
    assert_eq!(base(&stage.base.value), "ghcr.io/a/b:1");
    assert_eq!(lines(&stage.base), [3, 2, 1]);
}

#[test]
fn an_arg_without_a_default_makes_the_base_unknown() {
    let stage = last("ARG BASE\nFROM $BASE\n");
    assert_eq!(base(&stage.base.value), "?$BASE");
    assert_eq!(lines(&stage.base), [2, 1]);
    assert_eq!(base(&last("FROM node:$TAG\n").base.value), "?node:$TAG");
    assert_eq!(base(&last("ARG TAG\nFROM node:${TAG:-20}\n").base.value), "node:20");
    assert_eq!(base(&last("ARG SLIM\nFROM node:20${SLIM:+-slim}\n").base.value), "node:20");
}

#[test]
fn an_arg_of_a_stage_does_not_reach_from() {
    let all = stages("FROM node:20 AS a\nARG TAG=20\nFROM node:$TAG\n");
    assert_eq!(base(&all[1].base.value), "?node:$TAG");
}

#[test]
fn an_env_of_a_stage_does_not_reach_from() {
    let all = stages("FROM node:20 AS a\nENV TAG=20\nFROM node:$TAG\n");
    assert_eq!(base(&all[1].base.value), "?node:$TAG");
}

#[test]
fn a_global_arg_reaches_a_stage_only_where_it_is_declared_again() {
    assert_eq!(user(&last("ARG U=app\nFROM a\nUSER $U\n")), "?$U");
    let stage = last("ARG U=app\nFROM a\nARG U\nUSER $U\n");
    assert_eq!(user(&stage), "app");
    assert_eq!(lines(stage.user.as_ref().unwrap()), [4, 3, 1]);
    assert_eq!(user(&last("ARG U=app\nFROM a\nARG U=root\nUSER $U\n")), "root");
    assert_eq!(user(&last("FROM a\nARG U=app\nARG U\nUSER $U\n")), "app");
}

#[test]
fn global_args_are_told_with_the_first_stage() {
    let all = stages("ARG TOKEN=abc\nARG B=$TOKEN\nFROM a\nARG OWN\nFROM b\n");
    let named = |stage: &Stage| {
        let args = stage.args.iter();
        args.map(|arg| (arg.name.clone(), arg.value.as_ref().map(value))).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        named(&all[0]),
        [
            ("TOKEN".to_owned(), some("abc")),
            ("B".to_owned(), some("abc")),
            ("OWN".to_owned(), None)
        ]
    );
    assert_eq!(named(&all[1]), []);
    assert!(all[0].args[0].place.span.line < all[0].head.line);
}

#[test]
fn a_user_is_what_its_variables_make_of_it() {
    for (lines, expected) in [
        ("USER ${APP_USER:-root}", "root"),
        ("ARG APP_USER\nUSER ${APP_USER:-root}", "root"),
        ("USER ${X-0}", "0"),
        ("ENV X=1\nUSER ${X:+root}", "root"),
        ("ENV U=0\nUSER \"$U\"", "0"),
        ("ENV U=0:0\nUSER ${U%:*}", "0"),
        ("ARG U=app\nENV U=root\nUSER $U", "root"),
        ("ENV U=root\nARG U=app\nUSER $U", "root"),
        ("ENV UID=0\nUSER ${UID}", "0"),
        ("USER 'root'", "root"),
        ("USER \"node\"", "node"),
        ("USER node:node", "node:node"),
        ("USER app\nUSER root", "root"),
        ("ARG U=\nUSER $U", ""),
        ("ARG U\nUSER $U", "?$U"),
        ("USER {{ user }}", "?{{ user }}"),
    ] {
        assert_eq!(user(&last(&format!("FROM a\n{lines}\n"))), expected, "{lines}");
    }
}

#[test]
fn a_user_points_at_the_arg_that_decides() {
    let stage = last("FROM a\nARG BASE=root\nENV U=$BASE\nUSER $U\n");
    assert_eq!(lines(stage.user.as_ref().unwrap()), [4, 3, 2]);
}

#[test]
fn values_of_one_env_see_what_was_before_it() {
    let stage = last("FROM a\nENV A=1\nENV A=2 B=$A\nENV C=s3c\nENV D=r3t E=$C$D F=\"x\"\"y\"\n");
    let env: Vec<String> = stage.env.iter().map(|v| value(v.value.as_ref().unwrap())).collect();
    assert_eq!(env, ["1", "2", "1", "s3c", "r3t", "?s3c$D", "xy"]);
    let joined = last("FROM a\nENV A=s3c B=r3t\nENV C=$A$B\n");
    assert_eq!(value(joined.env[2].value.as_ref().unwrap()), "s3cr3t");
    let legacy = last("FROM a\nENV DB_PASSWORD s3cr3t of old\n");
    assert_eq!(value(legacy.env[0].value.as_ref().unwrap()), "s3cr3t of old");
}

#[test]
fn args_of_one_instruction_see_each_other() {
    let stage = last("FROM a\nARG A=1 B=$A\n");
    assert_eq!(stage.args[1].value.as_ref().map(value).as_deref(), Some("1"));
}

#[test]
fn only_the_last_stage_and_its_chain_ship() {
    let text = "FROM a AS base\nFROM b AS build\nUSER app\nFROM base\nCOPY --from=build /x /x\n";
    let all = stages(text);
    let shipped: Vec<bool> = all.iter().map(|stage| stage.shipped).collect();
    let target: Vec<bool> = all.iter().map(|stage| stage.target).collect();
    assert_eq!(shipped, [true, false, true]);
    assert_eq!(target, [false, false, true]);
    assert_eq!(user(&all[2]), "none");
    assert_eq!(base(&all[2].root.value), "a");
    assert_eq!(lines(&all[2].root), [1, 4]);
    assert_eq!(all[2].sources.len(), 0);
}

#[test]
fn a_target_of_the_policy_ships_instead() {
    let settings = Settings { targets: vec!["Prod".to_owned()], ..Settings::default() };
    let (all, _) = resolved("FROM a AS base\nFROM base AS prod\nFROM prod AS dev\n", &settings);
    let ships: Vec<_> = all.iter().map(|stage| (stage.shipped, stage.target)).collect();
    assert_eq!(ships, [(true, false), (true, true), (false, false)]);
    let (all, _) = resolved("FROM a AS base\nFROM base\n", &settings);
    assert!(all[1].target, "no stage has the name: the last one ships");
}

#[test]
fn a_child_stage_inherits() {
    let text = "\
FROM a AS Base
ENV U=app
USER $U
EXPOSE 80
WORKDIR /srv
ENTRYPOINT [\"run\"]
CMD [\"x\"]
HEALTHCHECK NONE
SHELL [\"/bin/bash\", \"-c\"]
FROM base
EXPOSE 81
ENV V=$U
";
    let stage = last(text);
    assert_eq!(base(&stage.base.value), "#0");
    assert_eq!(user(&stage), "app");
    assert_eq!(lines(stage.user.as_ref().unwrap()), [3, 2, 10]);
    assert_eq!(ports(&stage), ["80/tcp", "81/tcp"]);
    assert_eq!(value(&stage.workdir.as_ref().unwrap().value), "/srv");
    assert!(stage.entrypoint.is_some() && stage.cmd.is_some() && stage.healthcheck.is_some());
    assert_eq!(stage.shell.as_ref().unwrap().value, ["/bin/bash", "-c"]);
    assert_eq!(value(stage.env[0].value.as_ref().unwrap()), "app");
}

#[test]
fn a_new_entrypoint_drops_an_inherited_command() {
    let parent = "FROM a AS base\nCMD [\"x\"]\nFROM base\n";
    assert!(last(&format!("{parent}ENTRYPOINT [\"y\"]\n")).cmd.is_none());
    assert!(last(&format!("{parent}CMD [\"z\"]\nENTRYPOINT [\"y\"]\n")).cmd.is_some());
    assert!(last("FROM a\nCMD [\"z\"]\nENTRYPOINT [\"y\"]\n").cmd.is_some());
}

#[test]
fn a_stage_shadows_an_image_only_below_it() {
    let all = stages("FROM evil/x AS node\nFROM node\n");
    assert_eq!(base(&all[1].base.value), "#0");
    assert_eq!(base(&all[1].root.value), "evil/x");
    let all = stages("FROM node\nFROM evil/x AS node\n");
    assert_eq!(base(&all[0].base.value), "node");
    let all = stages("FROM a AS x\nFROM b AS x\nFROM x\n");
    assert_eq!(base(&all[2].root.value), "b");
    assert_eq!(base(&last("FROM node AS node\n").base.value), "node");
    assert_eq!(base(&last("FROM a\nFROM 0\n").base.value), "0");
}

#[test]
fn a_stage_named_by_a_variable_is_still_a_stage() {
    let stage =
        last("ARG FLAVOUR=debug\nFROM a AS debug\nUSER root\nFROM b AS prod\nFROM $FLAVOUR\n");
    assert_eq!(base(&stage.base.value), "#0");
    assert_eq!(user(&stage), "root");
}

#[test]
fn the_platform_chooses_among_stages_but_not_among_images() {
    let text = "FROM a AS bin-linux\nUSER app\nFROM b AS bin-windows\nFROM bin-$TARGETOS\n";
    assert_eq!(user(&last(text)), "app");
    assert!(stages(text)[0].shipped);
    assert_eq!(base(&last("FROM a-${TARGETARCH}:1\n").base.value), "?a-$TARGETARCH:1");
}

#[test]
fn references_are_normalised() {
    let digest = format!("sha256:{}", "ab".repeat(32));
    for (left, right) in [
        ("node", "docker.io/library/node"),
        ("node", "index.docker.io/library/node"),
        ("\"node:20\"", "node:20"),
    ] {
        let image = |text: &str| last(&format!("FROM {text}\n")).base.value;
        assert_eq!(image(left), image(right));
    }
    let stage = last(&format!("ARG BASE=node:20@{digest}\nFROM $BASE\n"));
    assert_eq!(base(&stage.base.value), format!("node:20@{digest}"));
    assert_eq!(base(&last("FROM scratch\n").base.value), "scratch");
    assert_eq!(base(&last("FROM n\u{43e}de:20\n").base.value), "?n\u{43e}de:20");
}

#[test]
fn a_platform_is_kept_as_far_as_it_is_known() {
    let platform = |text: &str| value(&last(text).platform.unwrap().value);
    assert_eq!(platform("FROM --platform=linux/amd64 a\n"), "linux/amd64");
    assert_eq!(platform("FROM --platform=$BUILDPLATFORM a\n"), "?$BUILDPLATFORM");
    assert_eq!(platform("ARG EVIL=linux/riscv64\nFROM --platform=$EVIL a\n"), "linux/riscv64");
}

#[test]
fn ports_are_expanded_to_ranges() {
    let exposed = |lines: &str| ports(&last(&format!("FROM a\n{lines}\n")));
    assert_eq!(exposed("EXPOSE 3000-9999"), ["3000-9999/tcp"]);
    assert_eq!(exposed("EXPOSE 3000/udp"), ["3000/udp"]);
    assert_eq!(exposed("ARG PORTS=\"22 2375\"\nEXPOSE $PORTS"), ["22/tcp", "2375/tcp"]);
    assert_eq!(exposed("EXPOSE 80 443"), exposed("EXPOSE 443/tcp 80"));
    assert_eq!(exposed("EXPOSE $PORT"), ["any/tcp"]);
    assert_eq!(exposed("EXPOSE {{ port }}/udp"), ["any/tcp"]);
    assert_eq!(exposed("ARG PORT\nEXPOSE ${PORT:-8080}"), ["8080/tcp"]);
    let (_, gaps) = resolved("FROM a\nEXPOSE http\n", &Settings::default());
    assert_eq!(gaps.iter().map(|gap| gap.span.unwrap().line).collect::<Vec<_>>(), [2]);
}

#[test]
fn images_that_files_are_taken_from_are_sources() {
    let text = "\
FROM a AS build
FROM b
COPY --from=build /x /x
COPY --from=0 /y /y
COPY --from=evil.io/x:latest / /
RUN --mount=type=bind,from=nginx:1,target=/n true
RUN --mount=type=bind,from=build,target=/n true
COPY --from=7 /z /z
";
    let stage = last(text);
    let sources: Vec<String> = stage.sources.iter().map(|source| base(&source.value)).collect();
    assert_eq!(sources, ["evil.io/x:latest", "nginx:1", "?7"]);
    assert_eq!(stage.sources[0].span.line, 5);
    let from: Vec<_> = stage.copies.iter().map(|copy| copy.from.as_ref().map(base)).collect();
    assert_eq!(from[..2], [Some("#0".to_owned()), Some("#0".to_owned())]);
}

#[test]
fn flags_of_run_are_kept() {
    let stage = last("FROM a\nARG SEC=insecure\nRUN --security=$SEC --network=host true\n");
    let flags: Vec<String> = stage.runs[0]
        .flags
        .iter()
        .map(|flag| format!("{}={}", flag.name, flag.value.as_ref().unwrap()))
        .collect();
    assert_eq!(flags, ["security=insecure", "network=host"]);
    assert_eq!(stage.runs[0].flags[0].place.because.len(), 1);
}

#[test]
fn copies_are_read_with_their_heredocs() {
    let stage = last(
        "FROM a\nENV P=s3cret\nCOPY --chown=0:0 <<EOF <<\"raw\" /etc/x\npw=$P\nEOF\nraw=$P\nraw\nADD [\"a b\", \"/c\"]\n",
    );
    let bodies: Vec<&str> =
        stage.copies[0].heredocs.iter().map(|body| body.text.as_str()).collect();
    assert_eq!(bodies, ["pw=s3cret\n", "raw=$P\n"]);
    assert_eq!(stage.copies[0].heredocs[0].whole().line, 4);
    assert_eq!(stage.copies[0].sources.len(), 0);
    assert_eq!(value(&stage.copies[0].target.as_ref().unwrap().value), "/etc/x");
    assert!(stage.copies[1].add);
    assert_eq!(value(&stage.copies[1].sources[0].value), "a b");
}

#[test]
fn a_heredoc_never_sets_the_user() {
    assert_eq!(user(&last("FROM a\nRUN <<EOF\nUSER app\nEOF\n")), "none");
    assert_eq!(user(&last("FROM a\nRUN echo \"<<EOF\"\nUSER root\nRUN echo EOF\n")), "root");
}

#[test]
fn triggers_become_a_stage_of_their_own() {
    let all = stages(
        "FROM a AS base\nENV U=root\nONBUILD USER $U\nONBUILD RUN --network=host x\nRUN y\n",
    );
    assert_eq!(all.len(), 2);
    assert!(!all[0].trigger && all[1].trigger);
    assert_eq!((user(&all[0]).as_str(), user(&all[1]).as_str()), ("none", "root"));
    assert_eq!((all[0].runs.len(), all[1].runs.len()), (1, 1));
    assert_eq!(all[1].runs[0].flags[0].name, "network");
    assert_eq!(base(&all[1].base.value), "a");
    assert_eq!(all[1].head.line, 3);
    assert_eq!(all[1].index, 0);
}

#[test]
fn a_local_child_gets_the_triggers_for_real() {
    let all =
        stages("FROM a AS base\nONBUILD USER root\nONBUILD EXPOSE 22\nFROM base\nEXPOSE 80\n");
    assert_eq!(all.len(), 2, "nobody else can build on it");
    assert_eq!(user(&all[0]), "none");
    assert_eq!(user(&all[1]), "root");
    assert_eq!(lines(all[1].user.as_ref().unwrap()), [2, 4]);
    assert_eq!(ports(&all[1]), ["22/tcp", "80/tcp"]);
    let all = stages("FROM a AS base\nONBUILD USER root\nFROM base AS b\nFROM b\nUSER app\n");
    assert_eq!((user(&all[1]).as_str(), user(&all[2]).as_str()), ("root", "app"));
}

#[test]
fn scratch_after_an_image_loses_its_user() {
    let stage = last("FROM scratch\nADD rootfs.tar /\n");
    assert_eq!(user(&stage), "none");
    assert_eq!(base(&stage.root.value), "scratch");
    assert!(stage.copies[0].add);
}

#[test]
fn keywords_and_names_are_blind_to_case() {
    let all = stages("from a as Build\nuser app\nFrom BUILD\n");
    assert_eq!(all[0].name.as_ref().unwrap().value, "build");
    assert_eq!(user(&all[1]), "app");
}

#[test]
fn the_escape_directive_counts_in_values() {
    let stage = last("# escape=`\nFROM a\nENV P=c:\\x Q=a`$b\nUSER root\n");
    let env: Vec<String> = stage.env.iter().map(|v| value(v.value.as_ref().unwrap())).collect();
    assert_eq!(env, ["c:\\x", "a$b"]);
}

#[test]
fn a_broken_expansion_is_a_gap_and_the_rest_counts() {
    let (all, gaps) = resolved("FROM a\nLABEL x=${\nUSER root\n", &Settings::default());
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].span.unwrap().line, 2);
    assert_eq!(user(&all[0]), "root");
}

#[test]
fn too_many_stages_are_a_gap() {
    let text = "FROM a\n".repeat(10_000);
    let (all, gaps) = resolved(&text, &Settings::default());
    assert!(all.len() < 10_000);
    assert_eq!(gaps.iter().filter(|gap| gap.kind == GapKind::Limit).count(), 1);
}

#[test]
fn growth_is_bounded() {
    let mut doubling = String::from("FROM a\nENV A=0123456789\n");
    doubling.push_str(&"ENV A=$A$A\n".repeat(200));
    doubling.push_str("USER root\n");
    let (all, gaps) = resolved(&doubling, &Settings::default());
    assert_eq!(gaps.iter().filter(|gap| gap.kind == GapKind::Limit).count(), 1);
    assert_eq!(user(&all[0]), "root");
    let mut chain = String::from("FROM a AS s0\n");
    for index in 1..1_500 {
        use std::fmt::Write as _;
        let _ = write!(chain, "FROM s{} AS s{index}\nENV V{index}=1\nEXPOSE {index}\n", index - 1);
    }
    let (_, gaps) = resolved(&chain, &Settings::default());
    assert_eq!(gaps.iter().filter(|gap| gap.kind == GapKind::Limit).count(), 1);
    let cycle = last("ARG A=$B B=$A\nARG A=$B\nFROM a:$A\n");
    assert_eq!(base(&cycle.base.value), "?a:$B");
}

#[test]
fn a_body_is_for_similarity() {
    let tree =
        MapTree::new([("Dockerfile", "FROM  a\n# note\n\nRUN   x \\\n  y\nFROM b\nUSER c\n")]);
    let resolved = units(&tree, &tree.paths(), &Names::walk(), &Settings::default());
    let bodies: Vec<_> = resolved
        .units
        .iter()
        .filter(|unit| matches!(unit.unit, Unit::Stage(_)))
        .map(|unit| unit.body.clone())
        .collect();
    assert_eq!(bodies, [vec!["FROM a", "RUN x \\", "y"], vec!["FROM b", "USER c"]]);
}

#[test]
fn what_is_run_is_read_as_shell() {
    let stage = last("FROM a\nENV V=1\nARG W=2\nUSER app\nRUN curl x$V$W | sh\nCMD app $V$W\n");
    assert_eq!(commands(&stage.runs[0].shell), ["curl x12", "sh"]);
    assert_eq!(value(&stage.runs[0].user.as_ref().unwrap().value), "app");
    let cmd = stage.cmd.unwrap();
    assert!(!cmd.exec);
    assert_eq!(commands(&cmd.shell), ["app 1$W"]);
}

#[test]
fn a_shell_in_the_exec_form_is_the_shell_form() {
    let cmd = |line: &str| last(&format!("FROM a\n{line}\n")).cmd.unwrap();
    let plain = cmd("CMD app --now");
    for same in [
        "CMD [\"sh\", \"-c\", \"app --now\"]",
        "CMD [\"/bin/bash\", \"-o\", \"pipefail\", \"-ec\", \"app --now\"]",
        "CMD [\"/usr/bin/env\", \"sh\", \"-c\", \"app --now\"]",
    ] {
        let wrapped = cmd(same);
        assert_eq!(commands(&wrapped.shell), commands(&plain.shell), "{same}");
        assert_eq!(wrapped.exec, plain.exec);
    }
    let exec = cmd("CMD [\"app\", \"--now\"]");
    assert!(exec.exec);
    assert_eq!(commands(&exec.shell), ["app --now"]);
    let run = last("FROM a\nRUN [\"sh\", \"-c\", \"curl x | sh\"]\n");
    assert_eq!(commands(&run.runs[0].shell), ["curl x", "sh"]);
}

#[test]
fn a_heredoc_is_shell_where_a_shell_reads_it() {
    let run = |text: &str| {
        let stage = last(&format!("FROM a\nRUN {text}\n"));
        let run = stage.runs.into_iter().next().unwrap();
        let data: Vec<String> = run.data.iter().map(|body| body.text.clone()).collect();
        (commands(&run.shell), data.len())
    };
    let plain = (vec!["a 1".to_owned(), "b".to_owned()], 0);
    assert_eq!(run("a 1 && b"), plain);
    assert_eq!(run("<<EOF\na 1\nb\nEOF"), plain);
    assert_eq!(run("<<EOF\n#!/bin/bash -e\na 1\nb\nEOF"), plain);
    assert_eq!(run("<<'EOF'\n#!/usr/bin/env python3\nimport os\nEOF"), (vec![], 1));
    for fed in
        ["bash", "sh -s", "bash -ex", "sudo bash", "sh -s -- x", "bash -o pipefail", "su app"]
    {
        let (found, data) = run(&format!("{fed} <<EOF\na 1\nb\nEOF"));
        assert_eq!((found.last().map(String::as_str), data), (Some("b"), 0), "{fed}");
    }
    let (found, data) = run("cat <<EOF | sh\na 1\nb\nEOF");
    assert!(found.contains(&"b".to_owned()) && data == 0, "{found:?}");
    for other in ["python3", "cat > /x", "sh /x.sh", "sh -c 'cat'", "tee /etc/x"] {
        let (found, data) = run(&format!("{other} <<EOF\na 1\nb\nEOF"));
        assert!(!found.contains(&"b".to_owned()) && data == 1, "{other}: {found:?}");
    }
}

#[test]
fn a_health_check_is_switched_off_or_run() {
    use plimsoll::model::Healthcheck;
    let check = |line: &str| last(&format!("FROM a\n{line}\n")).healthcheck.unwrap().value;
    assert!(matches!(check("HEALTHCHECK none"), Healthcheck::None));
    let Healthcheck::Command(command) = check("HEALTHCHECK --interval=5s CMD curl -f x") else {
        panic!("it is a command");
    };
    assert_eq!(commands(&command.shell), ["curl -f x"]);
}

proptest::proptest! {
    #[test]
    fn any_instructions_resolve(lines in proptest::collection::vec(instruction(), 0..24)) {
        let (stages, gaps) = resolved(&lines.join("\n"), &Settings::default());
        proptest::prop_assert!(stages.len() <= 2 * lines.len());
        proptest::prop_assert!(stages.is_empty() || stages.iter().any(|stage| stage.target));
        proptest::prop_assert!(stages.iter().all(|stage| stage.shipped || !stage.target));
        proptest::prop_assert!(gaps.len() <= 8 * lines.len() + 2);
    }
}

fn instruction() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let keyword = proptest::sample::select(vec![
        "FROM",
        "FROM a AS",
        "ARG",
        "ENV A",
        "ENV",
        "USER",
        "EXPOSE",
        "RUN",
        "COPY --from=",
        "ONBUILD USER",
        "ONBUILD RUN",
        "CMD",
        "ENTRYPOINT",
        "HEALTHCHECK CMD",
        "LABEL a=",
        "ADD",
        "RUN --mount=from=",
        "SHELL",
        "VOLUME",
        "WORKDIR",
    ]);
    let rest = r#"(a|b|\$A|\$\{A:-b\}|\$\{|"|'|=|<<E|\[|,|80|-| |/|é|\\){0,8}"#;
    (keyword, rest).prop_map(|(keyword, rest)| format!("{keyword} {rest}"))
}
