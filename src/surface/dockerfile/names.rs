//! Which paths name a Dockerfile.

use bstr::{BStr, ByteSlice as _};

const STEMS: [&str; 2] = ["dockerfile", "containerfile"];

const SIGNS: [char; 3] = ['.', '-', '_'];

/// What a template engine's input is called by.
const TEMPLATES: [&str; 16] = [
    "ejs", "erb", "gotmpl", "hbs", "in", "j2", "jinja", "jinja2", "liquid", "m4", "mustache",
    "template", "tftpl", "tmpl", "tpl", "twig",
];

/// Endings of programs, prose and data: `dockerfile.go` is either a Dockerfile for Go or a program.
const DOUBTFUL: [&str; 52] = [
    "adoc", "bats", "bzl", "c", "cc", "conf", "cpp", "cs", "css", "csv", "dart", "diff", "ex",
    "exs", "go", "gz", "h", "htm", "html", "ini", "java", "js", "json", "jsx", "kt", "lock", "lua",
    "markdown", "md", "mjs", "patch", "php", "pl", "png", "ps1", "py", "rb", "rs", "rst", "scala",
    "sh", "svg", "swift", "toml", "ts", "tsx", "vim", "vue", "xml", "yaml", "yml", "zip",
];

/// A Dockerfile by its name, in any case: BuildKit looks for `dockerfile` too.
pub(super) fn recognises(path: &BStr) -> bool {
    let name = name(path);
    // What macOS lays beside a file on foreign disks: its attributes, in binary.
    if name.starts_with("._") {
        return false;
    }
    let (base, _) = template_base(&name);
    let behind = |stem: &str| base.strip_suffix(stem).is_some_and(|rest| rest.ends_with(SIGNS));
    STEMS.iter().any(|stem| base.starts_with(stem) || behind(stem)) && !base.ends_with("ignore")
}

/// The name alone doesn't tell: it is one only if its content looks like one.
pub(super) fn doubtful(path: &BStr) -> bool {
    let name = name(path);
    let (base, _) = template_base(&name);
    let ending = base.rsplit_once('.').map_or("", |(_, ending)| ending);
    let program = DOUBTFUL.contains(&ending);
    let begins = STEMS
        .iter()
        .filter_map(|stem| base.strip_prefix(stem))
        .any(|rest| rest.is_empty() || rest.starts_with(SIGNS));
    !STEMS.contains(&ending) && (program || !begins)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str) -> (bool, bool, bool) {
        let path = BStr::new(path);
        (recognises(path), doubtful(path), template(path))
    }

    #[test]
    fn names_of_dockerfiles_are_known_in_any_case() {
        for name in [
            "Dockerfile",
            "a/b/dockerfile",
            "DOCKERFILE",
            "Containerfile",
            "Dockerfile.prod",
            "Dockerfile-alpine",
            "Dockerfile_gpu",
            "web.Dockerfile",
            "web.prod.containerfile",
            "Containerfile.dev",
            "Dockerfile.ubi9.x86_64",
        ] {
            assert_eq!(kind(name), (true, false, false), "{name}");
        }
    }

    #[test]
    fn templates_of_dockerfiles_are_known() {
        for name in ["Dockerfile.j2", "Dockerfile.alpine.tmpl", "web.dockerfile.erb"] {
            assert_eq!(kind(name), (true, false, true), "{name}");
        }
    }

    #[test]
    fn where_a_name_leaves_doubt_the_content_decides() {
        for name in ["dockerfile.go", "Dockerfile.md", "Dockerfile2", "my-dockerfile"] {
            assert_eq!(kind(name), (true, true, false), "{name}");
        }
    }

    #[test]
    fn other_names_are_left_alone() {
        for name in [
            "Dockerfile.dockerignore",
            ".dockerignore",
            "mydockerfile",
            "Dockerfile/x",
            "._Dockerfile",
        ] {
            assert!(!recognises(BStr::new(name)), "{name}");
        }
    }
}
