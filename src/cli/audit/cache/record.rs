//! What one comparison found, as bytes and back.

use bstr::BString;

use crate::model::{
    Closed, Excerpt, FileId, Gap, GapKind, Improvement, Level, Regression, Rule, Severity, Side,
    Span,
};
use crate::rules;

/// What two revisions differ in, before policy has a word to say.
#[derive(Debug, Default)]
pub(in crate::cli::audit) struct Outcome {
    /// What got worse.
    pub(in crate::cli::audit) regressions: Vec<Regression>,
    /// What got better.
    pub(in crate::cli::audit) improvements: Vec<Improvement>,
    /// What could not be judged and could before.
    pub(in crate::cli::audit) gaps: Vec<Gap>,
    /// What is not as open any more.
    pub(in crate::cli::audit) closed: Vec<Closed>,
    /// Files under another path than before, as (old, new).
    pub(in crate::cli::audit) moved: Vec<(BString, BString)>,
    /// How much more than before is taken from the score.
    pub(in crate::cli::audit) penalty: i64,
}

/// Severities by the number they are written as.
const SEVERITIES: [Severity; 5] =
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// Gaps that say the same of the same two trees wherever and whenever they are looked at; the others
/// come of time or of what is missing here.
const LASTING: [GapKind; 7] = [
    GapKind::Unparsed,
    GapKind::Partial,
    GapKind::Template,
    GapKind::TooLarge,
    GapKind::Submodule,
    GapKind::Link,
    GapKind::LfsPointer,
];

/// The bytes of an outcome, none for `None`: nothing of the comparison concerns containers. `None`:
/// it can't be kept.
pub(super) fn encode(outcome: Option<&Outcome>) -> Option<Vec<u8>> {
    let Some(outcome) = outcome else { return Some(Vec::new()) };
    let mut out = Writer::default();
    out.list(&outcome.regressions, Writer::regression)?;
    out.list(&outcome.improvements, |out, it| {
        out.text(it.rule.id).text(&it.unit).bytes(&it.path).text(&it.key).text(&it.message);
        Some(())
    })?;
    out.list(&outcome.gaps, |out, gap| {
        let kind = LASTING.iter().position(|kind| *kind == gap.kind)?;
        out.number(kind as u64).bytes(&gap.path);
        out.maybe(gap.span, Writer::span).text(&gap.message).text(&gap.key);
        Some(())
    })?;
    out.list(&outcome.closed, |out, closed| {
        out.bytes(&closed.path).number(closed.mark);
        out.number(closed.left.0.into()).number(closed.left.1);
        Some(())
    })?;
    out.list(&outcome.moved, |out, (old, new)| {
        out.bytes(old).bytes(new);
        Some(())
    })?;
    out.number(outcome.penalty.cast_unsigned());
    Some(out.0)
}

