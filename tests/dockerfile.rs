//! The Dockerfile reader: what BuildKit's parser does, and what no input may do to it.

use plimsoll::model::{
    Arguments, Declared, Dockerfile, FileId, Gap, Instruction, Script, Span, Spanned, Text,
};
use plimsoll::surface::{DOCKERFILE, looks_like_dockerfile};
use proptest::prelude::*;

fn text(content: &str) -> Text {
    Text::new(FileId(0), "Dockerfile", content.as_bytes())
}

fn read(content: &str) -> (Dockerfile, Vec<Gap>) {
    let reading = (DOCKERFILE.read)(&text(content));
    let Declared::Dockerfile(file) = reading.declared else { unreachable!("named Dockerfile") };
    (file, reading.gaps)
}

fn messages(gaps: &[Gap]) -> Vec<(u32, &str)> {
    let line = |gap: &Gap| gap.span.map_or(0, |span| span.line);
    gaps.iter().map(|gap| (line(gap), gap.message.as_str())).collect()
}

fn keywords(file: &Dockerfile) -> Vec<&str> {
    file.instructions.iter().map(|one| one.keyword.value.as_str()).collect()
}

#[test]
fn a_shell_word_finds_its_line_through_continuations_and_comments() {
    let content = "FROM a\nRUN one \\\n  # two\n\n  three\\\n\tfour\n";
    let (file, gaps) = read(content);
    let Arguments::Shell(script) = &file.instructions[1].arguments else { panic!("no script") };
    assert_eq!(script.text, "one   three\tfour");
    let four = script.text.find("four").unwrap();
    let span = script.span(four..four + 4);
    assert_eq!((span.line, &content[span.start as usize..span.end as usize]), (6, "four"));
    assert_eq!(file.instructions[1].span.end_line, 6);
    assert_eq!(file.comments[0].value, "two");
    assert!(gaps.is_empty());
}

#[test]
fn blanks_may_follow_a_heredoc_mark() {
    let (file, gaps) =
        read("FROM a\nRUN << EOF\nUSER root\nEOF\nRUN echo $((1 << 2))\nUSER b\n2))\n");
    assert_eq!(file.instructions[1].heredocs[0].body.text, "USER root\n");
    // Today's BuildKit takes even this for a heredoc.
    assert_eq!(file.instructions[2].heredocs[0].name, "2))");
    assert_eq!(keywords(&file), ["FROM", "RUN", "RUN"]);
    assert!(gaps.is_empty());
}

#[test]
fn a_heredoc_body_loses_its_tabs_and_keeps_its_lines() {
    let (file, _) = read("FROM a\nONBUILD RUN 3<<-'E' sh\n\tone\r\n\t\ttwo\n\tE\nUSER b\n");
    let trigger = file.instructions[1].trigger.as_ref().unwrap();
    let heredoc = &trigger.heredocs[0];
    assert_eq!(heredoc.body.text, "one\ntwo\n");
    assert_eq!(heredoc.body.span(4..7).line, 4);
    assert_eq!((heredoc.descriptor, heredoc.expand), (3, false));
    assert_eq!((file.instructions[1].span.end_line, trigger.span.end_line), (5, 5));
}

#[test]
fn one_broken_instruction_costs_itself() {
    let (file, gaps) = read("FROM a\nFOO x\nENV one\nRUN <<E\nUSER\nCMD [1]\nUSER b\n");
    assert_eq!(keywords(&file), ["FROM", "RUN", "USER"]);
    assert_eq!(
        messages(&gaps),
        [
            (2, "unknown instruction: FOO"),
            (3, "ENV needs a name and a value"),
            (4, "no line ends the heredoc E"),
            (5, "USER needs an argument"),
            (6, "an array in JSON form must hold strings only"),
        ]
    );
}

#[test]
fn a_directive_counts_only_in_the_leading_lines() {
    let (file, _) = read("# Escape=`\n# x\n# syntax=a/b:1\nFROM a\nRUN a `\nUSER b\n");
    let names: Vec<&str> = file.directives.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["escape"]);
    assert_eq!(keywords(&file), ["FROM", "RUN"]);
    let (file, _) = read("#!/usr/bin/env x\n# syntax = a/b:1  \nFROM a\n");
    assert_eq!(file.directives[0].value.value, "a/b:1");
    assert_eq!(file.directives[0].value.span.line, 2);
}

#[test]
fn another_frontend_is_a_directive_and_one_gap() {
    let (file, gaps) = read("// syntax=evil.io/frontend\nimage: x\nsteps: y\n");
    assert_eq!(file.directives[0].value.value, "evil.io/frontend");
    assert_eq!(gaps.len(), 1);
    let (file, gaps) = read("{\"syntax\": \"evil.io/frontend\",\n\"x\": 1}\n");
    assert_eq!(file.directives[0].value.value, "evil.io/frontend");
    assert_eq!(gaps.len(), 1);
}

