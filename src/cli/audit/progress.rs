//! How far an audit has come, on standard error, and whether it was asked to stop.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use signal_hook::consts::{SIGINT, SIGTERM};

/// How often a terminal is told, and how often a log.
const OFTEN: Duration = Duration::from_millis(200);
const RARELY: Duration = Duration::from_secs(10);

/// Set once the user wants an end.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// The first Ctrl-C asks for an end, the second one makes it.
    pub(super) fn on_signal() -> Result<Self> {
        let stop = Self::default();
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&stop.0))?;
            signal_hook::flag::register(signal, Arc::clone(&stop.0))?;
        }
        Ok(stop)
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// One repository's progress.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) quiet: bool,
    pub(super) name: String,
    pub(super) total: usize,
    pub(super) done: AtomicUsize,
    pub(super) over: AtomicBool,
}

impl Progress {
    /// Tells how many commits were judged, where the others were known.
    pub(super) fn judged(&self, judged: usize) {
        if !self.quiet && judged < self.total {
            let known = self.total - judged;
            let _ = writeln!(io::stderr(), "{}: {judged} commits judged, {known} known", self.name);
        }
    }

    /// Tells until it is over. A terminal sees one line that changes, a log a line now and then.
    pub(super) fn tell(&self) {
        if self.quiet {
            return;
        }
        let terminal = io::stderr().is_terminal();
        let (mut told, every) = (Instant::now(), if terminal { OFTEN } else { RARELY });
        let mut written = false;
        while !self.over.load(Ordering::Acquire) {
            thread::park_timeout(OFTEN);
            if told.elapsed() >= every && !self.over.load(Ordering::Acquire) {
                told = Instant::now();
                written = true;
                let done = self.done.load(Ordering::Relaxed).min(self.total);
                let percent = (done * 100).checked_div(self.total).unwrap_or(100);
                let line = format!("{}: {done} of {} commits, {percent} %", self.name, self.total);
                // Whoever does not look misses nothing.
                let _ = if terminal {
                    write!(io::stderr(), "\r\x1b[K{line}")
                } else {
                    writeln!(io::stderr(), "{line}")
                };
            }
        }
        if terminal && written {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
