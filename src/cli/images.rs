//! `plimsoll images`: every image that a revision names, for a scanner to look at.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::args::{Common, Images, ImagesFormat};
use super::judge::Judge;
use super::load;
use crate::git::{Repository, Revision};
use crate::model::{
    Base, Declared, File, FileId, Gap, GapKind, ImageRef, Measured, NamedImage, Spanned, Unit,
    printable_bytes,
};
use crate::report;

/// Lists the images.
pub(super) fn images(arguments: &Images, started: Instant) -> Result<()> {
    let folder = match &arguments.repository {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::current_dir()?,
    };
    let repository = Repository::discover(&folder)?;
    let common = Common { policy: arguments.policy.clone(), ..Common::default() };
    let policy = load::policy(&common, Some(repository.git_dir()))?;
    let mut judge = Judge::new(&repository, &policy, started);
    // Nobody waits for it as a pusher does, and a list that ends early is worse than a late one.
    judge.limits.until = None;
    let new = repository.state(repository.resolve(&arguments.revision)?)?;
    let old = match &arguments.new {
        Some(old) => repository.state(repository.resolve(old)?)?,
        None => Revision::Empty,
    };
    let compared = judge.measured(&old, &new, &[])?;
    let known: BTreeSet<String> =
        named(&compared.before, &compared.old_files).into_iter().map(|image| image.text).collect();
    let mut images = named(&compared.after, &compared.new_files);
    images.retain(|image| !known.contains(&image.text));
    let mut bytes = Vec::new();
    match arguments.format {
        ImagesFormat::Text => report::images_text(&images, &mut bytes)?,
        ImagesFormat::Json => report::images_json(&images, &mut bytes)?,
        ImagesFormat::Cyclonedx => report::images_cyclonedx(&images, &mut bytes)?,
    }
    io::stdout().lock().write_all(&bytes)?;
    for gap in &compared.judged.gaps {
        let (path, line) = (printable_bytes(&gap.path, 200), gap.span.map_or(1, |span| span.line));
        writeln!(io::stderr(), "could not read {path}:{line}: {}", gap.message)?;
    }
    let cut = |gap: &&Gap| {
        matches!(gap.kind, GapKind::Limit | GapKind::TooLarge | GapKind::MissingObject)
    };
    ensure!(!compared.judged.gaps.iter().any(|gap| cut(&gap)), "the list is not whole");
    Ok(())
}

/// The file of an id; the files are in the order of their ids, which need not follow each other.
fn file_of(files: &[Rc<File>], id: FileId) -> Option<&File> {
    let at = files.binary_search_by_key(&id, |file| file.text.file).ok()?;
    files.get(at).map(Rc::as_ref)
}

/// The images of all units, each place once, by file and line.
pub(super) fn named(units: &[Measured], files: &[Rc<File>]) -> Vec<NamedImage> {
    let mut images = Vec::new();
    for unit in units {
        let declaration = &unit.declaration;
        let mut add = |base: &Spanned<Base>| {
            let (image, text) = match &base.value {
                Base::Image(image) => (Some(image.clone()), image.to_string()),
                Base::Unknown(text) => (None, text.clone()),
                Base::Stage(_) | Base::Scratch => return,
            };
            let file = file_of(files, base.span.file);
            let path = file.map_or_else(|| declaration.path.clone(), |file| file.text.path.clone());
            let unit = declaration.title.clone();
            images.push(NamedImage { image, text, unit, path, line: base.span.line });
        };
        match &declaration.unit {
            Unit::Stage(stage) => {
                add(&stage.base);
                stage.sources.iter().for_each(add);
            }
            Unit::Workload(workload) => workload.image.iter().for_each(add),
            Unit::Dockerfile(id) => {
                let file = file_of(files, *id);
                file.and_then(frontend).iter().for_each(add);
            }
            _ => {}
        }
    }
    let order = |image: &NamedImage| (image.path.clone(), image.line, image.text.clone());
    images.sort_by_key(order);
    images.dedup_by_key(|image| order(image));
    images
}

/// The image that `# syntax=` names.
fn frontend(file: &File) -> Option<Spanned<Base>> {
    let Declared::Dockerfile(dockerfile) = &file.declared else { return None };
    let line = dockerfile.directives.iter().find(|line| line.name == "syntax")?;
    let text = line.value.value.split_whitespace().next()?;
    let base = ImageRef::parse(text).map_or_else(|_| Base::Unknown(text.to_owned()), Base::Image);
    Some(line.value.with(base))
}