#[test]
fn a_template_is_one_gap_and_its_image_one_word() {
    let (file, gaps) = read("{% if x %}\nFROM {{ image }} AS b\n{% else %}\nFROM c\n{% endif %}\n");
    assert_eq!(gaps.len(), 1);
    let Arguments::Words(words) = &file.instructions[0].arguments else { panic!("no words") };
    assert_eq!(words[0].value, "{{ image }}");
}

#[test]
fn a_line_that_buildkit_refuses_is_a_gap_and_still_read() {
    let (file, gaps) = read(&format!("FROM a\n#{}\nUSER root\n", "x".repeat(65_535)));
    assert_eq!(gaps[0].span.unwrap().line, 2);
    assert_eq!(keywords(&file), ["FROM", "USER"]);
    let (_, gaps) = read(&format!("FROM a\n#{}\nUSER root\n", "x".repeat(65_534)));
    assert!(gaps.is_empty());
}

#[test]
fn a_renamed_dockerfile_looks_like_one_and_a_program_does_not() {
    assert!(looks_like_dockerfile(&text("# x\nARG V=1\nFROM a:$V\nRUN b\n")));
    assert!(!looks_like_dockerfile(&text("from os import path\nimport sys\n")));
    assert!(!looks_like_dockerfile(&text("FROM a;\nSELECT b\n")));
    assert!(!looks_like_dockerfile(&text("")));
}

#[test]
fn marks_without_end_and_deep_nesting_stay_linear() {
    let many: Vec<String> = (0..50_000).map(|n| format!("RUN <<E{n}\n")).collect();
    assert!(!read(&many.concat()).1.is_empty());
    assert!(!read(&format!("FROM a\nRUN {}", "<<A ".repeat(200_000))).1.is_empty());
    for line in ["${a:-", "\"${a:-", "[", "ONBUILD ", "{{ ", "--mount=a ", "\\", "$((", "'"] {
        read(&format!("FROM a\nRUN << {}", line.repeat(200_000)));
        read(&format!("FROM {}", line.repeat(200_000)));
        read(&line.repeat(200_000));
    }
}

/// Every place is in the file, on character bounds, and its lines agree with its bytes.
fn check(content: &Text, file: &Dockerfile, gaps: &[Gap]) {
    let inside = |span: Span| {
        assert!(span.start <= span.end && span.line <= span.end_line, "{span:?}");
        assert!(content.content.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
        assert_eq!(content.line_of(span.start as usize), span.line, "{span:?}");
        assert!(span.end_line <= content.lines().max(1), "{span:?}");
    };
    gaps.iter().filter_map(|gap| gap.span).for_each(inside);
    file.comments.iter().for_each(|comment| inside(comment.span));
    file.directives.iter().for_each(|one| inside(one.value.span));
    let mut todo: Vec<&Instruction> = file.instructions.iter().collect();
    while let Some(one) = todo.pop() {
        todo.extend(one.trigger.as_deref());
        inside(one.span);
        inside(one.keyword.span);
        let word = |word: &Spanned<String>| inside(word.span);
        let script = |script: &Script| {
            for (at, c) in script.text.char_indices().filter(|(_, c)| *c != '\n') {
                let span = script.span(at..at + c.len_utf8());
                let there = content.content.get(span.start as usize..span.end as usize);
                assert_eq!(there, Some(c.encode_utf8(&mut [0; 4]) as &str));
                assert_eq!(content.line_of(span.start as usize), span.line);
            }
            inside(script.whole());
        };
        for flag in &one.flags {
            word(&flag.name);
            flag.value.iter().for_each(word);
        }
        match &one.arguments {
            Arguments::Words(words) | Arguments::Exec(words) => words.iter().for_each(word),
            Arguments::Pairs(pairs) => {
                for pair in pairs {
                    word(&pair.name);
                    pair.value.iter().for_each(word);
                }
            }
            Arguments::Shell(line) => script(line),
        }
        one.heredocs.iter().for_each(|heredoc| script(&heredoc.body));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_placed(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let content = Text::new(FileId(0), "Dockerfile", &bytes);
        let reading = (DOCKERFILE.read)(&content);
        if let Declared::Dockerfile(file) = &reading.declared {
            check(&content, file, &reading.gaps);
        }
    }

    #[test]
    fn any_mix_of_its_words_is_read_and_placed(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "FROM a", "RUN ", "COPY ", "ENV ", "ARG ", "ONBUILD ", "HEALTHCHECK CMD ", "\n", "\r\n",
            "\\\n", " \\ \n", "`\n", "# x\n", "# escape=`\n", "# syntax=", "<<E", "<<-E", "\nE\n",
            "\n\tE\n", "<< 'E'", "[\"a\", \"b\\u00e9\"]", "--mount=a", "--link", "=", "a=\"b c\"",
            "'", "\"", "\\", "`", "$", "${a:-b}", "${a#", "{{ x }}", "é", "\u{a0}", "\t", " ",
            "\u{feff}", "\u{b}", "\u{85}", "4<<\"\"", "//", "#!",
        ]), 0..40)) {
        let content = text(&parts.concat());
        let reading = (DOCKERFILE.read)(&content);
        if let Declared::Dockerfile(file) = &reading.declared {
            check(&content, file, &reading.gaps);
        }
    }
}
