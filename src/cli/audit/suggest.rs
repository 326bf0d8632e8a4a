//! `plimsoll policy suggest`: the policy under which a history would have been turned back seldom
//! enough.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use bstr::ByteSlice as _;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Past, Run, cache, progress, replay};
use crate::cli::images::named;
use crate::cli::judge::Judge;
use crate::cli::{args, load};
use crate::git::Revision;
use crate::model::{Action, Audit, Finding, ImageRef, Severity, Step, printable_bytes};
use crate::policy::{self, Allowance, Policy, Proposal};
use crate::rules::RULES;

/// How often a proposal is tried before it is given up.
const ROUNDS: usize = 6;
/// How long a proposed waiver lasts, in days, where policy lets it.
const DAYS: u16 = 90;
/// Paths of one rule that are waived one by one.
const PATHS: usize = 8;
/// Commits that a proposal names.
const NAMED: usize = 5;
/// The rule that asks `images.trusted`.
const IMAGES: &str = "base-image";
const USER: &str = "runs-as-root";

/// Finds the policy, tries it on the same history, and prints it.
pub(in crate::cli) fn suggest(arguments: &args::Suggest) -> Result<()> {
    let folder = arguments.repository.as_deref().unwrap_or(Path::new("."));
    let past = Past::open(folder, &arguments.revision)?;
    let given = load::policy_or(arguments.policy.as_deref(), Some(past.repository.git_dir()))?;
    let stop = progress::Stop::on_signal()?;
    let run = Run {
        first_parent: arguments.first_parent,
        quiet: arguments.quiet,
        cache: arguments.cache.as_deref(),
        stop: &stop,
        memory: Some(cache::Memory::default()),
        since: Some(since(&past, arguments.months)?),
    };
    let (mut text, mut policy) = (given.suggest(&[]), given.clone());
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut counts = Vec::new();
    for _ in 0..ROUNDS {
        let audit = replay(&past, &policy, &run)?;
        ensure!(!stop.is_asked(), "stopped before there was anything to propose");
        let rejected: Vec<&Step> =
            audit.steps.iter().filter(|step| step.verdict == Action::Reject).collect();
        counts.push(rejected.len());
        if rejected.len() <= arguments.at_most {
            return print(arguments, &audit, &counts, &text);
        }
        let kept = worst(&rejected, arguments.at_most);
        let left: Vec<&Step> =
            rejected.into_iter().filter(|step| !kept.contains(&step.commit)).collect();
        let more = if proposals.is_empty() { lasting(&left, &past, &policy)? } else { Vec::new() };
        let more = if more.is_empty() { passing(&left, &policy) } else { more };
        proposals.extend(more);
        text = given.suggest(&proposals);
        policy = Policy::parse("the proposal", &text, RULES)
            .map_err(|error| anyhow::anyhow!("a fault of plimsoll: {error}"))?;
    }
    bail!("nothing that may be proposed lets the history in: {counts:?} commits are turned back")
}

fn print(arguments: &args::Suggest, audit: &Audit, counts: &[usize], text: &str) -> Result<()> {
    let (months, most) = (arguments.months, arguments.at_most);
    let [first, .., last] = counts else {
        let now = counts.first().copied().unwrap_or_default();
        writeln!(
            io::stderr(),
            "the policy in force turns back {now} of {} commits in {months} months: nothing to propose",
            audit.commits
        )?;
        return Ok(io::stdout().lock().write_all(text.as_bytes())?);
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "# Proposed by plimsoll from the last {months} months, {} commits: {first} of them would have \
         been\n# turned back without what stands here, {last} with it ({most} at most). Each line is a \
         question to you:\n# what you do not want to let in, take out.",
        audit.commits
    )?;
    Ok(out.write_all(format!("\n{}", text.trim_start()).as_bytes())?)
}

/// The first second that counts: so many months before the last commit.
fn since(past: &Past, months: u16) -> Result<i64> {
    let Some(tip) = past.tips.first() else { bail!("there is no commit") };
    let last = past.repository.commit(*tip).map_err(|gap| anyhow::anyhow!("{}", gap.message))?;
    let last = jiff::Timestamp::from_second(last.seconds)?.to_zoned(TimeZone::UTC);
    Ok(last.checked_sub(i64::from(months).months())?.timestamp().as_second())
}

