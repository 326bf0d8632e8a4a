//! Seccomp, AppArmor, SELinux and the masks of /proc.

use super::facts::privilege::{Answer, answer, lacks, lost, privileged};
use crate::model::{
    Example, Exposure, Found, Level, Measure, Platform, Profile, Reference, Rule, Severity,
    Spanned, Told, Workload,
};

const CONFINED: Level = Level::closed("confined");
const CUSTOM: Level = Level::medium(1, "a label of its own").in_new_unit(Severity::Low);
const UNKNOWN: Level =
    Level::medium(1, "left to a variable").in_new_unit(Severity::Info).when_added(Severity::Low);
const DEFAULT: Level = Level::low(1, "the runtime's default");
const NONE: Level = Level::medium(2, "none");
const UNCONFINED: Level = Level::high(3, "unconfined");
const MASKED: Level = Level::closed("masked");
const UNMASKED: Level = Level::high(3, "laid open");

const SECCOMP: &str = "seccomp profile";

pub(super) const RULE: Rule = Rule {
    id: "confinement",
    promise: "The profiles that confine a container are never switched off or lost.",
    why: "Seccomp keeps some fifty system calls from a container, AppArmor and SELinux the files of \
          the host, the masks of /proc the kernel's switches. Most escapes that became known need \
          one of them gone.",
    fix: "Keep the runtime's default profile; where a program needs more, write a profile that \
          allows just that.",
    fix_in: &[],
    levels: &[CONFINED, CUSTOM, UNKNOWN, DEFAULT, NONE, UNCONFINED, MASKED, UNMASKED],
    references: &[
        Reference::CisDocker("5.2"),
        Reference::CisDocker("5.3"),
        Reference::CisDocker("5.22"),
        Reference::CisKubernetes("5.7.2"),
        Reference::PodSecurity("baseline: Seccomp"),
        Reference::PodSecurity("baseline: AppArmor"),
        Reference::PodSecurity("baseline: SELinux"),
        Reference::PodSecurity("baseline: /proc Mount Type"),
        Reference::PodSecurity("restricted: Seccomp"),
        Reference::NsaCisa("1.8"),
        Reference::NsaCisa("1.10"),
        Reference::Cwe(284),
        Reference::Compose("security_opt"),
    ],
    answers: &[
        "kics 404fde2c",
        "kics 610e266e",
        "kics f377b83e",
        "kics 8b36775e",
        "kics f922827f",
        "semgrep seccomp-confinement-disabled",
        "semgrep selinux-separation-disabled",
        "docksec seccomp",
        "docksec apparmor",
        "docker-bench 5.2",
        "docker-bench 5.3",
        "docker-bench 5.22",
        "compose-lint CL-0009",
        "trivy KSV-0002",
        "trivy KSV-0025",
        "trivy KSV-0027",
        "trivy KSV-0030",
        "trivy KSV-0104",
        "checkov CKV_K8S_31",
        "kube-linter unsafe-proc-mount",
        "kube-score container-seccomp-profile",
        "polaris procMount",
        "polaris linuxHardening",
        "kubesec SeccompAny",
        "kubesec SeccompUnconfined",
        "kubesec ApparmorAny",
        "kubescape C-0055",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                +     security_opt: ['seccomp=unconfined', 'apparmor:unconfined', 'label=disable', 'systempaths=unconfined']
            ",
            beside: &[],
            findings: &[
                "AppArmor profile of service web: was the runtime's default, now unconfined",
                "SELinux label of service web: unconfined",
                "files of the kernel below /proc of service web: laid open",
                "seccomp profile of service web: was the runtime's default, now unconfined",
            ],
        },
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                    securityContext:
                      runAsUser: 10001
                -     seccompProfile: {type: RuntimeDefault}
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &["seccomp profile of container app of Pod web: was confined (RuntimeDefault), now none"],
        },
        Example {
            file: "pod.yaml", // for each container instead of for the pod
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                -   securityContext:
                -     seccompProfile: {type: RuntimeDefault}
                    containers:
                      - name: app
                        image: acme/web:1.2.3
                +       securityContext:
                +         seccompProfile: {type: RuntimeDefault}
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let kubernetes = matches!(workload.platform, Platform::Kubernetes | Platform::Values);
    match &workload.seccomp {
        Some(profile) if !kubernetes => hush(by_default(profile, SECCOMP, found), workload),
        Some(profile) => hush(say(profile, SECCOMP, found), workload),
        // A kubelet confines nothing by itself; Docker and Podman always do.
        None if kubernetes => hush(lacks(found, NONE, SECCOMP, workload), workload),
        None => hush(lost(found, DEFAULT, SECCOMP, workload), workload),
    }
    match &workload.apparmor {
        Some(profile) => hush(by_default(profile, "AppArmor profile", found), workload),
        None => hush(lost(found, DEFAULT, "AppArmor profile", workload), workload),
    }
    if let Some(profile) = &workload.selinux {
        hush(selinux(profile, found), workload);
    }
    if let Some(switch) = &workload.unmasked {
        let (level, shown) = match answer(Some(switch)) {
            Answer::Yes => (UNMASKED, String::new()),
            Answer::Unknown => (UNKNOWN, switch.value.to_string()),
            Answer::No | Answer::Absent => (MASKED, String::new()),
        };
        hush(found.say(level, "files of the kernel below /proc", switch, shown), workload);
    }
}

fn say<'a>(profile: &Spanned<Profile>, key: &str, found: &'a mut Found<'_>) -> &'a mut Exposure {
    let (level, shown) = match &profile.value {
        Profile::Unconfined => (UNCONFINED, ""),
        Profile::Default => (CONFINED, "RuntimeDefault"),
        Profile::Named(name) => (CONFINED, name.as_str()),
        Profile::Unknown(text) => (UNKNOWN, text.as_str()),
    };
    found.say(level, key, profile, shown)
}

/// A profile that the runtime gives by itself: to ask for it changes nothing.
fn by_default<'a>(
    profile: &Spanned<Profile>,
    key: &str,
    found: &'a mut Found<'_>,
) -> &'a mut Exposure {
    if profile.value == Profile::Default {
        return found.say(DEFAULT, key, profile, "").told(Told::IfLost);
    }
    say(profile, key, found)
}

fn selinux<'a>(profile: &Spanned<Profile>, found: &'a mut Found<'_>) -> &'a mut Exposure {
    /// Types that are as narrow as the default one, by the Pod Security Standards.
    const NARROW: &[&str] =
        &["container_t", "container_init_t", "container_kvm_t", "container_engine_t", "level"];
    let custom = match &profile.value {
        Profile::Named(name) => !NARROW.iter().any(|narrow| name.contains(narrow)),
        _ => false,
    };
    let exposure = say(profile, "SELinux label", found);
    if custom {
        exposure.level = CUSTOM;
    }
    exposure
}

/// A privileged container has no profile, whatever it names: that is told by its own rule.
fn hush(exposure: &mut Exposure, workload: &Workload) {
    if privileged(workload) {
        exposure.told(Told::Elsewhere);
    }
}
