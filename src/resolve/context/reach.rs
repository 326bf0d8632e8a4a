//! Which sensitive names the instructions take out of a context, and what decides it.

use std::rc::Rc;

use bstr::{BStr, ByteSlice as _};

use super::copies::{Source, Verdict, whole};
use super::sensitive::{self, IN_FOLDERS, PROBES};
use super::{Names, join};
use crate::model::{
    BuildContext, Builders, Declared, EntryKind, File, Gap, GapKind, Pattern, Reached, Sensitive,
    Span, Spanned, Taken, Tracked, Tree, deciding,
};

/// The ignore files of a context as a whole.
pub(super) const CONTEXT_WIDE: &[&[u8]] = &[b".dockerignore", b".containerignore"];
/// Folders whose names are probed.
const MOST_FOLDERS: usize = 16;
/// Sensitive files of the tree that are opened.
const MOST_OPENED: usize = 64;

/// Fills in what is reached.
pub(super) fn reach(
    context: &mut BuildContext,
    sources: &[Source],
    tree: &dyn Tree,
    names: &Names,
) {
    // One that can't be read leaves nothing out, so that mending it opens nothing.
    let ignores = Ignores::find(context.folder.as_ref(), context.dockerfile.as_ref(), tree)
        .unwrap_or_else(|gap| {
            context.gaps.push(gap);
            Ignores { docker: Ignore(None), podman: Ignore(None) }
        });
    for &(shown, path, kind) in PROBES {
        let name = Name { shown, path, kind, file: None };
        context.reached.extend(reached(&name, sources, &ignores, false));
    }
    // Of a folder that is left out as a whole nobody knows whether it was for a secret in it.
    let copied = folders(context.folder.as_ref(), sources, tree);
    for folder in copied.into_iter().filter(|folder| !ignores.leave_out(folder)) {
        for (name, kind) in IN_FOLDERS {
            let path = format!("{folder}/{name}");
            let name = Name { shown: &path, path: &path, kind: *kind, file: None };
            // Asked because the folder is copied by name, also where `COPY .` takes it too: else
            // the first such copy would look like something new.
            let below = reached(&name, sources, &ignores, false);
            context.reached.extend(below.map(|reached| Reached { by: Taken::Folder, ..reached }));
        }
    }
    let open = |path: &str, kind: Sensitive, look: bool| {
        let full = join(context.folder.as_ref(), path);
        let file = look.then(|| tree.file(full.as_ref()).ok().flatten()).flatten();
        // Content that was not read is empty, and says nothing.
        let empty = |file: &Rc<File>| {
            let text = file.text.content.as_str();
            !text.is_empty() && sensitive::empty_of_secrets(kind, path, text)
        };
        let harmless = sensitive::of_tests(path) || file.as_ref().is_some_and(empty);
        Tracked { file, harmless }
    };
    let mut more = Vec::new();
    for source in sources {
        let (path, Some(kind)) = (source.path.as_str(), source.named) else { continue };
        let file = if source.literal() {
            Some(open(path, kind, true)).filter(|file| file.file.is_some() || file.harmless)
        } else {
            // What a pattern takes is harmless where all of it is here and each file is.
            let all = beside(context.folder.as_ref(), source, tree);
            let mut all = all.iter().map(|path| open(path, kind, true)).peekable();
            let first = all.peek().cloned();
            let harmless = all.all(|file| file.harmless);
            first
                .filter(|_| harmless)
                .or_else(|| Some(open(path, kind, false)).filter(|file| file.harmless))
        };
        more.extend(reached(&Name { shown: path, path, kind, file }, sources, &ignores, true));
    }
    let (tracked, gap) = tracked(context.folder.as_ref(), tree, names);
    let taken =
        |path: &str| sources.iter().any(|source| !matches!(source.takes(path), Verdict::No));
    for (number, (path, kind)) in tracked.iter().filter(|(path, _)| taken(path)).enumerate() {
        if let Names::Walk(walked) = names
            && !walked.take()
        {
            let message = "the build contexts of one push hold too many sensitive names";
            context.gaps.push(Gap::of(GapKind::Limit, "", message));
            break;
        }
        let file = Some(open(path, *kind, number < MOST_OPENED));
        let name = Name { shown: path, path, kind: *kind, file };
        more.extend(reached(&name, sources, &ignores, false));
    }
    context.reached.extend(more);
    context.gaps.extend(gap);
}

