//! What names stand for while a template is filled in.

use std::collections::HashMap;
use std::rc::Rc;

use super::expression::Reader;
use super::library::Library;
use super::term::{Term, What};
use crate::model::{FileId, Span};

/// Longer expressions are not read.
const LONGEST: usize = 4096;

/// What names stand for.
#[derive(Clone)]
pub(super) struct Scope<'t> {
    pub(super) values: Term,
    /// What `Chart.yaml` says, and which file that is.
    pub(super) chart: Term,
    pub(super) description: Option<FileId>,
    /// What is known of the release before there is one.
    pub(super) release: Term,
    pub(super) variables: Rc<HashMap<String, Term>>,
    pub(super) library: Rc<Library<'t>>,
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

impl Dot {
    pub(super) fn term(&self) -> Term {
        match self {
            Self::Root => Term::root(),
            Self::Of(term) => term.clone(),
        }
    }

    pub(super) fn of(term: Term) -> Self {
        if matches!(term.what, What::Root) { Self::Root } else { Self::Of(term) }
    }
}

impl<'t> Scope<'t> {
    /// A scope of which nothing is known but its named templates.
    pub(super) fn unknown(library: Rc<Library<'t>>) -> Self {
        Self {
            values: Term::unknown(),
            chart: Term::unknown(),
            description: None,
            release: Term::unknown(),
            variables: Rc::default(),
            library,
            top: Dot::Root,
            depth: 0,
        }
    }

    /// What `code` stands for; literals stand at `at`.
    pub(super) fn evaluate(&self, code: &str, dot: &Dot, at: Span) -> Term {
        if code.len() > LONGEST {
            return Term::unknown();
        }
        Reader::read(self, code, dot, at)
    }

    /// `name` stands for `term` from here on.
    pub(super) fn set(&mut self, name: &str, term: Term) {
        let name = name.trim_start_matches('$').to_owned();
        Rc::make_mut(&mut self.variables).insert(name, term);
    }

    /// `.a.b`, `$.Values.a`, `$x.a`.
    pub(super) fn path(&self, word: &str, dot: &Dot, at: Span) -> Term {
        let (start, path) = match word.strip_prefix('$') {
            Some(rest) if rest.is_empty() || rest.starts_with('.') => (self.top.term(), rest),
            Some(rest) => {
                let name = rest.split('.').next().unwrap_or_default();
                let known = self.variables.get(name).cloned().unwrap_or_else(Term::unknown);
                (known, rest.get(name.len()..).unwrap_or_default())
            }
            None => (dot.term(), word),
        };
        let steps = path.split('.').filter(|step| !step.is_empty());
        self.placed(steps.fold(start, |term, step| self.step(&term, step)), at)
    }

    /// The value of a key.
    pub(super) fn step(&self, term: &Term, key: &str) -> Term {
        match (&term.what, key) {
            (What::Root, "Values") => self.values.clone(),
            (What::Root, "Chart") => self.chart.clone(),
            (What::Root, "Release") => self.release.clone(),
            _ => term.get(key),
        }
    }

    /// A name that the chart has stands where it is used.
    fn placed(&self, term: Term, at: Span) -> Term {
        match &term.what {
            What::Node(node) if self.description == Some(node.span.file) && !node.is_opaque() => {
                let Some(text) = node.text() else { return term };
                Term::text(text, false, at).having_seen(term.places())
            }
            _ => term,
        }
    }
}