fn refused(step: &Step) -> impl Iterator<Item = &Finding> {
    step.findings.iter().filter(|finding| finding.action == Action::Reject)
}

/// The commits that stay turned back: those with the worst that was found, and the most of it.
fn worst(rejected: &[&Step], most: usize) -> BTreeSet<String> {
    let mut sorted = rejected.to_vec();
    sorted.sort_by_key(|step| {
        let worst = refused(step).map(|finding| finding.regression.severity).max();
        Reverse((worst.unwrap_or(Severity::Info), refused(step).count()))
    });
    sorted.into_iter().take(most).map(|step| step.commit.clone()).collect()
}

/// What commits are named for.
type Grounds<'a, T> = BTreeMap<T, Vec<&'a Step>>;

/// Images, ports and users: what is so, and stays so.
fn lasting(left: &[&Step], past: &Past, policy: &Policy) -> Result<Vec<Proposal>> {
    let mut ports: Grounds<'_, (&'static str, String)> = Grounds::new();
    let (mut images, mut users): (Grounds<'_, String>, Grounds<'_, String>) = Default::default();
    for step in left {
        for regression in refused(step).map(|finding| &finding.regression) {
            if regression.rule.options.contains(&"allowed-ports")
                && let Some(port) = regression.key.strip_prefix("port ")
                && is_port(port)
            {
                note(ports.entry((regression.rule.id, port.to_owned())).or_default(), step);
            }
            if regression.rule.id == IMAGES
                && let Some(glob) = publisher(&regression.key)
            {
                note(images.entry(glob).or_default(), step);
            }
            if regression.rule.id == USER
                && regression.removed.iter().all(|line| is_from(&line.text))
            {
                for image in regression.added.iter().filter_map(|line| from(&line.text)) {
                    note(users.entry(image).or_default(), step);
                }
            }
        }
    }
    let mut proposals = Vec::new();
    // What happened once is waived; what comes back is how things are here.
    for ((rule, port), steps) in ports.into_iter().filter(|(_, steps)| steps.len() > 1) {
        let remarks = vec![format!("{port}: {}", named_commits(&steps))];
        proposals.push(Proposal { allows: Allowance::Port(rule, port), remarks });
    }
    if !images.is_empty() {
        // A list of images is the whole list.
        let all = if policy.settings().trusted_images.is_empty() {
            used(past, policy)?
        } else {
            BTreeSet::new()
        };
        for glob in all.into_iter().filter(|glob| !images.contains_key(glob)) {
            let remarks = vec![format!("{glob}: in use")];
            proposals.push(Proposal { allows: Allowance::Image(glob), remarks });
        }
        for (glob, steps) in images {
            let remarks = vec![format!("{glob}: {}", named_commits(&steps))];
            proposals.push(Proposal { allows: Allowance::Image(glob), remarks });
        }
    }
    for (glob, steps) in users {
        let remarks = vec![format!(
            "{glob}: {}; is its own user really another than root? \
             docker image inspect -f '{{{{.Config.User}}}}' says",
            named_commits(&steps)
        )];
        proposals.push(Proposal { allows: Allowance::NonRoot(glob), remarks });
    }
    Ok(proposals)
}

fn note<'a>(steps: &mut Vec<&'a Step>, step: &'a Step) {
    if steps.last().is_none_or(|last| last.commit != step.commit) {
        steps.push(step);
    }
}

fn is_port(text: &str) -> bool {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    number.parse::<u16>().is_ok_and(|port| port > 0) && ["tcp", "udp", "sctp"].contains(&protocol)
}

fn is_from(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("from"))
}

/// The image of a `FROM` line, as a glob over its repository; Docker's own are known.
fn from(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip(1);
    let name = words.find(|word| !word.starts_with("--")).filter(|_| is_from(line))?;
    let image = ImageRef::parse(name).ok()?;
    (plain(&image.name()) && !image.name().starts_with("docker.io/library/")).then(|| image.name())
}

