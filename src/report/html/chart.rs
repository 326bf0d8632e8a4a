//! Charts as SVG of our own. Every text in them is ours: numbers, dates, severities.

use std::fmt::Write as _;

use super::time::Axis;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 26.0;
/// One hour and ten years, in seconds: the ends of the logarithmic ruler.
const RULER: (f64, f64) = (3_600.0, 315_576_000.0);

/// One column of the stacked chart: a time, and what is open by severity, worst first.
pub(super) type Column<const N: usize> = (i64, [usize; N]);

/// A chart in the making.
struct Svg {
    text: String,
}

impl Svg {
    /// `id` names it inside the page; `title` and `description` are what a screen reader says.
    fn new(id: &str, title: &str, description: &str) -> Self {
        let text = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-text\"><title id=\"{id}-title\">{title}</title>\
             <desc id=\"{id}-text\">{description}</desc>"
        );
        Self { text }
    }

    fn add(&mut self, part: std::fmt::Arguments<'_>) {
        // Writing into a `String` can't fail.
        let _ = self.text.write_fmt(part);
    }

    /// Lines from zero to `most`, which is a line itself.
    fn vertical(&mut self, most: usize, step: usize, y: impl Fn(usize) -> f64) {
        let mut value = 0;
        while value <= most {
            let at = y(value);
            let class = if value == 0 { "axis" } else { "grid" };
            self.add(format_args!(
                "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                at + 4.0
            ));
            value += step;
        }
    }

    fn horizontal(&mut self, axis: &Axis, at: f64) {
        for (seconds, label) in axis.ticks() {
            let x = across(axis, seconds);
            self.add(format_args!(
                "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                HEIGHT - BOTTOM,
                at
            ));
        }
    }

    fn legend(&mut self, entries: &[(&str, &str)]) {
        let mut x = LEFT;
        for (class, label) in entries {
            self.add(format_args!(
                "<rect class=\"f-{class}\" x=\"{x:.1}\" y=\"4\" width=\"12\" height=\"12\"/>\
                 <text x=\"{:.1}\" y=\"14\">{label}</text>",
                x + 17.0
            ));
            x += 42.0 + 7.0 * float(label.len());
        }
    }

    fn done(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }
}

/// What is open over time, one layer a severity; nothing where nothing ever was.
pub(super) fn stacked<const N: usize>(
    id: &str,
    what: &str,
    axis: &Axis,
    columns: &[Column<N>],
    names: [&str; N],
) -> Option<String> {
    let total = |column: &Column<N>| column.1.iter().sum::<usize>();
    let most = columns.iter().map(total).max().filter(|most| *most > 0)?;
    let last = columns.last().map_or(0, total);
    let mut svg = Svg::new(
        id,
        &format!("Open regressions over time, {what}"),
        &format!("At most {most} were open at once, {last} are at the end."),
    );
    let step = step(most);
    let top = most.next_multiple_of(step);
    let y = |value: usize| HEIGHT - BOTTOM - share(value, top) * (HEIGHT - BOTTOM - TOP);
    svg.horizontal(axis, HEIGHT - 8.0);
    svg.vertical(top, step, y);
    let mut floor = vec![0; columns.len()];
    for (layer, name) in names.iter().enumerate() {
        let count = |column: &Column<N>| column.1.get(layer).copied().unwrap_or(0);
        if columns.iter().all(|column| count(column) == 0) {
            continue;
        }
        let mut path = String::new();
        let mut back: Vec<(f64, f64)> = Vec::new();
        let mut before: Option<(f64, f64)> = None;
        for (column, low) in columns.iter().zip(&mut floor) {
            let (x, bottom) = (across(axis, column.0), y(*low));
            *low += count(column);
            let top = y(*low);
            // A step: nothing changes until something does.
            let (was_top, was_bottom) = before.unwrap_or((top, bottom));
            let sign = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{sign}{x:.1} {was_top:.1}L{x:.1} {top:.1}");
            back.extend([(x, was_bottom), (x, bottom)]);
            before = Some((top, bottom));
        }
        for (x, bottom) in back.iter().rev() {
            let _ = write!(path, "L{x:.1} {bottom:.1}");
        }
        svg.add(format_args!("<path class=\"f-{name}\" d=\"{path}Z\"/>"));
    }
    let present = names.iter().enumerate().filter(|(layer, _)| {
        columns.iter().any(|column| column.1.get(*layer).is_some_and(|&count| count > 0))
    });
    svg.legend(&present.map(|(_, name)| (*name, *name)).collect::<Vec<_>>());
    Some(svg.done())
}

/// A value from 0 to 100 over time.
pub(super) fn score(axis: &Axis, points: &[(i64, f64)]) -> String {
    let last = points.last().map_or(100.0, |(_, value)| *value);
    let lowest = points.iter().map(|(_, value)| *value).fold(100.0, f64::min);
    let description = format!("The lowest was {lowest:.0}, the last is {last:.0}.");
    let mut svg = Svg::new("score", "Posture score over time", &description);
    let y = |value: f64| HEIGHT - BOTTOM - value / 100.0 * (HEIGHT - BOTTOM - TOP);
    svg.horizontal(axis, HEIGHT - 8.0);
    svg.vertical(100, step(100), |value| y(float(value)));
    let mut path = String::new();
    let mut before = None;
    for (seconds, value) in points {
        let (x, now) = (across(axis, *seconds), y(value.clamp(0.0, 100.0)));
        let sign = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{sign}{x:.1} {:.1}L{x:.1} {now:.1}", before.unwrap_or(now));
        before = Some(now);
    }
    svg.add(format_args!("<path class=\"line\" d=\"{path}\"/>"));
    svg.done()
}

