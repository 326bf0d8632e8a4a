use proptest::prelude::*;

use super::{Bound, Expanded, Failure, Quotes, SIZE, Scope, expand};
use crate::model::{FileId, Span};

fn at(line: u32) -> Span {
    Span { line, end_line: line, ..Span::head(FileId(0)) }
}

/// `V=value` pairs, each on a line of its own; a name alone is declared without a value.
fn scope(variables: &[&str]) -> Scope {
    let mut scope = Scope::default();
    for (line, variable) in (1..).zip(variables) {
        match variable.split_once('=') {
            Some((name, value)) => {
                let value = expand(value, '\\', Quotes::Process, &scope).unwrap();
                scope.set_env(name, Bound::to(&value, at(line)));
            }
            None => scope.set_arg(variable, Bound::unset(at(line))),
        }
    }
    scope.set_arg("TARGETARCH", Bound::by_builder("TARGETARCH"));
    scope
}

fn expanded(word: &str, variables: &[&str]) -> Expanded {
    expand(word, '\\', Quotes::Process, &scope(variables)).unwrap()
}

fn known(word: &str, variables: &[&str]) -> String {
    let expanded = expanded(word, variables);
    assert!(!expanded.unknown, "{word}");
    expanded.text
}

fn unknown(word: &str, variables: &[&str]) -> String {
    let expanded = expanded(word, variables);
    assert!(expanded.unknown, "{word}");
    expanded.text
}

