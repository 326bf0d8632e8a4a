//! The functions of Helm's templates, as far as known arguments decide what they make. Source: Helm
//! documentation, "Template Function List".

use std::rc::Rc;

use super::expression::Reader;
use super::plan::Plan;
use super::scope::Dot;
use super::term::{Term, What};
use crate::model::{Content, Entry, Node, Span};

impl Reader<'_, '_> {
    /// What a function makes of its arguments.
    pub(super) fn call(&self, name: &str, mut arguments: Vec<Term>) -> Term {
        let places: Vec<Span> = arguments.iter().flat_map(Term::places).collect();
        let first = arguments.first().cloned().unwrap_or_else(Term::unknown);
        let last = arguments.last().cloned().unwrap_or_else(Term::unknown);
        match name {
            "toYaml" | "toYamlPretty" | "nindent" | "indent" | "trim" | "required" | "int"
            | "int64" | "float64" | "toString" | "toJson" | "toRawJson" | "fromYaml"
            | "fromJson" | "fromYamlArray" | "deepCopy" | "mustToYaml" | "toPrettyJson" => last,
            "quote" | "squote" => unplain(last),
            "tpl" => self.filled(first, arguments.get(1)),
            "default" => match last.truth() {
                Some(true) => last,
                Some(false) => first.having_seen(last.places()),
                None if last.stands_for().is_some() => last,
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
            "ternary" => match last.truth() {
                Some(true) => first.having_seen(places),
                Some(false) if arguments.len() == 3 => arguments.remove(1).having_seen(places),
                _ => Term::unknown(),
            },
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
            "get" | "index" | "dig" => {
                let keys = if name == "dig" {
                    arguments.get(..arguments.len().saturating_sub(2)).unwrap_or_default()
                } else {
                    arguments.get(1..).unwrap_or_default()
                };
                let keys: Option<Vec<String>> = keys.iter().map(Term::printed).collect();
                let Some(keys) = keys else { return Term::unknown() };
                let from = if name == "dig" { last } else { first };
                let found = keys.iter().fold(from, |term, key| self.scope.step(&term, key));
                let unset = name == "dig" && matches!(found.what, What::Nothing);
                let other = arguments.get(keys.len()).filter(|_| unset);
                other.map_or(found, |term| term.clone().having_seen(places))
            }
            "list" | "tuple" | "concat" | "append" | "prepend" | "compact" | "uniq" | "first"
            | "last" | "keys" => self.list(name, &arguments).having_seen(places),
            "omit" => omit(&first, arguments.get(1..).unwrap_or_default()),
            "dict" => dict(&arguments),
            "include" | "template" => self.include(&first, arguments.get(1)),
            "pick" => pick(&first, arguments.get(1..).unwrap_or_default()),
            _ => match Self::decided(name, &arguments) {
                Some(value) => Term::text(value.to_string(), true, self.at).having_seen(places),
                None => self.text(name, &arguments, places),
            },
        }
    }

    /// A text of the values that is a template itself.
    fn filled(&self, text: Term, given: Option<&Term>) -> Term {
        let What::Node(node) = &text.what else { return text };
        let Some(inner) = node.text().filter(|inner| inner.contains("{{")) else { return text };
        let dot = given.map_or(Dot::Of(Term::unknown()), |given| Dot::of(given.clone()));
        let plan = Plan::of_text(self.scope, inner, &dot, node.span);
        plan.line(node.span).map_or_else(Term::unknown, |term| term.having_seen(text.places()))
    }

    fn list(&self, name: &str, arguments: &[Term]) -> Term {
        let trees: Option<Vec<Node>> = arguments.iter().map(|term| term.tree(self.at)).collect();
        let Some(trees) = trees else { return Term::unknown() };
        let made = |items: Vec<Node>| Term::node(Node::new(Content::List(Rc::new(items)), self.at));
        let all = trees.iter().flat_map(Node::items).cloned();
        match (name, trees.as_slice()) {
            ("list" | "tuple", _) => made(trees),
            ("keys", maps) => {
                let key = |entry: &Entry| Node::scalar(entry.key.value.clone(), false, self.at);
                made(maps.iter().flat_map(Node::entries).map(key).collect())
            }
            ("concat", _) => made(all.collect()),
            ("append", [list, item]) => made(list.items().iter().chain([item]).cloned().collect()),
            ("prepend", [list, item]) => {
                made([item].into_iter().chain(list.items()).cloned().collect())
            }
            ("compact" | "uniq", [list]) => Term::node(list.clone()),
            ("first", [list]) => {
                list.items().first().cloned().map_or_else(Term::nothing, Term::node)
            }
            ("last", [list]) => list.items().last().cloned().map_or_else(Term::nothing, Term::node),
            _ => Term::unknown(),
        }
    }

    fn include(&self, name: &Term, argument: Option<&Term>) -> Term {
        let Some(name) = name.printed() else { return Term::unknown() };
        let given = |key: &str| argument.map_or_else(Term::unknown, |argument| argument.get(key));
        let dot = argument.map_or(Dot::Of(Term::nothing()), |argument| Dot::of(argument.clone()));
        if self.scope.library.has(&name) {
            return self.scope.library.include(self.scope, &name, &dot, self.at);
        }
        // The helpers of the library that most charts are built with.
        match name.as_str() {
            "common.compatibility.renderSecurityContext" => {
                omit(&given("secContext"), &[Term::text("enabled", false, self.at)])
            }
            "common.tplvalues.render" => given("value"),
            "common.images.image" => self.image(&given("imageRoot"), &given("global")),
            _ => Term::unknown(),
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

fn dict(arguments: &[Term]) -> Term {
    let mut entries = Vec::new();
    for pair in arguments.chunks(2) {
        let [key, value] = pair else { break };
        let Some(key) = key.printed() else { return Term::unknown() };
        entries.push((key, value.clone()));
    }
    Term::made(entries)
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
    kept(term, keys, false)
}

fn pick(term: &Term, keys: &[Term]) -> Term {
    kept(term, keys, true)
}

/// The entries of a map that are among these, or are not.
fn kept(term: &Term, keys: &[Term], among: bool) -> Term {
    let What::Node(node) = &term.what else { return term.clone() };
    let keys: Vec<String> = keys.iter().filter_map(Term::printed).collect();
    let kept = node.entries().iter().filter(|entry| keys.contains(&entry.key.value) == among);
    let content = Content::Map(Rc::new(kept.cloned().collect()));
    Term { what: What::Node(Node { content, ..node.clone() }), seen: term.seen.clone() }
}
