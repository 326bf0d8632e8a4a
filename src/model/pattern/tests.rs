use proptest::prelude::*;

use super::*;

fn excludes(file: &str, path: &str) -> bool {
    let patterns: Vec<Pattern> =
        file.lines().filter_map(|line| Pattern::parse(line).expect(line)).collect();
    deciding(&patterns, path).is_some_and(|pattern| !pattern.exception)
}

/// Pattern file, then paths it leaves out, then paths it lets through.
const CASES: &[(&str, &[&str], &[&str])] = &[
    // Anchored at the context, unlike gitignore; folders reach what is below.
    (".env", &[".env", ".env/x"], &["src/.env", ".env.local", "a.env"]),
    ("node_modules", &["node_modules", "node_modules/a/.env"], &["a/node_modules"]),
    ("/.env", &[".env"], &["a/.env"]),
    (".env/", &[".env"], &[]),
    ("a/../.env", &[".env"], &["a/.env"]),
    ("../.env", &[], &[".env"]),
    ("/../.env", &[".env"], &[]),
    (".", &[], &[".env"]),
    ("/", &[], &[".env"]),
    // One star stops at a slash, two don't.
    ("*", &["a", ".env", "a/b"], &[]),
    ("*.pem", &["a.pem"], &["certs/a.pem"]),
    ("*/*.pem", &["certs/a.pem"], &["a.pem", "a/b/c.pem"]),
    ("**/*.pem", &["a.pem", "certs/a.pem", "a/b/c.pem"], &["a.pem2"]),
    ("**/.env", &[".env", "a/.env", "a/b/.env", "a/.env/x"], &["a.env"]),
    ("**.env", &[".env", "a.env", "a/b.env"], &["a.envx"]),
    ("**", &["a", ".git/config"], &[]),
    ("**/", &["a", ".git/config"], &[]),
    ("secrets/**", &["secrets/a", "secrets/a/b"], &["secrets", "secrets2/a"]),
    ("**/secrets/**", &["secrets/a", "x/secrets/a"], &["x/secret/a"]),
    ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb2"]),
    ("**/**/**/b", &["b", "x/b"], &["xb"]),
    (".env*", &[".env", ".env.local"], &["a/.env"]),
    (".env?", &[".envx"], &[".env", ".env/"]),
    // Go's classes: `^` negates, `!` doesn't; `[^a]` also takes a slash.
    ("[a-c].env", &["b.env"], &["d.env"]),
    ("[!a].env", &["!.env", "a.env"], &["b.env"]),
    ("[^a].env", &["b.env", "/.env"], &["a.env"]),
    ("[[:digit:]].env", &["1.env"], &["a.env", ":].env"]),
    ("[*]", &["[]", "/]", "]"], &["*", "a"]),
    ("{.env,a}", &["{.env,a}"], &[".env", "a"]),
    ("a.b+c", &["a.b+c"], &["axbbc"]),
    ("(a|b)*", &["(a|b)x"], &["a", "bx"]),
    ("\\.env", &[".env"], &["xenv"]),
    ("\\*", &["*"], &["a"]),
    ("\\d*", &["1a"], &["d", "\u{661}"]),
    ("\\x2eenv", &[".env"], &["x2eenv"]),
    ("\\056env", &[".env"], &[]),
    ("a^*", &[], &["a^b", "ab"]),
    (".ENV", &[".ENV"], &[".env"]),
    ("é?", &["éü"], &["é"]),
    // Comments only in the first column; blanks around do not count.
    ("#.env", &[], &[".env", "#.env"]),
    (" #x", &["#x"], &[]),
    ("  .env\t", &[".env"], &[]),
    ("a /", &["a"], &["a "]),
    // The last match wins, and an exception reaches below too.
    (".env*\n!.env", &[".env.local"], &[".env"]),
    ("!.env\n.env*", &[".env"], &[]),
    ("*\n! src", &["a", ".env"], &["src", "src/.env"]),
    ("*\n!src\nsrc/.env", &["src/.env"], &["src/a"]),
    ("*\n!/src/", &["a"], &["src/a"]),
    ("a\n!!a", &["a"], &["!a"]),
    ("a\n!a/b", &["a", "a/c"], &["a/b", "a/b/c"]),
];

#[test]
fn patterns_match_what_builders_match() {
    for (file, inside, outside) in CASES {
        for path in *inside {
            assert!(excludes(file, path), "{file:?} leaves out {path:?}");
        }
        for path in *outside {
            assert!(!excludes(file, path), "{file:?} lets {path:?} through");
        }
    }
}

#[test]
fn what_builders_refuse_is_an_error() {
    for line in
        ["!", "! ", "!/", "[", "[]", "[a", "[]a]", "a\\", "[a-]", "[z-a]", "\\1", "\\q*", "[a-*]"]
    {
        assert!(Pattern::parse(line).is_err(), "{line:?}");
    }
}

#[test]
fn a_path_is_cleaned_as_go_does() {
    for (path, cleaned) in [
        ("", "."),
        ("a//b/", "a/b"),
        ("./a", "a"),
        ("a/..", "."),
        ("../a/../..", "../.."),
        ("/../a", "/a"),
        ("//", "/"),
    ] {
        assert_eq!(clean(path), cleaned, "{path:?}");
    }
}

#[test]
fn a_hostile_pattern_costs_no_more_than_its_length() {
    let pattern = Pattern::parse(&"*a**/?".repeat(10_000)).unwrap().unwrap();
    assert!(!pattern.matches(&"a".repeat(4_000)));
}

proptest! {
    #[test]
    fn any_line_is_read(line in "[\\PC\\n]{0,40}", path in "[a-z./!*\\[\\]]{0,20}") {
        if let Ok(Some(pattern)) = Pattern::parse(&line) {
            pattern.matches(&path);
        }
    }

    /// Plain names match themselves and what is below, whatever the case around them.
    #[test]
    fn a_plain_name_matches_itself_and_below(name in "[a-z.]{0,5}[a-z]", below in "[a-z]{1,5}") {
        let pattern = Pattern::parse(&name).unwrap().unwrap();
        let path = format!("{name}/{below}");
        prop_assert!(pattern.matches(&name));
        prop_assert!(pattern.matches(&path));
        prop_assert!(!pattern.matches(&below) || below == name);
    }

    /// The machine agrees with a plain search that tries every split.
    #[test]
    fn the_machine_agrees_with_a_search(pattern in "[ab/*?]{1,7}", path in "[ab]{1,3}(/[ab]{1,3}){0,2}") {
        if let Some(glob) = Wildcard::parse(&pattern) {
            let (pattern, path): (Vec<char>, Vec<char>) = (pattern.chars().collect(), path.chars().collect());
            prop_assert_eq!(glob.matches(&path.iter().collect::<String>()), search(&pattern, &path));
        }
    }
}

fn search(pattern: &[char], path: &[char]) -> bool {
    match (pattern, path) {
        ([], path) => path.is_empty(),
        (['*', rest @ ..], path) => (0..=path.len())
            .take_while(|&at| path[..at].iter().all(|&c| c != '/'))
            .any(|at| search(rest, &path[at..])),
        (['?', rest @ ..], [c, path @ ..]) => *c != '/' && search(rest, path),
        ([p, rest @ ..], [c, path @ ..]) => p == c && search(rest, path),
        _ => false,
    }
}