/// Cases of BuildKit's own table that need no variable.
#[test]
fn quotes_and_escapes_go() {
    for (word, result) in [
        ("hello", "hello"),
        ("he'll'o", "hello"),
        ("'hello'", "hello"),
        (r"he\'llo", "he'llo"),
        (r"he\\'llo'", r"he\llo"),
        (r"abc\tdef", "abctdef"),
        (r#""abc\tdef""#, r"abc\tdef"),
        (r"'abc\tdef'", r"abc\tdef"),
        ("'hello there'", "hello there"),
        ("hello   there", "hello   there"),
        (r#""hello\"there""#, r#"hello"there"#),
        (r#""s3c""r3t""#, "s3cr3t"),
        (r"\$HOME", "$HOME"),
        ("'$HOME'", "$HOME"),
        (r#""\$HOME""#, "$HOME"),
        ("$", "$"),
        ("a$", "a$"),
        ("$(date)", "$(date)"),
        ("he\\", "he"),
        ("привет", "привет"),
    ] {
        assert_eq!(known(word, &[]), result, "{word}");
    }
}

#[test]
fn operators_answer_as_a_build_without_arguments() {
    let with = &["U=0", "E=", "A", "N=app:grp"];
    for (word, result) in [
        ("$U", "0"),
        ("${U}x", "0x"),
        ("\"${U}\"", "0"),
        ("${X:-root}", "root"),
        ("${X-0}", "0"),
        ("${A:-root}", "root"),
        ("${A-root}", "root"),
        ("${E:-root}", "root"),
        ("${E-root}", ""),
        ("${U:-root}", "0"),
        ("${U:+root}", "root"),
        ("${U+root}", "root"),
        ("${E:+root}", ""),
        ("${E+root}", "root"),
        ("${X:+root}", ""),
        ("${U:?no}", "0"),
        ("${X:-${Y:-${U}}}", "0"),
        ("${X:-\"a b\"}", "a b"),
        ("${N%:*}", "app"),
        ("${N#*:}", "grp"),
        ("${N/app/root}", "root:grp"),
        ("${N//p/P}", "aPP:grP"),
        ("${E}", ""),
    ] {
        assert_eq!(known(word, with), result, "{word}");
    }
}

#[test]
fn patterns_take_the_shortest_or_the_longest_match() {
    let with = &["V=a/b/c.tar.gz", "S=x*y\\z"];
    for (word, result) in [
        ("${V#*/}", "b/c.tar.gz"),
        ("${V##*/}", "c.tar.gz"),
        ("${V%.*}", "a/b/c.tar"),
        ("${V%%.*}", "a/b/c"),
        ("${V%?z}", "a/b/c.tar."),
        ("${V#z}", "a/b/c.tar.gz"),
        ("${V/\\//-}", "a-b/c.tar.gz"),
        ("${V//\\//-}", "a-b-c.tar.gz"),
        ("${V//?/x}", "xxxxxxxxxxxx"),
        ("${V/[a]/x}", "a/b/c.tar.gz"),
        ("${S%%\\**}", "x"),
    ] {
        assert_eq!(known(word, with), result, "{word}");
    }
}

#[test]
fn what_the_file_can_not_know_stays() {
    let with = &["A", "P=$X/bin", "E=$X"];
    for (word, text) in [
        ("$X", "$X"),
        ("${X}", "$X"),
        ("node:$A", "node:$A"),
        ("${A}b", "${A}b"),
        ("$P", "$X/bin"),
        ("${P:-d}", "$X/bin"),
        ("${X?must}", "$X"),
        ("${X%:*}", "${X%:*}"),
        ("${TARGETARCH:-amd64}", "$TARGETARCH"),
        ("$$", "$$"),
    ] {
        assert_eq!(unknown(word, with), text, "{word}");
    }
    assert_eq!(known("${E:-d}", with), "d");
    assert_eq!(known("${TARGETARCH+x}", with), "x");
}

#[test]
fn words_part_at_blanks_that_no_quote_holds() {
    let words = |word| expanded(word, &["P=22  2375 ", "Q=a"]).words;
    assert_eq!(words("$P"), ["22", "2375"]);
    assert_eq!(words("1$P"), ["122", "2375"]);
    assert_eq!(words("\"$P\""), ["22  2375 "]);
    assert_eq!(words("$Q'b c'"), ["ab c"]);
}

#[test]
fn a_value_names_the_declarations_it_depends_on() {
    let lines = |word, with: &[&str]| {
        let because = expanded(word, with).because;
        because.into_iter().map(|span| span.line).collect::<Vec<_>>()
    };
    assert_eq!(lines("$C", &["A=1", "B=$A", "C=$B$A"]), [3, 2, 1]);
    assert_eq!(lines("${X:-$A}", &["A=1", "X"]), [2, 1]);
    assert_eq!(lines("${A:-$B}", &["A=1", "B=2"]), [1]);
}

#[test]
fn the_escape_character_is_the_files() {
    let windows = expand(r"c:\temp`$x", '`', Quotes::Process, &scope(&[])).unwrap();
    assert_eq!(windows.text, r"c:\temp$x");
}

#[test]
fn what_the_lexer_refuses_fails() {
    for word in ["'a", "\"a", "${", "${A", "${}", "${A:-b", "${{A}", "${A:=x}", "${A^^}", "${A/b}"]
    {
        let failure = expand(word, '\\', Quotes::Process, &scope(&[])).unwrap_err();
        assert!(matches!(failure, Failure::Syntax(_)), "{word}");
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("{}x{}", "${A:-".repeat(10_000), "}".repeat(10_000));
    let scope = scope(&["B=0123456789012345678901234567890123456789"]);
    assert_eq!(expand(&deep, '\\', Quotes::Process, &scope).unwrap_err(), Failure::Limit);
    let long = "$B".repeat(SIZE / 20);
    assert_eq!(expand(&long, '\\', Quotes::Process, &scope).unwrap_err(), Failure::Limit);
}

proptest! {
    #[test]
    fn any_word_is_read_to_its_end(word in r#"[a$B{}:+?#%/*'"\\` \n€-]{0,80}"#) {
        let scope = scope(&["B=x y", "a"]);
        for quotes in [Quotes::Process, Quotes::Keep] {
            let _ = expand(&word, '\\', quotes, &scope);
        }
    }

    #[test]
    fn a_word_without_specials_is_itself(word in "[a-z0-9:/@._ -]{0,40}") {
        prop_assert_eq!(known(&word, &[]), word);
    }
}
