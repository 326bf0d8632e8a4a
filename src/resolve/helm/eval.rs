//! The expressions of Helm's templates, as far as a chart's own values decide them. Source: Go
//! documentation, package text/template; Helm documentation, "Template Function List".

use std::collections::HashMap;
use std::rc::Rc;

use super::term::{Term, What};
use crate::model::{Content, Node, Span};

/// How deep parentheses and includes may nest.
const DEPTH: usize = 12;
/// Longer expressions are not read.
const LONGEST: usize = 4096;

/// What names stand for.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) values: Term,
    /// `Chart.yaml`.
    pub(super) chart: Term,
    pub(super) variables: HashMap<String, Term>,
    /// Named templates, by name.
    pub(super) defines: Rc<HashMap<String, Rc<str>>>,
    /// What `$` stands for.
    pub(super) top: Dot,
    pub(super) depth: usize,
}

/// What `.` stands for.
#[derive(Clone, Debug)]
pub(super) enum Dot {
    /// Everything that a template is given.
    Root,
    /// This.
    Of(Term),
}

impl Scope {
    /// What `code` stands for; literals stand at `at`.
    pub(super) fn evaluate(&self, code: &str, dot: &Dot, at: Span) -> Term {
        if code.len() > LONGEST {
            return Term::unknown();
        }
        let tokens = tokens(code);
        let mut reader = Reader { scope: self, dot, at, tokens: &tokens, next: 0 };
        let term = reader.pipeline(0);
        if reader.next < tokens.len() { Term::unknown() } else { term }
    }

    fn root(&self, name: &str) -> Term {
        match name {
            "Values" => self.values.clone(),
            "Chart" => self.chart.clone(),
            _ => Term::unknown(),
        }
    }

    /// `.a.b`, `$.Values.a`, `$x.a`.
    fn path(&self, word: &str, dot: &Dot) -> Term {
        let (start, path) = match word.strip_prefix('$') {
            Some(rest) if rest.is_empty() || rest.starts_with('.') => (self.top.clone(), rest),
            Some(rest) => {
                let name = rest.split('.').next().unwrap_or_default();
                let known = self.variables.get(name).cloned().unwrap_or_else(Term::unknown);
                (Dot::Of(known), rest.get(name.len()..).unwrap_or_default())
            }
            None => (dot.clone(), word),
        };
        let mut steps = path.split('.').filter(|step| !step.is_empty());
        let mut term = match start {
            Dot::Of(term) => term,
            Dot::Root => Term::root(),
        };
        while let Some(step) = steps.next() {
            term = match (&term.what, step) {
                (What::Root, "Chart") => match steps.next().map(lower_first) {
                    Some(field) => self.chart.get(&field),
                    None => Term::unknown(),
                },
                (What::Root, name) => self.root(name),
                _ => term.get(step),
            };
        }
        term
    }
}

fn lower_first(field: &str) -> String {
    let mut chars = field.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Pipe,
    Word(String),
    Text(String),
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, used) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '|' => (Token::Pipe, 1),
            '"' | '`' | '\'' => quoted(rest, first),
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|');
                let end = rest.find(ends).unwrap_or(rest.len());
                (Token::Word(rest.get(..end).unwrap_or_default().to_owned()), end)
            }
        };
        tokens.push(token);
        rest = rest.get(used.max(1)..).unwrap_or_default().trim_start();
    }
    tokens
}

fn quoted(rest: &str, quote: char) -> (Token, usize) {
    let (mut text, mut escaped) = (String::new(), false);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => {
                text.push(match c {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
                escaped = false;
            }
            '\\' if quote != '`' => escaped = true,
            _ if c == quote => return (Token::Text(text), at + c.len_utf8()),
            _ => text.push(c),
        }
    }
    (Token::Text(text), rest.len())
}

struct Reader<'s> {
    scope: &'s Scope,
    dot: &'s Dot,
    at: Span,
    tokens: &'s [Token],
    next: usize,
}

