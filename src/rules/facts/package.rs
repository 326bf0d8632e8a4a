//! Packages that a command installs.

use crate::model::{Invoked, Word, program};

/// Who installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Manager {
    /// As messages name it: `apt`, `pip`.
    pub(in crate::rules) name: &'static str,
    /// It installs what the operating system ships.
    pub(in crate::rules) system: bool,
    /// What stands between a name and its version.
    separator: &'static [&'static str],
    valued: &'static [&'static str],
}

/// A package as a command names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Package {
    /// Without its version, in lower case.
    pub(in crate::rules) name: String,
    /// It is held to one version, or to less than all.
    pub(in crate::rules) pinned: bool,
}

const fn system(
    name: &'static str,
    separator: &'static [&'static str],
    valued: &'static [&'static str],
) -> Manager {
    Manager { name, system: true, separator, valued }
}

const fn language(
    name: &'static str,
    separator: &'static [&'static str],
    valued: &'static [&'static str],
) -> Manager {
    Manager { name, system: false, separator, valued }
}

const APT: Manager = system("apt", &["="], &["-o", "-t", "-c", "--option", "--target-release"]);
const APK: Manager = system(
    "apk",
    &["=", "~", "<", ">"],
    &["-t", "--virtual", "-X", "--repository", "-p", "--root"],
);
const YUM: Manager = system("yum", &[], &["-c", "-x", "-d", "-e"]);
const ZYPPER: Manager = system("zypper", &["=", "<", ">"], &["-r", "--repo", "-t", "--from"]);
const PIP: Manager = language(
    "pip",
    &["==", "~=", ">=", "<=", "!=", "===", "<", ">", "@"],
    &[
        "-r",
        "-c",
        "-e",
        "-i",
        "-f",
        "-t",
        "--index-url",
        "--extra-index-url",
        "--requirement",
        "--constraint",
        "--find-links",
        "--target",
        "--prefix",
        "--trusted-host",
        "--root",
        "--timeout",
        "--retries",
        "--cache-dir",
        "--progress-bar",
        "--python",
        "--platform",
        "--default-timeout",
        "--proxy",
        "--no-binary",
        "--only-binary",
        "--editable",
    ],
);
const NPM: Manager =
    language("npm", &["@"], &["--registry", "--prefix", "-C", "--cache", "--loglevel"]);
const GEM: Manager = language("gem", &[":"], &["-v", "--version", "-s", "--source", "-i"]);
const GO: Manager = language("go", &["@"], &["-ldflags", "-tags", "-o", "-mod"]);
const CARGO: Manager = language(
    "cargo",
    &["@"],
    &[
        "--version",
        "--vers",
        "--git",
        "--branch",
        "--tag",
        "--rev",
        "--path",
        "--root",
        "--features",
        "-F",
        "--target",
        "-j",
        "--index",
        "--registry",
    ],
);

/// The packages that a command installs, if it does.
pub(in crate::rules) fn installed(command: &Invoked<'_>) -> Option<(Manager, Vec<Package>)> {
    let (manager, rest) = manager(command.program(), command.arguments())?;
    let texts: Vec<&str> = rest.iter().map(Word::as_str).collect();
    let versioned = matches!(manager.name, "gem" | "cargo")
        && texts.iter().any(|text| {
            ["-v", "--version", "--vers", "--tag", "--rev"].contains(text)
                || text.starts_with("--version=")
        });
    let mut packages = Vec::new();
    let mut skip = false;
    for text in texts {
        let taken = std::mem::replace(&mut skip, manager.valued.contains(&text));
        if !taken && !text.is_empty() && !text.starts_with(['-', '!']) && !is_file(text) {
            let mut package = manager.package(text);
            package.pinned |= versioned;
            packages.push(package);
        }
    }
    Some((manager, packages))
}

fn manager<'a>(name: &str, words: &'a [Word]) -> Option<(Manager, &'a [Word])> {
    let manager = match name {
        "apt" | "apt-get" | "aptitude" | "apt-fast" => APT,
        "apk" => APK,
        "yum" | "dnf" | "microdnf" | "tdnf" => YUM,
        "zypper" => ZYPPER,
        "npm" | "pnpm" | "yarn" | "bun" => NPM,
        "gem" => GEM,
        "go" => GO,
        "cargo" => CARGO,
        "uv" if words.first().is_some_and(|word| word.as_str() == "pip") => {
            return manager_pip(words.get(1..)?);
        }
        _ if name.starts_with("pip") => return manager_pip(words),
        _ if name.starts_with("python") => {
            let at = words.windows(2).position(|pair| {
                pair.first().is_some_and(|word| word.as_str() == "-m")
                    && pair.get(1).is_some_and(|word| program(word.as_str()).starts_with("pip"))
            })?;
            return manager_pip(words.get(at + 2..)?);
        }
        _ => return None,
    };
    let verb = |word: &Word| {
        matches!(word.as_str(), "install" | "add" | "localinstall" | "reinstall" | "in")
            || manager.name == "npm" && word.as_str() == "i"
    };
    let at = words.iter().position(verb)?;
    Some((manager, words.get(at + 1..)?))
}

fn manager_pip(words: &[Word]) -> Option<(Manager, &[Word])> {
    let at = words.iter().position(|word| word.as_str() == "install")?;
    Some((PIP, words.get(at + 1..)?))
}

impl Manager {
    fn package(&self, text: &str) -> Package {
        let lower = text.to_ascii_lowercase();
        if self.name == "yum" {
            return rpm(&lower);
        }
        // A scope's `@` stands in front.
        let from = usize::from(lower.starts_with('@'));
        let body = lower.get(from..).unwrap_or_default();
        let at = self.separator.iter().filter_map(|separator| body.find(separator)).min();
        let Some(at) = at else { return Package { name: lower, pinned: false } };
        let (name, version) = lower.split_at(at + from);
        let version = version.trim_start_matches(['=', '@', '~', '<', '>', '!', ':']).trim();
        let floating = matches!(version, "" | "latest" | "next" | "*" | "master" | "main" | "head");
        let name = name.split('[').next().unwrap_or(name).trim();
        Package { name: name.to_owned(), pinned: !floating }
    }
}

/// `name-1.2.3-4.el9`: the version begins at the first `-` in front of a digit.
fn rpm(text: &str) -> Package {
    let at = text.match_indices('-').map(|(at, _)| at).find(|at| {
        text.as_bytes().get(at + 1).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'$')
            && text.get(at + 1..).is_some_and(|version| version.contains(['.', '$']))
    });
    let name = at.and_then(|at| text.get(..at)).unwrap_or(text);
    Package { name: name.to_owned(), pinned: at.is_some() }
}

fn is_file(text: &str) -> bool {
    text.starts_with(['.', '/', '$']) || text.contains("://")
}
