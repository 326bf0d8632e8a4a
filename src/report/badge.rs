//! The score as a picture that asks nobody for anything.

use std::io::{self, Write};

/// Writes an SVG of 20 pixels in height.
pub fn badge(score: u64, out: &mut impl Write) -> io::Result<()> {
    // Dark enough for white letters: at least 4.5 to 1.
    let colour = match score {
        90.. => "#2a7a1f",
        70..90 => "#5c6f0e",
        40..70 => "#9a5b00",
        _ => "#b3261e",
    };
    writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="132" height="20" role="img" aria-label="container posture: {score}"><title>container posture: {score}</title><rect width="132" height="20" rx="3" fill="#444"/><path fill="{colour}" d="M104 0h25a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-25z"/><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="52" y="14">container posture</text><text x="118" y="14">{score}</text></g></svg>"##
    )
}
