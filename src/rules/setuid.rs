//! What runs with more rights than whoever starts it.

use super::facts::command::{commands, place};
use super::facts::mode::{self, Mode};
use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Severity, Spanned, Stage, Word,
};

const GROUP: Level = Level::low(1, "set-group-id").in_new_unit(Severity::Info);
const OWNER: Level = Level::high(2, "set-user-id").in_new_unit(Severity::Medium);
const STRONG: Level =
    Level::high(2, "given a capability that is as good as root").in_new_unit(Severity::Medium);

/// Capabilities that don't lead to root or out of the container.
const MILD: &[&str] = &[
    "cap_net_bind_service",
    "cap_net_raw",
    "cap_net_broadcast",
    "cap_sys_nice",
    "cap_ipc_lock",
    "cap_wake_alarm",
    "cap_block_suspend",
    "cap_lease",
];

pub(super) const RULE: Rule = Rule {
    id: "setuid",
    promise: "No further program of a shipped image runs with more rights than its caller.",
    why: "A set-user-id program or a file capability is how a process without rights becomes root \
          inside the container: one bug in it is enough.",
    fix: "Leave the bit out. What needs a privileged port gets `setcap cap_net_bind_service=+ep`, \
          or listens above 1024.",
    fix_in: &[],
    levels: &[GROUP, OWNER, STRONG],
    references: &[Reference::CisDocker("4.8"), Reference::Cwe(250), Reference::Cwe(269)],
    answers: &["dockle CIS-DI-0008", "docker-bench 4.8"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM alpine:3.20
                - RUN chmod 0755 /usr/bin/tool
                + RUN chmod 04755 /usr/bin/tool && install -m 4755 x /usr/bin/x
                + RUN setcap 'cap_sys_admin,cap_net_raw+ep' /usr/bin/agent
                - COPY helper /usr/bin/
                + COPY --chmod=4755 helper /usr/bin/
                  USER app
            ",
            beside: &[],
            findings: &[
                "/usr/bin/tool of the final stage: set-user-id (mode 04755)",
                "/usr/bin/x of the final stage: set-user-id (mode 4755)",
                "/usr/bin/agent of the final stage: given a capability that is as good as root (cap_sys_admin,cap_net_raw+ep)",
                "/usr/bin/ of the final stage: set-user-id (--chmod=4755)",
            ],
        },
        Example {
            file: "Dockerfile", // one more name of a loop
            change: "
                  FROM alpine:3.20
                - RUN for name in a; do chmod 4755 /usr/libexec/$name; done
                + RUN for name in a b; do chmod 4755 /usr/libexec/$name; done
                  USER app
            ",
            beside: &[],
            findings: &["/usr/libexec/b of the final stage: set-user-id (mode 4755)"],
        },
        Example {
            file: "Dockerfile", // the same bit in other words, taken away, or a privileged port only
            change: "
                  FROM alpine:3.20
                - RUN chmod 4755 /usr/bin/tool
                + RUN chmod u+s /usr/bin/tool && setcap cap_net_bind_service=+ep /app
                + RUN find / -perm /6000 -type f -exec chmod a-s {} +
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped {
        return;
    }
    for command in commands(stage) {
        let place = place(stage, command.command);
        if let Some((given, paths)) = mode::given(&command) {
            for path in paths {
                say(mode::parse(given), &path, format!("mode {given}"), &place, found);
            }
        }
        if command.program() == "setcap" {
            let words = command.arguments().iter().filter(|word| !word.as_str().starts_with('-'));
            let words: Vec<&str> = words.map(Word::as_str).collect();
            for pair in words.chunks_exact(2) {
                if let [capabilities, path] = pair
                    && is_strong(capabilities)
                {
                    found.say(STRONG, *path, &place, *capabilities);
                }
            }
        }
    }
    for copy in &stage.copies {
        if let Some((given, flag)) = mode::flag(&copy.flags) {
            let target = copy.target.as_ref().map_or("/", |target| target.value.text.as_str());
            say(mode::parse(given), target, format!("--chmod={given}"), &flag.place, found);
        }
    }
}

fn say(mode: Mode, path: &str, evidence: String, place: &Spanned<()>, found: &mut Found<'_>) {
    let level = if mode.setuid {
        OWNER
    } else if mode.setgid {
        GROUP
    } else {
        return;
    };
    found.say(level, path, place, evidence);
}

/// Whether one of the capabilities of `cap_a,cap_b+ep` is more than mild. `=ep` gives all.
fn is_strong(text: &str) -> bool {
    text.split_whitespace().any(|clause| {
        let Some(at) = clause.find(['+', '=', '-']) else { return false };
        let (names, given) = clause.split_at(at);
        let adds = given.starts_with(['+', '=']) && given.contains(['e', 'p', 'i']);
        let strong = |name: &str| !MILD.contains(&name.to_ascii_lowercase().as_str());
        adds && (names.is_empty() || names.split(',').any(strong))
    })
}
