//! What is open, how wide, and where it is declared.

use std::fmt;

use super::{Level, Rule, Settings, Span, Spanned, printable};

/// How much of a value is shown.
const EVIDENCE: usize = 120;

/// One thing that is open (or, at rank 0, shown to be closed) in one unit at one revision.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// The rule that measured it.
    pub rule: &'static Rule,
    /// Which one inside its unit: `port 5432/tcp`. Printable, stable under reordering and moving.
    pub key: String,
    /// How open.
    pub level: Level,
    /// Where it is declared, and after that what it depends on, nearest first.
    pub places: Vec<Span>,
    /// The declared value: short, redacted, printable. Empty where the key says it all.
    pub evidence: String,
    /// What makes it the same thing wherever it stands: the same value under another name or in
    /// another unit of the affected files is not new. `None`: only its unit and key count.
    pub identity: Option<[u8; 16]>,
    /// An old exposure of its rule with this identity makes it nothing new; it makes none itself.
    pub known_by: Option<[u8; 16]>,
    /// What it is one of: where nothing stood under its key, it is not new if another unit of the
    /// affected files was as open with one of the same kind.
    pub kind: Option<[u8; 16]>,
    /// Another one under the same key is as new as if nothing had stood there.
    pub singular: bool,
    /// It is open because nothing is declared: what was removed is the cause, its places are only
    /// where the lack shows.
    pub absent: bool,
    /// A value that must not be printed, wherever it stands in a line that is shown.
    pub hidden: Option<String>,
    /// It is told as one with the others of its rule and unit that the same file explains.
    pub together: bool,
    /// When it is worth a word.
    pub told: Told,
    /// A key under which the old unit may have left it open: then it is not new. `None`: only its
    /// own key and its identity tell.
    pub open_under: Option<&'static str>,
    /// Keys of this rule of which each takes this one in: where the old unit was as open under one
    /// of them, it is not new.
    pub within: Vec<String>,
    /// A key of this rule: where the old unit has it, this is something of the same family, and
    /// turns nothing away by itself.
    pub kin: Option<String>,
    /// What is told where its whole unit is gone and nothing took its place; `None`: nothing.
    pub gone: Option<Box<Exposure>>,
}

/// When an exposure that got worse is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Whenever it is new or wider.
    Always,
    /// Where its unit has an old counterpart: a new one is not asked for so much.
    InKnownUnit,
    /// Where the old revision shows its key closed: by itself it says too little.
    IfLost,
    /// Whenever it is new or wider, but it is no gain when it goes: something else took its place.
    Replaced,
    /// Where its unit has an old counterpart that says nothing of its key: another unit tells what
    /// became of it.
    IfUnheard,
    /// Never, and to come to it is no gain where it is safe: another exposure says it already. It
    /// is measured so that it does not look mended.
    Elsewhere,
}

/// Takes what a rule measures: stamps the rule, escapes and bounds keys and evidence.
#[derive(Debug)]
pub struct Found<'a> {
    /// The rules' own options.
    pub settings: &'a Settings,
    /// The file that declares the unit.
    pub path: &'a str,
    rule: &'static Rule,
    exposures: &'a mut Vec<Exposure>,
}

impl<'a> Found<'a> {
    /// Collects for `rule` into `exposures`.
    pub fn new(
        rule: &'static Rule,
        settings: &'a Settings,
        exposures: &'a mut Vec<Exposure>,
    ) -> Self {
        Self { settings, path: "", rule, exposures }
    }

    /// `key` is open to `level`, as the declared value says, which is also the evidence.
    pub fn at<T: fmt::Display>(
        &mut self,
        level: Level,
        key: impl AsRef<str>,
        place: &Spanned<T>,
    ) -> &mut Exposure {
        let evidence = place.value.to_string();
        self.say(level, key, place, evidence)
    }

