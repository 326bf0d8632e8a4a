use std::fmt::Write as _;

use proptest::prelude::*;

use super::{exec, read};
use crate::model::{Command, FileId, Invoked, Script, Shell, Spanned, Text, Word};

fn script(text: &str) -> Script {
    let lines = Text::new(FileId(0), "f", text.as_bytes());
    let starts = (1..=lines.lines()).filter_map(|line| lines.line_range(line));
    let pieces = starts.zip(1..).map(|(range, line)| {
        let at = u32::try_from(range.start).unwrap();
        crate::model::Piece { at, from: at, line }
    });
    Script { text: text.to_owned(), file: FileId(0), pieces: pieces.collect() }
}

fn known(name: &str) -> Option<String> {
    match name {
        "URL" => Some("https://e.org/x.sh".into()),
        "PKGS" => Some("a b".into()),
        "EMPTY" => Some(String::new()),
        "V" => Some("v1.2".into()),
        _ => None,
    }
}

/// The commands as one line: words in brackets, substitutions in front, inner shells behind.
fn shown(text: &str) -> String {
    show(&read(&script(text), &known))
}

fn show(shell: &Shell) -> String {
    let pipelines = shell.pipelines.iter().map(|pipeline| {
        let commands: Vec<String> = pipeline.commands.iter().map(command).collect();
        let input = pipeline.input.clone().map(|r| format!("{}..{}>", r.start, r.end));
        input.unwrap_or_default() + &commands.join(" | ")
    });
    pipelines.collect::<Vec<_>>().join("; ")
}

fn command(command: &Command) -> String {
    let mut out = String::new();
    let word = |out: &mut String, word: &Word| {
        for substitution in &word.substitutions {
            let _ = write!(out, "$({})", show(&substitution.shell));
        }
        out.push_str(word.as_str());
    };
    for (name, value) in &command.assignments {
        let _ = write!(out, "{name}=");
        word(&mut out, value);
        out.push(' ');
    }
    for (index, each) in command.words.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        word(&mut out, each);
    }
    for redirect in &command.redirects {
        let _ = write!(out, " {}", redirect.operator);
        word(&mut out, &redirect.target);
    }
    for inner in &command.inner {
        let _ = write!(out, " {{{}}}", show(inner));
    }
    out
}

#[test]
fn separators_divide_commands() {
    assert_eq!(shown("a 1 && b || c; d & e\nf | g |& h # i\nj"), "a,1; b; c; d; e; f | g | h; j");
}