/// The files of the tree that a pattern of one folder takes.
fn beside(top: &BStr, source: &Source, tree: &dyn Tree) -> Vec<String> {
    let (folder, name) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
    if folder.contains(['*', '?', '[']) || name.contains("**") {
        return Vec::new();
    }
    let names = tree.names(join(top, folder).as_ref());
    let path = |name: &BStr| {
        let name = name.to_str().ok()?;
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        source.is_for(&path).then_some(path)
    };
    let files = names.iter().filter(|(_, kind)| *kind == EntryKind::File);
    files.filter_map(|(name, _)| path(name.as_bstr())).take(MOST_OPENED).collect()
}

/// A name that is looked for.
struct Name<'a> {
    shown: &'a str,
    path: &'a str,
    kind: Sensitive,
    file: Option<Tracked>,
}

/// What becomes of a name: of all sources that take it (by name, or with much else) the one that
/// gets it furthest.
fn reached(name: &Name<'_>, sources: &[Source], ignores: &Ignores, named: bool) -> Option<Reached> {
    let mut best: Option<(&Source, Taken, Option<&Spanned<()>>)> = None;
    for source in sources {
        let (taken, excluded) = match source.takes(name.path) {
            Verdict::No => continue,
            Verdict::Yes(taken) => (taken, None),
            Verdict::Excluded(taken, flag) => (taken, Some(flag)),
        };
        let rank = |excluded: bool, source: &Source, taken: Taken| {
            (!excluded, source.shipped, taken == Taken::Everything)
        };
        if (taken == Taken::Named) == named
            && best.is_none_or(|(kept, kind, flag)| {
                rank(excluded.is_some(), source, taken) > rank(flag.is_some(), kept, kind)
            })
        {
            best = Some((source, taken, excluded));
        }
    }
    let (source, taken, excluded) = best?;
    let docker = deciding(ignores.docker.patterns(), name.path);
    let podman = deciding(ignores.podman.patterns(), name.path);
    let copied = match (left_out(docker), left_out(podman)) {
        _ if excluded.is_some() => Builders::Nobody,
        (true, true) => Builders::Nobody,
        (false, true) => Builders::Docker,
        (true, false) => Builders::Podman,
        (false, false) => Builders::All,
    };
    let (pattern, ignore) = match copied {
        Builders::Podman => (podman, &ignores.podman),
        _ => (docker, &ignores.docker),
    };
    let evidence = match (excluded, pattern) {
        (Some(_), _) => format!("--exclude of {}", source.text),
        (None, Some(pattern)) => {
            let not = if pattern.value.exception { "!" } else { "" };
            format!("`{not}{}` in {}", pattern.value.text, ignore.name())
        }
        (None, None) => match &ignore.0 {
            Some(_) => format!("{}, not in {}", source.text, ignore.name()),
            None => format!("{}, no ignore file", source.text),
        },
    };
    let itself = name.file.as_ref().and_then(|tracked| tracked.file.as_ref());
    let itself = itself.map(|file| Span::unshown(file.text.file, file.text.lines()));
    Some(Reached {
        path: name.shown.to_owned(),
        kind: name.kind,
        file: name.file.clone(),
        copied,
        shipped: source.shipped,
        by: taken,
        // A file that only now is there explains itself, and none of its lines is shown.
        place: place(source, excluded, pattern, ignore).because(itself),
        evidence,
        unnamed: pattern.is_none() && excluded.is_none(),
        guarded: ignore.0.is_some(),
    })
}

fn left_out(pattern: Option<&Spanned<Pattern>>) -> bool {
    pattern.is_some_and(|pattern| !pattern.value.exception)
}