impl Reader<'_> {
    fn pipeline(&mut self, depth: usize) -> Term {
        let mut piped = None;
        loop {
            let term = self.command(piped.take(), depth);
            if self.tokens.get(self.next) != Some(&Token::Pipe) {
                return term;
            }
            self.next += 1;
            piped = Some(term);
        }
    }

    fn command(&mut self, piped: Option<Term>, depth: usize) -> Term {
        let function = match self.tokens.get(self.next) {
            Some(Token::Word(word)) if is_function(word) => {
                self.next += 1;
                Some(word.clone())
            }
            _ => None,
        };
        let mut arguments = Vec::new();
        while let Some(term) = self.operand(depth) {
            arguments.push(term);
        }
        arguments.extend(piped);
        match function {
            Some(name) => self.call(&name, arguments),
            None if arguments.len() == 1 => arguments.remove(0),
            None => Term::unknown(),
        }
    }

    fn operand(&mut self, depth: usize) -> Option<Term> {
        let token = self.tokens.get(self.next)?;
        let term = match token {
            Token::Close | Token::Pipe => return None,
            Token::Open if depth >= DEPTH => {
                self.next = self.tokens.len();
                return Some(Term::unknown());
            }
            Token::Open => {
                self.next += 1;
                let mut term = self.pipeline(depth + 1);
                if self.tokens.get(self.next) == Some(&Token::Close) {
                    self.next += 1;
                }
                if let Some(Token::Word(word)) = self.tokens.get(self.next)
                    && word.starts_with('.')
                    && word.len() > 1
                {
                    for step in word.split('.').filter(|step| !step.is_empty()) {
                        term = term.get(step);
                    }
                    self.next += 1;
                }
                return Some(term);
            }
            Token::Text(text) => Term::text(text, false, self.at),
            Token::Word(word) => self.word(word),
        };
        self.next += 1;
        Some(term)
    }

    fn word(&self, word: &str) -> Term {
        match word {
            "true" | "false" => Term::text(word, true, self.at),
            "nil" => Term::nothing(),
            "." => match self.dot {
                Dot::Of(term) => term.clone(),
                Dot::Root => Term::root(),
            },
            _ if word.starts_with(['.', '$']) => self.scope.path(word, self.dot),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                Term::text(word, true, self.at)
            }
            _ if is_function(word) => self.call(word, Vec::new()),
            _ => Term::unknown(),
        }
    }

    fn call(&self, name: &str, mut arguments: Vec<Term>) -> Term {
        let places: Vec<Span> = arguments.iter().flat_map(Term::places).collect();
        let first = arguments.first().cloned().unwrap_or_else(Term::unknown);
        let last = arguments.last().cloned().unwrap_or_else(Term::unknown);
        let truth = |value: Option<bool>| match value {
            Some(value) => Term::text(value.to_string(), true, self.at).having_seen(places.clone()),
            None => Term::unknown(),
        };
        match name {
            "toYaml" | "toYamlPretty" | "nindent" | "indent" | "trim" | "tpl" | "required"
            | "int" | "int64" | "float64" | "toString" | "toJson" | "toRawJson" | "fromYaml"
            | "trimSuffix" | "trimPrefix" | "trunc" | "deepCopy" | "squote" | "quote" => {
                let value = if name == "tpl" { first } else { last };
                if matches!(name, "quote" | "squote") { unplain(value) } else { value }
            }
            "default" => match last.truth() {
                Some(true) => last,
                Some(false) => first.having_seen(last.places()),
                None => Term::unknown(),
            },
            "coalesce" => {
                for term in &arguments {
                    match term.truth() {
                        Some(true) => return term.clone().having_seen(places),
                        Some(false) => {}
                        None => return Term::unknown(),
                    }
                }
                Term::nothing().having_seen(places)
            }
            "not" => truth(first.truth().map(|value| !value)),
            "empty" => truth(last.truth().map(|value| !value)),
            "and" | "or" => {
                let wanted = name == "or";
                let unknown = arguments.iter().any(|term| term.truth().is_none());
                let decides = arguments.iter().find(|term| term.truth() == Some(wanted));
                match decides {
                    Some(term) => term.clone().having_seen(places),
                    None if unknown => Term::unknown(),
                    None => last.having_seen(places),
                }
            }
            "eq" | "ne" => {
                let known: Option<Vec<String>> = arguments.iter().map(Term::printed).collect();
                let same = known.and_then(|all| {
                    let (first, rest) = all.split_first()?;
                    Some(rest.contains(first) == (name == "eq"))
                });
                truth(same)
            }
            "ternary" => match last.truth() {
                Some(true) => first.having_seen(places),
                Some(false) if arguments.len() == 3 => arguments.remove(1).having_seen(places),
                _ => Term::unknown(),
            },
            "hasKey" => truth(match (&first.what, last.printed()) {
                (What::Node(node), Some(key)) => Some(node.get(&key).is_some()),
                (What::Made(own), Some(key)) => Some(own.iter().any(|(name, _)| *name == key)),
                (What::Nothing, _) => Some(false),
                _ => None,
            }),
            "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite" => {
                merged(&arguments, name.ends_with("Overwrite"))
            }
            "set" => match (first.entries(), arguments.get(1).and_then(Term::printed)) {
                (Some(mut entries), Some(key)) => {
                    entries.push((key, last));
                    Term::made(entries)
                }
                _ => Term::unknown(),
            },
            "get" | "index" => {
                let keys: Option<Vec<String>> =
                    arguments.iter().skip(1).map(Term::printed).collect();
                let Some(keys) = keys else { return Term::unknown() };
                keys.iter().fold(first, |term, key| term.get(key))
            }
            "lower" | "upper" => match last.printed() {
                Some(text) if name == "lower" => self.say(text.to_lowercase(), places),
                Some(text) => self.say(text.to_uppercase(), places),
                None => Term::unknown(),
            },
            "print" | "printf" | "cat" => self.printed(name, &arguments, places),
            "omit" => omit(&first, arguments.get(1..).unwrap_or_default()),
            "dict" => Self::dict(&arguments),
            "include" | "template" => self.include(&first, arguments.get(1)),
            _ => Term::unknown(),
        }
    }

    fn say(&self, text: String, places: Vec<Span>) -> Term {
        Term::text(text, false, self.at).having_seen(places)
    }

    fn printed(&self, name: &str, arguments: &[Term], places: Vec<Span>) -> Term {
        let texts: Option<Vec<String>> = arguments.iter().map(Term::printed).collect();
        let Some(texts) = texts else { return Term::unknown() };
        if name != "printf" {
            return self.say(texts.join(if name == "cat" { " " } else { "" }), places);
        }
        let Some((format, values)) = texts.split_first() else { return Term::unknown() };
        let mut values = values.iter();
        let (mut text, mut rest) = (String::new(), format.as_str());
        while let Some((before, after)) = rest.split_once('%') {
            text.push_str(before);
            match (after.chars().next(), values.next()) {
                (Some('s' | 'v' | 'd'), Some(value)) => text.push_str(value),
                _ => return Term::unknown(),
            }
            rest = after.get(1..).unwrap_or_default();
        }
        text.push_str(rest);
        self.say(text, places)
    }

    fn dict(arguments: &[Term]) -> Term {
        let mut entries = Vec::new();
        for pair in arguments.chunks(2) {
            let [key, value] = pair else { break };
            let Some(key) = key.printed() else { return Term::unknown() };
            entries.push((key, value.clone()));
        }
        Term::made(entries)
    }

    fn include(&self, name: &Term, argument: Option<&Term>) -> Term {
        let Some(name) = name.printed() else { return Term::unknown() };
        let given = |key: &str| argument.map_or_else(Term::unknown, |argument| argument.get(key));
        // The helpers of the library that most charts are built with.
        match name.as_str() {
            "common.compatibility.renderSecurityContext" => {
                omit(&given("secContext"), &[Term::text("enabled", false, self.at)])
            }
            "common.tplvalues.render" => given("value"),
            "common.images.image" => self.image(&given("imageRoot"), &given("global")),
            _ => {
                let Some(body) = self.scope.defines.get(&name) else { return Term::unknown() };
                if self.scope.depth >= DEPTH {
                    return Term::unknown();
                }
                let dot = match argument {
                    Some(Term { what: What::Root, .. }) => Dot::Root,
                    Some(argument) => Dot::Of(argument.clone()),
                    None => Dot::Of(Term::nothing()),
                };
                super::render::text_of(self.scope, body, &dot, self.at)
            }
        }
    }

    fn image(&self, image: &Term, global: &Term) -> Term {
        let keys = ["registry", "repository", "tag", "digest"];
        if keys.iter().any(|key| image.get(key).printed().is_none()) {
            return Term::unknown();
        }
        let over = global.get("imageRegistry");
        let over = over.printed().filter(|text| !text.is_empty());
        let part = |key: &str| {
            let own = image.get(key).printed();
            let own = if key == "registry" { over.clone().or(own) } else { own };
            own.filter(|text| !text.is_empty())
        };
        let Some(repository) = part("repository") else { return Term::unknown() };
        let registry = part("registry").map(|registry| format!("{registry}/")).unwrap_or_default();
        let text = match (part("digest"), part("tag")) {
            (Some(digest), _) => format!("{registry}{repository}@{digest}"),
            (None, Some(tag)) => format!("{registry}{repository}:{tag}"),
            (None, None) => format!("{registry}{repository}"),
        };
        self.say(text, keys.iter().flat_map(|key| image.get(key).places()).collect())
    }
}