/// What was encoded; `None` where the bytes are no outcome that this program would write.
#[expect(clippy::option_option, reason = "the outer one says whether it could be read")]
pub(super) fn decode(bytes: &[u8]) -> Option<Option<Outcome>> {
    if bytes.is_empty() {
        return Some(None);
    }
    let mut from = Reader(bytes);
    let outcome = Outcome {
        regressions: from.list(Reader::regression)?,
        improvements: from.list(|from| {
            Some(Improvement {
                rule: from.rule()?,
                unit: from.text()?,
                path: from.bytes()?,
                key: from.text()?,
                message: from.text()?,
            })
        })?,
        gaps: from.list(|from| {
            Some(Gap {
                kind: *LASTING.get(from.size()?)?,
                path: from.bytes()?,
                span: from.maybe(Reader::span)?,
                message: from.text()?,
                key: from.text()?,
            })
        })?,
        closed: from.list(|from| {
            Some(Closed {
                path: from.bytes()?,
                mark: from.number()?,
                left: (u8::try_from(from.number()?).ok()?, from.number()?),
            })
        })?,
        moved: from.list(|from| Some((from.bytes()?, from.bytes()?)))?,
        penalty: from.number()?.cast_signed(),
    };
    from.0.is_empty().then_some(Some(outcome))
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    /// Seven bits a byte, the last one without the eighth.
    fn number(&mut self, mut number: u64) -> &mut Self {
        while number >= 0x80 {
            self.0.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
            number >>= 7;
        }
        self.0.push(u8::try_from(number).unwrap_or_default());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64).0.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) -> &mut Self {
        self.number(value.is_some().into());
        if let Some(value) = value {
            write(self, value);
        }
        self
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T) -> Option<()>) -> Option<()> {
        self.number(items.len() as u64);
        items.iter().try_for_each(|item| write(self, item))
    }

    fn span(&mut self, span: Span) {
        self.number(span.start.into()).number(span.end.into());
        self.number(span.line.into()).number(span.end_line.into());
    }

    fn severity(&mut self, severity: Severity) -> &mut Self {
        let at = SEVERITIES.iter().position(|known| *known == severity).unwrap_or_default();
        self.number(at as u64)
    }

    fn excerpts(&mut self, lines: &[Excerpt]) -> Option<()> {
        self.list(lines, |out, line| {
            out.number(line.line.into()).text(&line.text);
            Some(())
        })
    }

    /// A rung by its place among those of its rule; what differs from that is written out.
    fn level(&mut self, rule: &Rule, level: &Level) -> Option<()> {
        let at = rule.levels.iter().position(|known| known.label == level.label)?;
        self.number(at as u64).number(level.rank.into()).number(level.size);
        self.severity(level.severity).severity(level.new).number(level.slack.into());
        self.maybe(level.added, |out, severity| {
            out.severity(severity);
        });
        self.maybe(level.widened, |out, severity| {
            out.severity(severity);
        });
        self.number(level.only_lost.into()).number(level.lacks.into());
        Some(())
    }

    fn regression(&mut self, it: &Regression) -> Option<()> {
        self.text(it.rule.id).severity(it.severity).bytes(&it.path).span(it.span);
        self.number((it.side == Side::New).into());
        self.excerpts(&it.removed)?;
        self.excerpts(&it.added)?;
        self.text(&it.unit).bytes(&it.unit_path).text(&it.key);
        self.number(it.was.is_some().into());
        for (level, evidence) in it.was.iter().chain([&it.now]) {
            self.level(it.rule, level)?;
            self.text(evidence);
        }
        let fix = it.rule.fixes().position(|fix| fix == it.fix)?;
        self.text(&it.message).number(fix as u64).text(&it.fingerprint);
        self.maybe(it.commit.as_deref(), |out, commit| {
            out.text(commit);
        });
        self.number(it.new_unit.into()).number(it.lacks.into());
        self.list(&it.marks, |out, mark| {
            out.number(*mark);
            Some(())
        })
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn truth(&mut self) -> Option<bool> {
        Some(self.number()? != 0)
    }

    fn bytes(&mut self) -> Option<BString> {
        let size = self.size()?;
        let (bytes, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(bytes.into())
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.into()).ok()
    }

    #[expect(clippy::option_option, reason = "the outer one says whether it could be read")]
    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.truth()? { read(self).map(Some) } else { Some(None) }
    }

    /// A list that says more than there can be ends where the bytes do.
    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.size()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn span(&mut self) -> Option<Span> {
        Some(Span {
            file: FileId(0),
            start: self.small()?,
            end: self.small()?,
            line: self.small()?,
            end_line: self.small()?,
        })
    }

    fn rule(&mut self) -> Option<&'static Rule> {
        rules::find(&self.text()?)
    }

    fn severity(&mut self) -> Option<Severity> {
        SEVERITIES.get(self.size()?).copied()
    }

    fn excerpts(&mut self) -> Option<Vec<Excerpt>> {
        self.list(|from| Some(Excerpt { line: from.small()?, text: from.text()? }))
    }

    fn level(&mut self, rule: &Rule) -> Option<Level> {
        let known = rule.levels.get(self.size()?)?;
        Some(Level {
            label: known.label,
            rank: u8::try_from(self.number()?).ok()?,
            size: self.number()?,
            severity: self.severity()?,
            new: self.severity()?,
            slack: u16::try_from(self.number()?).ok()?,
            added: self.maybe(Self::severity)?,
            widened: self.maybe(Self::severity)?,
            only_lost: self.truth()?,
            lacks: self.truth()?,
        })
    }

    fn regression(&mut self) -> Option<Regression> {
        let rule = self.rule()?;
        let reached = |from: &mut Self| Some((from.level(rule)?, from.text()?));
        Some(Regression {
            rule,
            severity: self.severity()?,
            path: self.bytes()?,
            span: self.span()?,
            side: if self.truth()? { Side::New } else { Side::Old },
            removed: self.excerpts()?,
            added: self.excerpts()?,
            unit: self.text()?,
            unit_path: self.bytes()?,
            key: self.text()?,
            was: self.maybe(reached)?,
            now: reached(self)?,
            message: self.text()?,
            fix: rule.fixes().nth(self.size()?)?,
            fingerprint: self.text()?,
            commit: self.maybe(Self::text)?,
            new_unit: self.truth()?,
            secret: None,
            lacks: self.truth()?,
            marks: self.list(Self::number)?,
        })
    }
}