fn place(
    source: &Source,
    excluded: Option<&Spanned<()>>,
    pattern: Option<&Spanned<Pattern>>,
    ignore: &Ignore,
) -> Spanned<()> {
    let decides = excluded.map(|flag| flag.span).or(pattern.map(|pattern| pattern.span));
    let mut places: Vec<Span> = decides.into_iter().chain(source.place.places()).collect();
    // A file that only now is in charge explains what it lets through.
    if pattern.is_none_or(|pattern| pattern.value.exception) {
        places.extend(ignore.0.as_ref().map(|file| whole(&file.text)));
    }
    let first = places.first().copied().unwrap_or(source.place.span);
    Spanned::new((), first).because(places.into_iter().skip(1))
}

/// The ignore file that each builder takes.
struct Ignores {
    docker: Ignore,
    podman: Ignore,
}

/// An ignore file, or none.
#[derive(Clone)]
struct Ignore(Option<Rc<File>>);

impl Ignore {
    fn patterns(&self) -> &[Spanned<Pattern>] {
        match self.0.as_ref().map(|file| &file.declared) {
            Some(Declared::Ignore(file)) => &file.patterns,
            _ => &[],
        }
    }

    fn name(&self) -> String {
        let path = self.0.as_ref().map(|file| file.text.path.as_bstr()).unwrap_or_default();
        path.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_str_lossy().into_owned()
    }
}

impl Ignores {
    /// Whether no builder gets a path.
    fn leave_out(&self, path: &str) -> bool {
        [&self.docker, &self.podman].iter().all(|each| left_out(deciding(each.patterns(), path)))
    }

    fn find(folder: &BStr, dockerfile: &BStr, tree: &dyn Tree) -> Result<Self, Gap> {
        let beside = |ending: &[u8]| tree.file([dockerfile.as_bytes(), ending].concat().as_bstr());
        let wide = |name: &[u8]| tree.file(join(folder, name).as_ref());
        let (own_docker, docker) = (beside(b".dockerignore")?, wide(b".dockerignore")?);
        let (own_podman, podman) = (beside(b".containerignore")?, wide(b".containerignore")?);
        Ok(Self {
            docker: Ignore(own_docker.clone().or_else(|| docker.clone())),
            podman: Ignore(own_docker.or(own_podman).or(podman).or(docker)),
        })
    }
}

/// Folders of the context that are copied by name.
fn folders<'a>(top: &BStr, sources: &'a [Source], tree: &dyn Tree) -> Vec<&'a str> {
    let mut folders: Vec<&str> = Vec::new();
    for source in sources {
        let path = source.path.trim_end_matches("/*");
        let plain = !path.is_empty() && !path.contains(['*', '?', '[', '$']);
        if plain
            && !folders.contains(&path)
            && folders.len() < MOST_FOLDERS
            && (source.folder
                || path != source.path
                || tree.kind(join(top, path).as_ref()) == Some(EntryKind::Folder))
        {
            folders.push(path);
        }
    }
    folders
}

/// The sensitive files of the tree below a folder, relative to it.
fn tracked(
    folder: &BStr,
    tree: &dyn Tree,
    names: &Names,
) -> (Vec<(String, Sensitive)>, Option<Gap>) {
    let found = match names {
        Names::Walk(walked) => walked.below(folder, tree),
        Names::Same => Ok(Rc::default()),
        Names::Only(paths) => {
            let there = |path: &BStr| tree.kind(path).is_some();
            // What a walk would not enter.
            let foreign = |path: &BStr| {
                path.split(|&byte| byte == b'/').any(|part| sensitive::foreign(part.into()))
            };
            let asked =
                paths.iter().filter(|path| !foreign(path.as_bstr()) && there(path.as_bstr()));
            Ok(asked.cloned().collect())
        }
    };
    let (found, gap) = match found {
        Ok(found) => (found, None),
        Err(gap) => (Rc::default(), Some(gap)),
    };
    let prefix = join(folder, b"");
    let relative = found.iter().filter_map(|path| {
        let path = path.strip_prefix(prefix.as_slice())?;
        let kind = sensitive::kind(path).filter(|kind| *kind != Sensitive::Archive)?;
        Some((path.to_str().ok()?.to_owned(), kind))
    });
    (relative.collect(), gap)
}