/// What landed and what was repaired, one pair of bars a period: (label, landed, repaired).
pub(super) fn mirrored(bins: &[(String, usize, usize)], period: &str) -> String {
    let up = bins.iter().map(|bin| bin.1).max().unwrap_or(0);
    let down = bins.iter().map(|bin| bin.2).max().unwrap_or(0);
    let step = step((up + down).max(1));
    let (above, below) = (up.next_multiple_of(step), down.next_multiple_of(step));
    let total = (above + below).max(1);
    let room = HEIGHT - TOP - BOTTOM;
    let zero = TOP + share(above, total) * room;
    let tall = |count: usize| share(count, total) * room;
    let (landed, repaired) = bins.iter().fold((0, 0), |sum, bin| (sum.0 + bin.1, sum.1 + bin.2));
    let mut svg = Svg::new(
        "months",
        &format!("Regressions and repairs per {period}"),
        &format!(
            "{landed} landed, {repaired} repaired; the most in one {period}: {up} and {down}."
        ),
    );
    svg.vertical(above, step, |value| zero - tall(value));
    let mut value = step;
    while value <= below {
        let at = zero + tall(value);
        svg.add(format_args!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0
        ));
        value += step;
    }
    let slot = (WIDTH - LEFT - RIGHT) / float(bins.len().max(1));
    let wide = (slot * 0.7).clamp(1.0, 40.0);
    let every = bins.len().div_ceil(12).max(1);
    for (number, (label, landed, repaired)) in bins.iter().enumerate() {
        let middle = LEFT + (float(number) + 0.5) * slot;
        let x = middle - wide / 2.0;
        for (class, count, y) in
            [("landed", *landed, zero - tall(*landed)), ("repaired", *repaired, zero)]
        {
            if count > 0 {
                svg.add(format_args!(
                    "<rect class=\"f-{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" \
                     height=\"{:.1}\"><title>{label}: {count} {class}</title></rect>",
                    tall(count).max(1.0)
                ));
            }
        }
        if number % every == 0 {
            svg.add(format_args!(
                "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                HEIGHT - 8.0
            ));
        }
    }
    svg.legend(&[("landed", "landed"), ("repaired", "repaired")]);
    svg.done()
}

/// A line from the median to the ninth decile on a logarithmic ruler.
pub(super) fn ruler(severity: &str, median: i64, late: i64) -> String {
    let at = |seconds: i64| {
        let seconds = seconds.clamp(3_600, 315_576_000);
        #[allow(clippy::cast_precision_loss, reason = "at most ten years in seconds")]
        let seconds = seconds as f64;
        4.0 + 232.0 * (seconds / RULER.0).ln() / (RULER.1 / RULER.0).ln()
    };
    let mut text = String::from(
        "<svg width=\"240\" height=\"20\" viewBox=\"0 0 240 20\" aria-hidden=\"true\">\
         <line class=\"grid\" x1=\"4\" x2=\"236\" y1=\"10\" y2=\"10\"/>",
    );
    // A day, a month, a year.
    for mark in [86_400, 2_629_800, 31_557_600] {
        let x = at(mark);
        let _ =
            write!(text, "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"5\" y2=\"15\"/>");
    }
    let (from, to) = (at(median), at(late));
    let _ = write!(
        text,
        "<rect class=\"f-{severity}\" x=\"{from:.1}\" y=\"8\" width=\"{:.1}\" height=\"4\"/>\
         <circle class=\"f-{severity}\" cx=\"{from:.1}\" cy=\"10\" r=\"4\"/></svg>",
        (to - from).max(0.0)
    );
    text
}

/// One bar of a list, in its severities.
pub(super) fn bar<const N: usize>(counts: &[usize; N], names: [&str; N], most: usize) -> String {
    let mut text = String::from(
        "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    let mut x = 0.0;
    for (count, name) in counts.iter().zip(names).filter(|(count, _)| **count > 0) {
        let wide = 100.0 * share(*count, most.max(1));
        let _ = write!(
            text,
            "<rect class=\"f-{name}\" x=\"{x:.2}\" y=\"0\" width=\"{wide:.2}\" height=\"10\"/>"
        );
        x += wide;
    }
    text.push_str("</svg>");
    text
}

fn across(axis: &Axis, seconds: i64) -> f64 {
    LEFT + axis.share(seconds) * (WIDTH - LEFT - RIGHT)
}

/// A round number so that about four lines are drawn.
fn step(most: usize) -> usize {
    let mut ten = 1;
    loop {
        for round in [1, 2, 5] {
            if most / (round * ten) <= 5 {
                return round * ten;
            }
        }
        ten *= 10;
    }
}

fn share(value: usize, most: usize) -> f64 {
    float(value) / float(most)
}

#[allow(clippy::cast_precision_loss, reason = "counts for drawing")]
fn float(value: usize) -> f64 {
    value as f64
}