fn unplain(term: Term) -> Term {
    let text = match &term.what {
        What::Node(node) if !node.is_opaque() => node.text().map(str::to_owned),
        _ => None,
    };
    match (text, &term.what) {
        (Some(text), What::Node(node)) => {
            let quoted = Node::scalar(text, false, node.span).because(node.because.clone());
            Term { what: What::Node(quoted), seen: term.seen }
        }
        _ => term,
    }
}

/// Maps laid over one another: the first that has a key counts, or the last.
fn merged(maps: &[Term], last: bool) -> Term {
    let Some(all) = maps.iter().map(Term::entries).collect::<Option<Vec<_>>>() else {
        return Term::unknown();
    };
    let mut entries = Vec::new();
    let order: Vec<Vec<(String, Term)>> = if last { all } else { all.into_iter().rev().collect() };
    for map in order {
        for (key, value) in map {
            // An empty value gives way to one that says something.
            let empty = value.truth() == Some(false);
            if !(empty && entries.iter().any(|(own, _): &(String, Term)| *own == key)) {
                entries.push((key, value));
            }
        }
    }
    Term::made(entries)
}

fn omit(term: &Term, keys: &[Term]) -> Term {
    let What::Node(node) = &term.what else { return term.clone() };
    let keys: Vec<String> = keys.iter().filter_map(Term::printed).collect();
    let kept = node.entries().iter().filter(|entry| !keys.contains(&entry.key.value));
    let content = Content::Map(Rc::new(kept.cloned().collect()));
    Term { what: What::Node(Node { content, ..node.clone() }), seen: term.seen.clone() }
}

fn is_function(word: &str) -> bool {
    let literal = matches!(word, "true" | "false" | "nil");
    !literal && word.starts_with(|c: char| c.is_alphabetic())
}