    /// `key` is open to `level` at `place`; `evidence` is what to show, a secret already redacted.
    pub fn say<T>(
        &mut self,
        level: Level,
        key: impl AsRef<str>,
        place: &Spanned<T>,
        evidence: impl AsRef<str>,
    ) -> &mut Exposure {
        let index = self.exposures.len();
        self.exposures.push(Exposure {
            rule: self.rule,
            key: printable(key.as_ref(), EVIDENCE),
            level,
            places: place.places().collect(),
            evidence: printable(evidence.as_ref(), EVIDENCE),
            identity: None,
            known_by: None,
            kind: None,
            singular: false,
            absent: false,
            hidden: None,
            together: false,
            told: Told::Always,
            open_under: None,
            within: Vec::new(),
            kin: None,
            gone: None,
        });
        &mut self.exposures[index]
    }
}

impl Exposure {
    /// It is the same as any other of its rule with this identity, wherever that stands. The bytes
    /// may be secret: only a hash is kept, and it is never printed.
    pub fn same_as(&mut self, identity: impl AsRef<[u8]>) -> &mut Self {
        self.identity = Some(short(identity.as_ref()));
        self
    }

    /// It is nothing new where an old exposure of its rule has this identity and is as open.
    pub fn known_by(&mut self, identity: impl AsRef<[u8]>) -> &mut Self {
        self.known_by = Some(short(identity.as_ref()));
        self
    }

    /// With another identity it is another one, even under the same key.
    pub fn singular(&mut self) -> &mut Self {
        self.singular = true;
        self
    }

    /// It is one of this kind: a new one is no news where another unit was as open with one before.
    pub fn one_of(&mut self, kind: impl AsRef<[u8]>) -> &mut Self {
        self.kind = Some(short(kind.as_ref()));
        self
    }
}

fn short(identity: &[u8]) -> [u8; 16] {
    let hash = blake3::hash(identity);
    let mut short = [0; 16];
    short.copy_from_slice(&hash.as_bytes()[..16]);
    short
}

impl Exposure {
    /// It is open because nothing is declared.
    pub fn absent(&mut self) -> &mut Self {
        self.absent = true;
        self
    }

    /// It is told as one with the others of its rule and unit that the same file explains.
    pub fn together(&mut self) -> &mut Self {
        self.together = true;
        self
    }

    /// It is told only then.
    pub fn told(&mut self, told: Told) -> &mut Self {
        self.told = told;
        self
    }

    /// It is not new where the old unit had `key` of this rule open: anything may have been there.
    pub fn open_under(&mut self, key: &'static str) -> &mut Self {
        self.open_under = Some(key);
        self
    }

    /// It is not new where the old unit was as open under one of these keys of this rule.
    pub fn within(&mut self, keys: impl IntoIterator<Item = String>) -> &mut Self {
        self.within.extend(keys.into_iter().map(|key| printable(&key, EVIDENCE)));
        self
    }

    /// It is of the family of what the old unit had under `key`.
    pub fn kin(&mut self, key: impl AsRef<str>) -> &mut Self {
        self.kin = Some(printable(key.as_ref(), EVIDENCE));
        self
    }

    /// The unit protects others: where all of it is gone, and no other took its place, it has come
    /// to `level`.
    pub fn gone(&mut self, level: Level) -> &mut Self {
        let evidence = String::new();
        let gone = Self { level, evidence, absent: true, gone: None, ..self.clone() };
        self.gone = Some(Box::new(gone));
        self
    }

    /// `secret` is never printed, neither here nor in a line that is shown for another finding.
    pub fn hide(&mut self, secret: impl Into<String>) -> &mut Self {
        self.hidden = Some(secret.into());
        self
    }
}

/// A secret as it may be shown: at most its first four characters, and those only if it is longer
/// than sixteen.
#[must_use]
pub fn redact(secret: &str) -> String {
    let length = secret.chars().count();
    let shown: String = if length > 16 { secret.chars().take(4).collect() } else { String::new() };
    format!("{shown}… ({length} characters)")
}
