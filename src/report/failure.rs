//! What plimsoll says when it could not work at all.

use std::io::{self, Write};

use super::page::{Page, Paint, safe};
use super::{Job, Style, web};

/// Says that nothing could be judged and what follows from it: three sentences, the middle one
/// `message`, which may have several lines and should name the file at fault.
///
/// `refused`: the push is turned back for it; else it is let through unjudged, which is said too.
pub fn failure(
    message: &str,
    refused: bool,
    style: &Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let (first, last) = frame(refused, style.job);
    let lines = message.lines().map(str::trim_end).filter(|line| !line.is_empty());
    if style.gitlab_web {
        let message: Vec<&str> = lines.map(str::trim_start).collect();
        return web::line(out, &format!("{first} {} {last}", safe(&message.join("; "))));
    }
    let mut page = Page::new(style.columns, style.colour);
    page.line(Paint::Red, first);
    for line in lines.take(40) {
        page.line(Paint::Plain, &format!("  {line}"));
    }
    page.line(Paint::Plain, last);
    out.write_all(page.text().as_bytes())
}

fn frame(refused: bool, job: Job) -> (&'static str, &'static str) {
    match (job, refused) {
        (Job::Check, _) => ("plimsoll could not judge this.", ""),
        (Job::Push, true) => (
            "plimsoll could not judge this push, so it is held back.",
            "Nothing was sent. `git push --no-verify` sends it unjudged.",
        ),
        (_, true) => (
            "plimsoll could not judge this push, so it is refused.",
            "Your commits are not the cause. Tell the people who run this server.",
        ),
        (_, false) => (
            "plimsoll could not judge this push; it is let through unjudged.",
            "Tell the people who run this server.",
        ),
    }
}
