//! A rule: data, and a function that measures exposures of one unit at one revision.

use super::{
    AccessObject, Attribute, BuildContext, DataObject, Dockerfile, Found, Level, NetworkObject,
    Platform, Source, Spanned, Stage, Submodule, Text, Unit, Workload,
};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, a noun for what is open, and the name of its file.
    pub id: &'static str,
    /// One sentence: what can never pass unseen.
    pub promise: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it, in one or two sentences.
    pub fix: &'static str,
    /// How it is mended where a workload of one of these platforms is meant, and no Dockerfile.
    pub fix_in: &'static [(&'static [Platform], &'static str)],
    /// Its ladder.
    pub levels: &'static [Level],
    /// Where it comes from.
    pub references: &'static [Reference],
    /// The peers' ids that it answers, as `tool ID`.
    pub answers: &'static [&'static str],
    /// The keys of `[rules.ID]` it reads besides `severity` and `off`.
    pub options: &'static [&'static str],
    /// It is asked of every new commit, not only of the net change: what it finds stays in history.
    pub every_commit: bool,
    /// What it looks at.
    pub measure: &'static [Measure],
    /// What regresses and what only looks like it. They are its tests.
    pub examples: &'static [Example],
}

impl Rule {
    /// How a finding in this unit is mended: what its author can write there.
    #[must_use]
    pub fn fix_of(&self, unit: &Unit) -> &'static str {
        let Unit::Workload(workload) = unit else { return self.fix };
        let own = self.fix_in.iter().find(|(platforms, _)| platforms.contains(&workload.platform));
        own.map_or(self.fix, |(_, fix)| fix)
    }

    /// All that it may say, the general one first.
    pub fn fixes(&self) -> impl Iterator<Item = &'static str> {
        [self.fix].into_iter().chain(self.fix_in.iter().map(|(_, fix)| *fix))
    }
}

/// The kind of unit a rule measures, and how.
#[derive(Clone, Copy, Debug)]
pub enum Measure {
    /// A build stage.
    Stage(fn(&Stage, &mut Found<'_>)),
    /// A Dockerfile as a whole: directives, comments.
    Dockerfile(fn(&Dockerfile, &Text, &mut Found<'_>)),
    /// A build context.
    Context(fn(&BuildContext, &mut Found<'_>)),
    /// A `.gitattributes`.
    Attributes(fn(&[Spanned<Attribute>], &mut Found<'_>)),
    /// A `.gitmodules`.
    Submodules(fn(&[Spanned<Submodule>], &mut Found<'_>)),
    /// A container as an orchestrator runs it.
    Workload(fn(&Workload, &mut Found<'_>)),
    /// A Service, an Ingress, a network policy, a network.
    Network(fn(&NetworkObject, &mut Found<'_>)),
    /// A role, a binding, a namespace's guard, an admission policy.
    Access(fn(&AccessObject, &mut Found<'_>)),
    /// Values written down for others to use.
    Data(fn(&DataObject, &mut Found<'_>)),
    /// A reference to a chart, a remote base, an action.
    Source(fn(&Source, &mut Found<'_>)),
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug)]
pub enum Reference {
    /// CIS Docker Benchmark 1.6, section.
    CisDocker(&'static str),
    /// Common Weakness Enumeration.
    Cwe(u16),
    /// A page of Docker's documentation, by its title.
    Docker(&'static str),
    /// NIST SP 800-190, section.
    Nist(&'static str),
    /// CIS Kubernetes Benchmark 1.23, section.
    CisKubernetes(&'static str),
    /// A page of Kubernetes' documentation, by its title.
    Kubernetes(&'static str),
    /// Kubernetes' Pod Security Standards: `baseline` or `restricted`, and the control.
    PodSecurity(&'static str),
    /// NSA and CISA, Kubernetes Hardening Guide, section.
    NsaCisa(&'static str),
    /// The Compose Specification, by element.
    Compose(&'static str),
    /// A page of another project's documentation: the project and the page.
    Other(&'static str),
}

/// A change and what the rule says of it.
#[derive(Debug)]
pub struct Example {
    /// The file that changes.
    pub file: &'static str,
    /// The file with a margin: `-` old, `+` new, blank both. Indentation that all lines share is
    /// taken off first. All `+`: the file is new.
    pub change: &'static str,
    /// Files beside it, in the same notation.
    pub beside: &'static [(&'static str, &'static str)],
    /// The messages of this rule's findings, in order; none for a look-alike.
    pub findings: &'static [&'static str],
}
