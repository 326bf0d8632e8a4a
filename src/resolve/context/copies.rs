//! What a `COPY` or `ADD` takes out of the context.
//!
//! Source: Dockerfile reference, "COPY" and "ADD"; BuildKit `dockerfile2llb`, `dispatchCopy`.

use std::collections::HashSet;

use super::sensitive;
use crate::model::{
    Base, Copy, Pattern, Sensitive, Span, Spanned, Stage, Taken, Value, Wildcard, clean,
};

/// An instruction that copies from the context.
pub(super) struct Source {
    /// Where the source is written, after that its instruction.
    pub(super) place: Spanned<()>,
    /// As written: `COPY src/`.
    pub(super) text: String,
    /// It reaches the image that ships.
    pub(super) shipped: bool,
    /// Relative to the context; empty for all of it.
    pub(super) path: String,
    /// Written as a folder.
    pub(super) folder: bool,
    /// Its own name speaks of secrets, `*` or not.
    pub(super) named: Option<Sensitive>,
    shape: Shape,
    excludes: Vec<(Pattern, Spanned<()>)>,
}

enum Shape {
    /// The context, a folder or a file.
    Literal,
    Wildcard(Wildcard),
    /// A source of `--parents`, where `**` counts.
    Parents(Pattern),
}

/// What a source makes of a name.
pub(super) enum Verdict<'a> {
    /// It doesn't take it.
    No,
    /// It takes it.
    Yes(Taken),
    /// `--exclude` leaves it out, as the flag says.
    Excluded(Taken, &'a Spanned<()>),
}

/// Every source of the context, in order.
pub(super) fn sources(stages: &[Stage]) -> Vec<Source> {
    let mut out = Vec::new();
    for stage in stages {
        for copy in stage.copies.iter().filter(|copy| copy.from.is_none()) {
            let shipped = !stage.trigger && (stage.shipped || handed_on(stages, stage, copy));
            out.extend(copy.sources.iter().filter_map(|source| read(copy, source, shipped)));
        }
    }
    out
}

fn read(copy: &Copy, source: &Spanned<Value>, shipped: bool) -> Option<Source> {
    let text = source.value.text.as_str();
    let remote = text.contains("://") || text.starts_with("git@");
    if remote && copy.add || source.value.unknown && text.starts_with('$') {
        return None;
    }
    let path = clean(&format!("/{text}")).trim_start_matches('/').to_owned();
    let shape = if !path.contains(['*', '?', '[']) {
        Shape::Literal
    } else if copy.flags.iter().any(|flag| flag.name == "parents" && on(flag)) {
        Shape::Parents(Pattern::parse(&path).ok().flatten()?)
    } else {
        Shape::Wildcard(Wildcard::parse(&path)?)
    };
    let excludes = copy.flags.iter().filter(|flag| flag.name == "exclude").filter_map(|flag| {
        let pattern = Pattern::parse(&flag.value.as_ref()?.text).ok().flatten()?;
        Some((pattern, flag.place.clone()))
    });
    let last = path.rsplit('/').next().unwrap_or_default().replace(['*', '?'], "");
    let named = sensitive::kind(path.as_bytes()).or_else(|| sensitive::kind(last.as_bytes()));
    Some(Source {
        named,
        place: source.with(()).because([copy.span]),
        text: format!("{} {text}", if copy.add { "ADD" } else { "COPY" }),
        shipped,
        folder: text.ends_with('/') || text.ends_with("/.") || path.is_empty(),
        path,
        shape,
        excludes: excludes.collect(),
    })
}

fn on(flag: &crate::model::Setting) -> bool {
    flag.value.as_ref().is_none_or(|value| value.text.eq_ignore_ascii_case("true"))
}

impl Source {
    /// Whether it takes `path`.
    pub(super) fn takes(&self, path: &str) -> Verdict<'_> {
        let Some(taken) = self.reaches(path) else { return Verdict::No };
        let below = path.strip_prefix(&self.path).map(|rest| rest.trim_start_matches('/'));
        let name = path.rsplit('/').next().filter(|_| !self.literal());
        // A pattern is read against the source; against the context too where that is not sure.
        let mut excluded = None;
        for (pattern, place) in &self.excludes {
            let candidates = [Some(path), below, name];
            if candidates.into_iter().flatten().any(|path| pattern.matches(path)) {
                excluded = (!pattern.exception).then_some(place);
            }
        }
        match excluded {
            Some(place) => Verdict::Excluded(taken, place),
            None => Verdict::Yes(taken),
        }
    }

    fn reaches(&self, path: &str) -> Option<Taken> {
        let broad = if matches!(self.path.as_str(), "" | "*" | "**" | ".*" | "**/*") {
            Taken::Everything
        } else {
            Taken::Folder
        };
        match &self.shape {
            Shape::Literal if self.path.is_empty() => Some(broad),
            Shape::Literal if self.path == path => Some(Taken::Named),
            Shape::Literal => path.strip_prefix(&self.path)?.starts_with('/').then_some(broad),
            _ if self.path == path => self.named.map(|_| Taken::Named),
            Shape::Wildcard(_) | Shape::Parents(_) if self.named.is_some() => None,
            Shape::Wildcard(wildcard) => wildcard.takes(path).then_some(broad),
            Shape::Parents(pattern) => pattern.matches(path).then_some(broad),
        }
    }

    /// It is a pattern that takes this path.
    pub(super) fn is_for(&self, path: &str) -> bool {
        matches!(&self.shape, Shape::Wildcard(wildcard) if wildcard.takes(path))
    }

    /// It is one file or folder, written out.
    pub(super) fn literal(&self) -> bool {
        matches!(self.shape, Shape::Literal)
    }
}

/// Whether a shipped stage takes over, with `COPY --from`, the folder that `copy` fills.
fn handed_on(stages: &[Stage], stage: &Stage, copy: &Copy) -> bool {
    let workdir = stage.workdir.as_ref().map_or("/", |workdir| workdir.value.text.as_str());
    let target = copy.target.as_ref().map_or(".", |target| target.value.text.as_str());
    let target = clean(&if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{workdir}/{target}")
    });
    let mut given = HashSet::from([stage.index]);
    // Stages built on this one have its files too; they come later in the file.
    for later in stages.iter().filter(|later| !later.trigger) {
        if matches!(later.base.value, Base::Stage(base) if given.contains(&base)) {
            given.insert(later.index);
        }
    }
    stages.iter().filter(|later| later.shipped).flat_map(|later| &later.copies).any(|later| {
        matches!(&later.from, Some(Base::Stage(from)) if given.contains(from))
            && later.sources.iter().any(|source| {
                let source = clean(&format!("/{}", source.value.text));
                source == "/"
                    || target
                        .strip_prefix(&source)
                        .is_some_and(|r| r.is_empty() || r.starts_with('/'))
            })
    })
}

/// All of a text, so that any changed line of it counts.
pub(super) fn whole(text: &crate::model::Text) -> Span {
    let end = u32::try_from(text.content.len()).unwrap_or(u32::MAX);
    Span { file: text.file, start: 0, end, line: 1, end_line: text.lines().max(1) }
}
