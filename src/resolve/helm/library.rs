//! The named templates of a chart.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::plan::{Place, Plan};
use super::render;
use super::scope::{Dot, Scope};
use super::script::Script;
use super::term::Term;
use crate::model::template::BranchKind;
use crate::model::{Content, Declared, File, FileKind, Node, Span, Tree};

/// How deep includes may nest.
const DEPTH: usize = 12;
/// How many includes one chart is read for.
const INCLUDES: usize = 20_000;

/// Named templates, by name.
pub(super) struct Library<'t> {
    tree: &'t dyn Tree,
    defines: HashMap<String, Define>,
    /// Those that some template has taken in.
    included: RefCell<HashSet<String>>,
    /// What those leave that were given everything.
    whole: RefCell<HashMap<String, Term>>,
    left: Cell<usize>,
}

/// A named template.
struct Define {
    file: Rc<File>,
    script: Rc<Script>,
    /// Its text.
    place: Span,
    documents: OnceCell<Vec<Node>>,
}

impl<'t> Library<'t> {
    /// The named templates of `partials`; of those that have one name the first counts.
    pub(super) fn new(tree: &'t dyn Tree, partials: &[Rc<File>]) -> Self {
        let mut defines = HashMap::new();
        for file in partials {
            let text = &file.text.content;
            let script = Script::new(text);
            for branch in script.branches.iter().filter(|one| one.kind == BranchKind::Define) {
                let name = text.get(branch.code.clone()).unwrap_or_default();
                let body = text.get(branch.body.clone()).unwrap_or_default();
                let blank = body.len() - body.trim_start().len();
                let from = branch.body.start + blank;
                let place = file.text.span(from..from + body.trim().len());
                let define = Define {
                    file: Rc::clone(file),
                    script: Rc::new(Script::new(body.trim())),
                    place,
                    documents: OnceCell::new(),
                };
                defines.entry(name.trim_matches(['"', '`']).to_owned()).or_insert(define);
            }
        }
        let (included, whole) = (RefCell::default(), RefCell::default());
        Self { tree, defines, included, whole, left: Cell::new(INCLUDES) }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.defines.contains_key(name)
    }

    /// What a named template leaves, given `dot`.
    pub(super) fn include(&self, scope: &Scope<'t>, name: &str, dot: &Dot, at: Span) -> Term {
        let Some(define) = self.defines.get(name) else { return Term::unknown() };
        // Given everything it leaves the same wherever it is taken in.
        let whole = matches!(dot, Dot::Root);
        if whole && let Some(known) = self.whole.borrow().get(name) {
            return known.at(at);
        }
        let term = self.left_by(scope, (name, define), dot, at);
        if whole && scope.depth < DEPTH / 2 {
            self.whole.borrow_mut().insert(name.to_owned(), term.clone());
        }
        term
    }

    fn left_by(
        &self,
        scope: &Scope<'t>,
        (name, define): (&str, &Define),
        dot: &Dot,
        at: Span,
    ) -> Term {
        let Some(left) = self.left.get().checked_sub(1) else { return Term::unknown() };
        if scope.depth >= DEPTH || self.tree.over() {
            return Term::unknown();
        }
        self.left.set(left);
        let plan = define.plan(scope, dot);
        if let Some(term) = plan.line(at) {
            return term;
        }
        if !define.script.text.contains('\n') {
            return Term::unknown();
        }
        self.included.borrow_mut().insert(name.to_owned());
        let mut filled = render::documents(self.documents(define), &plan);
        match filled.len() {
            0 => Term::nothing(),
            1 => {
                filled.pop().filter(|node| !node.is_opaque()).map_or_else(Term::unknown, Term::node)
            }
            _ => Term::node(Node::new(Content::List(Rc::new(filled)), define.place)),
        }
    }

    /// The objects in the named templates of a file that no template has taken in: by whom they
    /// are, and with what, can't be known.
    pub(super) fn left_over(&self, file: &File, scope: &Scope<'t>) -> Vec<Node> {
        let included = self.included.borrow().clone();
        let own = |(name, define): &(&String, &Define)| {
            define.place.file == file.text.file
                && !included.contains(*name)
                && define.script.text.contains("apiVersion:")
        };
        let mut all: Vec<_> = self.defines.iter().filter(own).collect();
        all.sort_by_key(|(_, define)| define.place.start);
        let unknown = Dot::Of(Term::unknown());
        let fill = |(_, define): (&String, &Define)| {
            render::documents(self.documents(define), &define.plan(scope, &unknown))
        };
        all.into_iter().flat_map(fill).collect()
    }

    fn documents<'d>(&self, define: &'d Define) -> &'d [Node] {
        define.documents.get_or_init(|| {
            match self.tree.part_as(define.place, FileKind::Template).map(|read| read.declared) {
                Some(Declared::Tree(documents)) => documents,
                _ => Vec::new(),
            }
        })
    }
}

impl Define {
    fn plan<'t>(&self, scope: &Scope<'t>, dot: &Dot) -> Plan<'t> {
        let inner = Scope {
            depth: scope.depth + 1,
            top: dot.clone(),
            variables: Rc::default(),
            ..scope.clone()
        };
        let place = Place::File(Rc::clone(&self.file), self.place.start as usize);
        Plan::new(inner, &self.script, dot, place)
    }
}
