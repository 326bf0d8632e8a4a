//! Which paths name a Dockerfile.

use bstr::{BStr, ByteSlice as _};

const STEMS: [&str; 2] = ["dockerfile", "containerfile"];

/// What a template engine's input is called by.
const TEMPLATES: [&str; 16] = [
    "ejs", "erb", "gotmpl", "hbs", "in", "j2", "jinja", "jinja2", "liquid", "m4", "mustache",
    "template", "tftpl", "tmpl", "tpl", "twig",
];

/// Endings of programs, prose and data: `dockerfile.go` is either a Dockerfile for Go or a program.
const DOUBTFUL: [&str; 45] = [
    "adoc", "bats", "bzl", "c", "cc", "conf", "cpp", "cs", "css", "csv", "dart", "diff", "ex",
    "exs", "go", "gz", "h", "htm", "html", "ini", "java", "js", "json", "jsx", "kt", "lock", "lua",
    "markdown", "md", "mjs", "patch", "php", "pl", "png", "ps1", "py", "rb", "rs", "rst", "scala",
    "sh", "svg", "swift", "toml", "ts",
];

/// More of them, which no Dockerfile is ever called by.
const OTHER: [&str; 6] = ["tsx", "vim", "vue", "xml", "yaml", "yml"];

/// A Dockerfile by its name, in any case: BuildKit looks for `dockerfile` too.
pub(super) fn recognises(path: &BStr) -> bool {
    let name = name(path);
    let (base, _) = template_base(&name);
    let part = |stem: &str| {
        let sign = |c: Option<char>| matches!(c, Some('.' | '-' | '_'));
        base == stem
            || base.strip_prefix(stem).is_some_and(|rest| sign(rest.chars().next()))
            || base.strip_suffix(stem).is_some_and(|rest| sign(rest.chars().next_back()))
    };
    STEMS.iter().any(|stem| part(stem)) && !base.ends_with("ignore")
}

/// The name alone doesn't tell: it is one only if its content looks like one.
pub(super) fn doubtful(path: &BStr) -> bool {
    let name = name(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if STEMS.contains(&ending) {
        return false;
    }
    let stem = STEMS.iter().any(|stem| name.starts_with(stem));
    !stem || DOUBTFUL.contains(&ending) || OTHER.contains(&ending)
}

/// Its name says that a template engine makes the Dockerfile of it.
pub(super) fn template(path: &BStr) -> bool {
    template_base(&name(path)).1
}

fn name(path: &BStr) -> String {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    name.to_str_lossy().to_ascii_lowercase()
}

fn template_base(name: &str) -> (&str, bool) {
    match name.rsplit_once('.') {
        Some((base, ending)) if TEMPLATES.contains(&ending) => (base, true),
        _ => (name, false),
    }
}