#[test]
fn quotes_and_escapes_are_taken_off() {
    assert_eq!(
        shown(r#"a 'b c' "d \"e\" \n" f\ g h"i"'j' $'k\tl\x41' "" \#"#),
        "a,b c,d \"e\" \\n,f g,hij,k\tlA,,#"
    );
}

#[test]
fn compound_commands_are_flattened() {
    assert_eq!(shown("if a; then b; elif c; then d; else e; fi"), "a; b; c; d; e");
    assert_eq!(
        shown("for x in 1 2; do a $x; done; while ! b; do c; done"),
        "for,x,in,1,2; a,1; a,2; b; c"
    );
    assert_eq!(
        shown("case \"$(uname -m)\" in x86_64|amd64) a;; (arm*) b ;; *) c; esac; d"),
        "case,$(uname,-m),in; a; b; c; d"
    );
    assert_eq!(shown("f() { a; }; function g { b; }; f"), "a; b; f");
    assert_eq!(
        shown("( a; b ) && { c; } && ((x=1)) ; [[ a && b || (c) ]] && d"),
        "a; b; c; x=1 ; [[,a,b,c,]]; d"
    );
}

#[test]
fn groups_are_piped_as_a_whole() {
    assert_eq!(shown("{ a; b; } | c"), "a; b; 0..2>c");
    assert_eq!(shown("a | ( b && c ) | d"), "a; 0..1>b; 0..1>c; 1..3>d");
    assert_eq!(shown("if a; then b; fi | sh"), "a; b; 0..2>sh");
}

#[test]
fn substitutions_are_read() {
    assert_eq!(shown("a \"$(b \"c\" | d)\" `e f` <(g) >(h)"), "a,$(b,c | d),$(e,f),$(g),$(h)");
    assert_eq!(shown("x=$(a)b y; echo $((1 + $(c) * (2)))"), "x=$(a)b y; echo,$(c)$");
    assert_eq!(shown("a ${Z:-$(b)} ${Z:-'q}'} ${URL##*/}"), "a,$(b),q},https://e.org/x.sh");
}

#[test]
fn variables_are_filled_in() {
    assert_eq!(
        shown("a $URL ${URL} \"$PKGS\" $PKGS '$URL' $W ${W:-d} ${EMPTY:-d} ${V#v} ${V:+y}"),
        "a,https://e.org/x.sh,https://e.org/x.sh,a b,a,b,$URL,$W,d,d,1.2,y"
    );
    assert_eq!(
        shown("N=1 && a $N; export M=2; b ${M}3; L=$(c); d $L; URL= ; e x$URL"),
        "N=1 ; a,1; export,M=2; b,23; L=$(c) ; d,$L; URL= ; e,x"
    );
    assert_eq!(shown("A=(x y) a"), "A= x y a");
}

#[test]
fn redirects_and_here_documents() {
    assert_eq!(shown("a > f 2>&1 <g >>h &>i"), "a >f >&1 <g >>h &>i");
    assert_eq!(
        shown("cat <<EOF >f && b\nx $URL\nEOF\nc <<-'E'\n\ty $URL\n\tE\nd"),
        "cat <<x https://e.org/x.sh\n >f; b; c <<-\ty $URL\n; d"
    );
    assert_eq!(shown("cat <<EOF > /f"), "cat << >/f");
    assert_eq!(shown("while read l; do a; done < <(b)"), "read,l; a;  <$(b)");
}

#[test]
fn inner_shells_are_read() {
    assert_eq!(
        shown("sh -c 'a | b' && bash -euxo pipefail -c \"c $URL\""),
        "sh,-c,a | b {a | b}; bash,-euxo,pipefail,-c,c https://e.org/x.sh {c,https://e.org/x.sh}"
    );
    assert_eq!(shown("eval \"$(a)\" b"), "eval,$(a),b {b}");
    assert_eq!(shown("sudo -u x sh -c 'a'"), "sudo,-u,x,sh,-c,a {a}");
    assert_eq!(shown("su - app -c 'a b'"), "su,-,app,-c,a b {a,b}");
    assert_eq!(shown("bash <<EOF\na\nb\nEOF"), "bash <<a\nb\n {a; b}");
    assert_eq!(shown("sh <<< 'a'"), "sh <<<a {a}");
    let words = ["bash", "-lc", "a && b"];
    let words = words.map(|word| Spanned::new(word.to_owned(), script("x").whole()));
    assert_eq!(show(&exec(&words, &known)), "bash,-lc,a && b {a; b}");
}

#[test]
fn wrappers_are_taken_off() {
    let read = |text| read(&script(text), &known);
    let layers = |text| {
        let shell = read(text);
        shell.commands().iter().map(Invoked::text).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        layers("sudo -E env A=b timeout -s KILL 5 curl x"),
        "sudo -E env A=b timeout -s KILL 5 curl x; env A=b timeout -s KILL 5 curl x; \
         timeout -s KILL 5 curl x; curl x"
    );
    assert_eq!(
        layers("find / -type f -exec chmod 777 {} +"),
        "find / -type f -exec chmod 777 {} +; chmod 777 {}"
    );
    assert_eq!(layers("command -v curl"), "command -v curl");
    assert_eq!(layers("ls | xargs -n 1 rm"), "ls; xargs -n 1 rm; rm");
}

#[test]
fn spans_lead_back_to_the_line() {
    let text = "a &&\nsh -c 'b\nc d'";
    let shell = read(&script(text), &known);
    let commands = shell.commands();
    let lines: Vec<u32> = commands.iter().map(|c| c.command.span.line).collect();
    assert_eq!(lines, [1, 2, 2, 3]);
    let last = commands.last().unwrap().words.last().unwrap().text.span;
    assert_eq!(&text[last.start as usize..last.end as usize], "d");
}

#[test]
fn a_loop_over_words_is_read_for_each_of_them() {
    let layers = |text: &str| {
        let shell = read(&script(text), &known);
        let commands = shell.commands();
        let texts = commands.iter().map(Invoked::text).filter(|text| !text.starts_with("for "));
        texts.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        layers("for n in a b c; do chmod 4755 /x/$n; id; done; e $n"),
        "chmod 4755 /x/a; id; chmod 4755 /x/b; id; chmod 4755 /x/c; id; e c"
    );
    assert_eq!(
        layers("for n in a b\ndo for m in 1 2; do x $n$m; done; while y; do z; done\ndone"),
        "x a1; x a2; y; z; x b1; x b2; y; z"
    );
    assert_eq!(layers("(for n in a b; do x $n | y; done)"), "x a; y; x b; y");
    assert_eq!(layers("for n in $(ls) b; do x $n; done; x $n"), "ls; x $n; x $n");
    assert_eq!(layers("for n in a b; do cat > $n <<E\n1\nE\ndone; x"), "cat; x");
    let many = "for a in 1 2 3 4 5 6 7 8; do ".repeat(40) + "x $a" + &"; done".repeat(40);
    assert!(layers(&many).len() < 1 << 20);
}

#[test]
fn deep_nesting_ends() {
    for opener in
        ["(", "$(", "`", "{ ", "\"$(", "${a:-", "<(", "if ", "case a in b) ", "sh -c '", "<<A "]
    {
        read(&script(&opener.repeat(100_000)), &known);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(parts in prop::collection::vec(
        prop_oneof![
            "[a-z$(){}<>|&;`'\"\\\\#\n =é\u{1a}-]{0,6}",
            prop::sample::select(vec![
                "case x in", "esac", "$((", "))", "${", "}", "<<E\n", "\nE\n", "sh -c ", "eval ",
                "for i in", "for j in a b c; do ", "; done", "do", "done", "fi", "if ", "[[", "]]", "$'", "V=", "A=(", "function ", "2>",
            ]).prop_map(String::from),
        ], 0..24)
    ) {
        let text = parts.concat();
        let shell = read(&script(&text), &known);
        for command in shell.commands() {
            let span = command.command.span;
            prop_assert!(span.start <= span.end && span.end as usize <= text.len());
        }
    }
}
