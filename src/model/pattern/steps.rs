//! A pattern as a row of steps, run over a path without ever going back.

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One character of a set.
    One(Set),
    /// Any number of characters of a set.
    Many(Set),
    /// Nothing, or anything that ends with `/`.
    Folders,
    /// The start of the path: an unescaped `^`.
    Start,
}

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// This one.
    Char(char),
    /// All but `/`.
    NotSlash,
    /// All but a line feed.
    NotNewline,
    /// Those of the ranges, or all others.
    Class(Vec<(char, char)>, bool),
}

impl Set {
    fn has(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::NotSlash => c != '/',
            Self::NotNewline => c != '\n',
            Self::Class(ranges, negated) => {
                ranges.iter().any(|&(low, high)| low <= c && c <= high) != *negated
            }
        }
    }
}

/// Appends a step; two of the same that may match nothing are one, which keeps a run linear.
pub(super) fn push(steps: &mut Vec<Step>, step: Step) {
    if matches!(step, Step::One(_)) || steps.last() != Some(&step) {
        steps.push(step);
    }
}

/// The steps that a run stands before, each once.
struct Front {
    states: Vec<usize>,
    /// Round in which a step was last added, and in which what may follow it for nothing was.
    seen: Vec<(u32, u32)>,
    round: u32,
}

impl Front {
    fn stay(&mut self, state: usize) {
        if let Some(seen) = self.seen.get_mut(state)
            && seen.0 != self.round
        {
            seen.0 = self.round;
            self.states.push(state);
        }
    }

    fn enter(&mut self, steps: &[Step], mut state: usize) {
        while self.seen.get(state).is_some_and(|seen| seen.1 != self.round) {
            self.stay(state);
            if let Some(seen) = self.seen.get_mut(state) {
                seen.1 = self.round;
            }
            match steps.get(state) {
                Some(Step::Many(_) | Step::Folders) => state += 1,
                Some(Step::Start) if self.round == 1 => state += 1,
                _ => return,
            }
        }
    }
}

/// Whether the steps match all of `path`; with `parents` also a folder above it.
pub(super) fn accepts(steps: &[Step], path: &str, parents: bool) -> bool {
    let mut front = Front { states: Vec::new(), seen: vec![(0, 0); steps.len() + 1], round: 1 };
    front.enter(steps, 0);
    for c in path.chars() {
        if parents && c == '/' && front.states.contains(&steps.len()) {
            return true;
        }
        let before = std::mem::take(&mut front.states);
        if before.is_empty() {
            return false;
        }
        front.round += 1;
        for state in before {
            match steps.get(state) {
                Some(Step::One(set)) if set.has(c) => front.enter(steps, state + 1),
                Some(Step::Many(set)) if set.has(c) => front.enter(steps, state),
                Some(Step::Folders) if c == '/' => {
                    front.stay(state);
                    front.enter(steps, state + 1);
                }
                Some(Step::Folders) if c != '\n' => front.stay(state),
                _ => {}
            }
        }
    }
    front.states.contains(&steps.len())
}
