//! A template's text, taken apart.

use std::ops::Range;

use crate::model::template::{self, Action, Branch};

/// A template's text, taken apart.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) text: Box<str>,
    pub(super) actions: Vec<Action>,
    pub(super) branches: Vec<Branch>,
    /// Where another branch begins to count.
    edges: Vec<(usize, Option<usize>)>,
}

impl Script {
    pub(super) fn new(text: &str) -> Self {
        let actions = template::actions(text);
        let branches = template::branches(text, &actions);
        let edges = edges(&branches);
        Self { text: text.into(), actions, branches, edges }
    }

    /// The branch that a byte is in.
    pub(super) fn branch_at(&self, at: usize) -> Option<usize> {
        let edge = self.edges.partition_point(|(start, _)| *start <= at);
        let (_, branch) = self.edges.get(edge.checked_sub(1)?)?;
        *branch
    }

    pub(super) fn code(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

fn edges(branches: &[Branch]) -> Vec<(usize, Option<usize>)> {
    let mut edges = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        edges.push((branch.body.start, Some(index)));
        edges.push((branch.body.end, branch.parent));
    }
    // Where one ends and another begins at once, the later one counts.
    edges.sort_by_key(|(at, _)| *at);
    edges
}
