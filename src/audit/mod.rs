//! A history's steps in, what landed and what was repaired out.

mod owners;
mod what_if;

use std::collections::HashMap;

use bstr::BString;

pub use owners::{OWNERS, Owners};
pub use what_if::what_if;

use crate::model::{Landed, Step, height};

/// What landed in these steps (oldest first), and which step repaired it.
///
/// The same exposure landing again while it is open (a merge brings what its branch brought) is one.
pub fn landed(steps: &[Step]) -> Vec<Landed> {
    let mut ledger = Ledger::default();
    for (number, step) in steps.iter().enumerate() {
        ledger.step(number, step);
    }
    ledger.landed
}

#[derive(Default)]
struct Ledger {
    landed: Vec<Landed>,
    /// What is left open of each landed regression: its exposures and how far up they are.
    left: Vec<Vec<(u64, (u8, u64))>>,
    /// The open ones by file.
    open: HashMap<BString, Vec<usize>>,
}

impl Ledger {
    fn step(&mut self, number: usize, step: &Step) {
        for (old, new) in &step.moved {
            self.rename(old, new);
        }
        for closed in &step.closed {
            let now = step.moved.iter().find(|(old, _)| *old == closed.path);
            let path = now.map_or(&closed.path, |(_, new)| new).clone();
            self.close(number, &path, closed.mark, closed.left);
        }
        for (finding, told) in step.findings.iter().enumerate() {
            let regression = &told.regression;
            let level = height(&regression.now.0);
            if self.is_open(&regression.unit_path, &regression.marks, level) {
                continue;
            }
            let at = self.landed.len();
            self.left.push(regression.marks.iter().map(|&mark| (mark, level)).collect());
            self.open.entry(regression.unit_path.clone()).or_default().push(at);
            let path = regression.unit_path.clone();
            self.landed.push(Landed {
                step: number,
                finding,
                path,
                repaired: None,
                teams: Vec::new(),
            });
        }
    }

    fn rename(&mut self, old: &BString, new: &BString) {
        let Some(moved) = self.open.remove(old) else { return };
        for &at in &moved {
            if let Some(landed) = self.landed.get_mut(at) {
                landed.path.clone_from(new);
            }
        }
        self.open.entry(new.clone()).or_default().extend(moved);
    }

    fn close(&mut self, number: usize, path: &BString, mark: u64, left: (u8, u64)) {
        let Some(open) = self.open.get_mut(path) else { return };
        open.retain(|&at| {
            let Some(exposures) = self.left.get_mut(at) else { return false };
            exposures.retain(|&(of, level)| of != mark || left >= level);
            if exposures.is_empty()
                && let Some(landed) = self.landed.get_mut(at)
            {
                landed.repaired = Some(number);
            }
            !exposures.is_empty()
        });
    }

    fn is_open(&self, path: &BString, marks: &[u64], level: (u8, u64)) -> bool {
        let open: Vec<usize> = self.open.get(path).cloned().unwrap_or_default();
        !marks.is_empty()
            && marks.iter().all(|mark| {
                open.iter().filter_map(|&at| self.left.get(at)).any(|exposures| {
                    exposures.iter().any(|&(of, known)| of == *mark && known >= level)
                })
            })
    }
}