/// Whom a finding about images names: `images of ghcr.io/acme`, `image ghcr.io/acme/app`.
fn publisher(key: &str) -> Option<String> {
    let owner = match key.strip_prefix("images of ") {
        Some(owner) => owner.to_owned(),
        None => ImageRef::parse(key.strip_prefix("image ")?).ok().map(|image| whose(&image))?,
    };
    (plain(&owner) && owner.contains('/')).then(|| format!("{owner}/**"))
}

/// The registry and the folders of an image.
fn whose(image: &ImageRef) -> String {
    let name = image.name();
    name.rsplit_once('/').map_or(name.clone(), |(folder, _)| folder.to_owned())
}

/// Nothing in it that a glob, a template or a shell would read.
fn plain(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte))
}

/// Whose images the last revision names.
fn used(past: &Past, policy: &Policy) -> Result<BTreeSet<String>> {
    let mut judge = Judge::new(&past.repository, policy, Instant::now());
    judge.limits.until = None;
    let Some(Ok(tip)) = past.tips.first().map(|tip| past.repository.commit(*tip)) else {
        return Ok(BTreeSet::new());
    };
    let compared = judge.measured(&Revision::Empty, &Revision::Tree(tip.tree), &[])?;
    let images = named(&compared.after, &compared.new_files);
    let owners = images.iter().filter_map(|image| image.image.as_ref()).map(whose);
    Ok(owners.filter(|owner| plain(owner)).map(|owner| format!("{owner}/**")).collect())
}

/// What a waiver names: a path, or else a fingerprint.
type Key = (Option<String>, Option<String>);

/// Waivers with an end for what is left, and a word for what could not be judged.
fn passing(left: &[&Step], policy: &Policy) -> Vec<Proposal> {
    let mut unread: Vec<&Step> = Vec::new();
    let mut rules: BTreeMap<&'static str, Grounds<'_, Key>> = BTreeMap::new();
    for step in left {
        if step.problems.iter().any(|problem| problem.action == Action::Reject) {
            unread.push(step);
        }
        for regression in refused(step).map(|finding| &finding.regression) {
            let path = regression.path.to_str().ok().filter(|path| plain(path));
            let key = match path {
                Some(path) => (Some(path.to_owned()), None),
                None => (None, Some(regression.fingerprint.clone())),
            };
            note(rules.entry(regression.rule.id).or_default().entry(key).or_default(), step);
        }
    }
    let days = policy.config().limits.waiver_days.get().min(DAYS);
    let until = policy::today().checked_add(i32::from(days).days()).unwrap_or(Date::MAX);
    let mut proposals = Vec::new();
    if !unread.is_empty() {
        let remarks = vec![format!("could not be judged: {}", named_commits(&unread))];
        proposals.push(Proposal { allows: Allowance::Unread, remarks });
    }
    for (rule, mut places) in rules {
        if places.len() > PATHS {
            let mut all: Vec<&Step> = places.values().flatten().copied().collect();
            all.sort_by_key(|step| (step.seconds, &step.commit));
            all.dedup_by_key(|step| &step.commit);
            places = Grounds::from([((None, None), all)]);
        }
        for ((path, fingerprint), steps) in places {
            let reason = format!("it was here before the gate, in {}", commits(steps.len()));
            let allows = Allowance::Waiver { rule, path, fingerprint, reason, until };
            proposals.push(Proposal { allows, remarks: vec![named_commits(&steps)] });
        }
    }
    proposals
}

/// `3 commits: 0123456789 2026-03-31 Ada, …`, the newest first.
fn named_commits(steps: &[&Step]) -> String {
    let day = |step: &Step| {
        jiff::Timestamp::from_second(step.seconds)
            .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d").to_string())
    };
    let name = |step: &&Step| {
        format!("{:.10} {} {}", step.commit, day(step), printable_bytes(&step.author, 40))
    };
    let named: Vec<String> = steps.iter().rev().take(NAMED).map(name).collect();
    let count = commits(steps.len());
    let more = if steps.len() > NAMED { ", …" } else { "" };
    format!("{count}: {}{more}", named.join(", "))
}

fn commits(count: usize) -> String {
    if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") }
}
