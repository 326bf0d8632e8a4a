//! Clocks of commits, which may say anything, as places on an axis and as calendar periods.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day of git's first commit, in seconds since 1970: no clock of a commit is right before it.
const FIRST: i64 = 1_112_832_000;
const DAY: i64 = 86_400;
/// How many marks an axis gets at most.
const TICKS: i64 = 10;
/// How many periods a chart is cut into before they are made longer; years may be more.
const PERIODS: i64 = 60;

/// A clock within git's life up to `now`.
pub(super) fn sane(seconds: i64, now: i64) -> i64 {
    seconds.clamp(FIRST, now.max(FIRST))
}

/// `2024-03-09`, in UTC.
pub(super) fn day(seconds: i64) -> String {
    date(seconds).strftime("%Y-%m-%d").to_string()
}

/// `3 days`, in the largest unit that fits twice: `16 months` says more than `1 year`.
pub(super) fn span(seconds: i64) -> String {
    let units =
        [(31_557_600, "year"), (2_629_800, "month"), (DAY, "day"), (3_600, "hour"), (60, "minute")];
    let fits = units.iter().map(|(size, name)| (seconds / size, name)).find(|(n, _)| *n > 1);
    match fits {
        Some((count, name)) => format!("{count} {name}s"),
        None => "minutes".to_owned(),
    }
}

/// A stretch of time, drawn from left to right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Axis {
    /// From the first to the last of `times`, and a little further, so that the last can be seen.
    pub(super) fn over(times: impl Iterator<Item = i64>) -> Self {
        let (from, to) =
            times.fold((i64::MAX, i64::MIN), |(from, to), time| (from.min(time), to.max(time)));
        if from > to {
            return Self { from: FIRST, to: FIRST + DAY };
        }
        Self { from, to: to + DAY.max((to - from) / 50) }
    }

    /// Where on the axis, 0 to 1.
    #[allow(clippy::cast_precision_loss, reason = "seconds of a century are exact")]
    pub(super) fn share(&self, seconds: i64) -> f64 {
        ((seconds - self.from) as f64 / (self.to - self.from).max(1) as f64).clamp(0.0, 1.0)
    }

    /// The columns of a picture: so many times, evenly, the last one the end.
    pub(super) fn columns(&self, count: i64) -> Vec<i64> {
        (0..=count).map(|n| self.from + (self.to - self.from) * n / count.max(1)).collect()
    }

    /// Marks and what stands below them.
    pub(super) fn ticks(&self) -> Vec<(i64, String)> {
        let months = month(self.to) - month(self.from);
        if months < 3 {
            let days = (self.to - self.from) / DAY;
            let step = [1, 2, 7, 14].into_iter().find(|step| days / step < TICKS).unwrap_or(14);
            let first = self.from.div_euclid(DAY) + 1;
            let days =
                (first..=self.to.div_euclid(DAY)).step_by(usize::try_from(step).unwrap_or(1));
            return days.map(|number| (number * DAY, day(number * DAY))).collect();
        }
        let step = [1, 3, 6, 12, 24, 60, 120]
            .into_iter()
            .find(|step| months / step < TICKS)
            .unwrap_or(240);
        let first = (month(self.from) / step + 1) * step;
        let marks = (first..=month(self.to)).step_by(usize::try_from(step).unwrap_or(1));
        marks.map(|number| (start(number), label(number, step))).collect()
    }
}

/// How a stretch of time is cut: months, quarters or years.
#[derive(Clone, Copy, Debug)]
pub(super) struct Periods {
    step: i64,
    first: i64,
    pub(super) count: usize,
}

impl Periods {
    pub(super) fn of(axis: &Axis) -> Self {
        let months = month(axis.to) - month(axis.from) + 1;
        let step = [1, 3, 12].into_iter().find(|step| months / step <= PERIODS).unwrap_or(12);
        let first = month(axis.from) / step;
        let count = usize::try_from(month(axis.to) / step - first + 1).unwrap_or(1);
        Self { step, first, count }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.step {
            1 => "month",
            3 => "quarter",
            _ => "year",
        }
    }

    /// The period's number that a time falls into.
    pub(super) fn at(&self, seconds: i64) -> usize {
        let number = month(seconds) / self.step - self.first;
        usize::try_from(number).unwrap_or(0).min(self.count.saturating_sub(1))
    }

    pub(super) fn label(&self, number: usize) -> String {
        let number = self.first + i64::try_from(number).unwrap_or(0);
        if self.step == 3 {
            return format!("{} Q{}", number / 4, number % 4 + 1);
        }
        label(number * self.step, self.step)
    }
}

fn label(number: i64, step: i64) -> String {
    let (year, month) = (number / 12, number % 12 + 1);
    if step >= 12 { format!("{year}") } else { format!("{year}-{month:02}") }
}

/// Months since the year 0.
fn month(seconds: i64) -> i64 {
    let date = date(seconds);
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

fn start(number: i64) -> i64 {
    let year = i16::try_from(number / 12).unwrap_or(9_000);
    let month = i8::try_from(number % 12 + 1).unwrap_or(1);
    let zoned = Date::new(year, month, 1).and_then(|date| date.to_zoned(TimeZone::UTC));
    zoned.map_or(FIRST, |zoned| zoned.timestamp().as_second())
}

fn date(seconds: i64) -> Date {
    Timestamp::from_second(seconds).unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::{Axis, Periods, day, sane, span};

    const DAY: i64 = 86_400;
    /// 2024-01-31.
    const JANUARY: i64 = 1_706_659_200;

    #[test]
    fn a_clock_that_lies_stays_on_the_page() {
        assert_eq!(day(sane(i64::MIN, JANUARY)), "2005-04-07");
        assert_eq!(day(sane(i64::MAX, JANUARY)), "2024-01-31");
        assert_eq!(day(JANUARY), "2024-01-31");
    }

    #[test]
    fn periods_grow_with_the_stretch() {
        let over = |days: i64| Periods::of(&Axis { from: JANUARY, to: JANUARY + days * DAY });
        let month = over(40);
        assert_eq!((month.name(), month.count), ("month", 3));
        assert_eq!([month.label(0), month.label(2)], ["2024-01", "2024-03"]);
        assert_eq!(month.at(JANUARY + DAY), 1);
        let quarter = over(3_000);
        assert_eq!((quarter.name(), quarter.label(1).as_str()), ("quarter", "2024 Q2"));
        let year = over(9_000);
        assert_eq!((year.name(), year.label(1).as_str()), ("year", "2025"));
    }

    #[test]
    fn an_axis_has_a_few_marks_whatever_its_length() {
        for days in [1, 5, 20, 45, 80, 200, 700, 3_000, 7_500] {
            let ticks = Axis { from: JANUARY, to: JANUARY + days * DAY }.ticks();
            assert!((1..=12).contains(&ticks.len()), "{days} days: {ticks:?}");
        }
        let ticks = Axis { from: JANUARY, to: JANUARY + 100 * DAY }.ticks();
        assert_eq!(ticks[0].1, "2024-02");
    }

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        assert_eq!(span(119), "minutes");
        assert_eq!(span(3_600), "60 minutes");
        assert_eq!(span(40 * DAY), "40 days");
        assert_eq!(span(800 * DAY), "2 years");
    }
}
