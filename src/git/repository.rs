//! One repository: where its parts lie, and its objects.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use bstr::{BString, ByteSlice as _};

use super::baseline::LastBases;
use super::folder::Opened;
use super::objects::{Objects, Peeled};
use super::recent::Recent;
use super::{Environment, Id, environment, stores};
use crate::model::Gap;

/// How many bytes of folders a walk keeps at most, twice.
const FOLDERS: usize = 3 << 20;

/// A state of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Revision {
    /// No file at all.
    Empty,
    /// A tree, most often a commit's.
    Tree(Id),
    /// What is staged.
    Index,
    /// The files on disk: those in the index, and new ones that are not ignored.
    Worktree,
}

/// What reading a repository may cost at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest file that is read, in bytes.
    pub file_size: u64,
    /// How many tree entries one comparison, or one listing of names, looks at.
    pub entries: usize,
    /// How deep folders may nest.
    pub depth: usize,
    /// How many commits a walk looks at.
    pub commits: usize,
    /// When to stop.
    pub until: Option<Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_size: 1 << 20, entries: 5_000_000, depth: 256, commits: 20_000, until: None }
    }
}

impl Limits {
    /// The middle of the time that is left.
    #[must_use]
    pub fn halfway(&self) -> Option<Instant> {
        let until = self.until?;
        let now = Instant::now();
        Some(now + until.saturating_duration_since(now) / 2)
    }

    /// When a quarter of the time that is left is still to come.
    #[must_use]
    pub fn three_quarters(&self) -> Option<Instant> {
        let until = self.until?;
        let left = until.saturating_duration_since(Instant::now());
        until.checked_sub(left / 4)
    }

    /// Whether the time is over.
    #[must_use]
    pub fn over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// A repository, opened for reading.
#[derive(Debug)]
pub struct Repository {
    /// Where `HEAD` and the index lie.
    pub(super) folder: PathBuf,
    /// Where refs and configuration lie; another folder only for a linked worktree.
    pub(super) common: PathBuf,
    /// Where the files are checked out, if the environment says so.
    files: Option<PathBuf>,
    /// The index, which pre-commit may name.
    pub(super) index: PathBuf,
    /// The prefix of ref names under `GIT_NAMESPACE`, empty without.
    pub(super) namespace: BString,
    /// Whether refs are kept as a reftable, which gix can't read.
    pub(super) reftable: bool,
    /// Where the commits are listed whose parents are left out on purpose.
    pub(super) shallow: PathBuf,
    /// What `git -c` set, for the programs that git starts.
    parameters: OsString,
    pub(super) objects: Objects,
    /// Folders that were opened.
    pub(super) folders: RefCell<Recent<Rc<Opened>>>,
    /// Where files may be found for objects of the main store: commit-graphs.
    pub(super) main_store: PathBuf,
    /// What the last new ref was compared with.
    pub(super) last_bases: RefCell<LastBases>,
}

impl Repository {
    /// The repository of the running server hook, read through the quarantine of a push.
    pub fn in_hook() -> Result<Self> {
        Self::open(&Environment::own()?)
    }

    /// The repository that `folder` belongs to, as git would find it.
    pub fn discover(folder: &Path) -> Result<Self> {
        Self::open(&Environment { folder: folder.to_owned(), ..Environment::own()? })
    }

    /// The repository that an environment names: `GIT_DIR`, else the folder or one above it.
    pub fn open(environment: &Environment<'_>) -> Result<Self> {
        let folder = match environment.path("GIT_DIR") {
            Some(folder) => git_folder(&folder)
                .with_context(|| format!("{} is no git repository", folder.display()))?,
            None => found_from(&environment.folder)?,
        };
        let common = environment.path("GIT_COMMON_DIR").unwrap_or_else(|| common(&folder));
        let config = std::fs::read(common.join("config")).unwrap_or_default();
        let Extensions { hash, reftable } = extensions(&config)
            .with_context(|| format!("configuration {}", common.join("config").display()))?;
        let main_store = common.join("objects");
        let mut roots =
            vec![environment.path("GIT_OBJECT_DIRECTORY").unwrap_or_else(|| main_store.clone())];
        if let Some(list) = (environment.variable)("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
            roots.extend(
                stores::in_variable(&list).iter().map(|path| environment.folder.join(path)),
            );
        }
        Ok(Self {
            objects: Objects::open(roots, hash)?,
            folders: RefCell::default(),
            files: environment.path("GIT_WORK_TREE"),
            shallow: environment.path("GIT_SHALLOW_FILE").unwrap_or_else(|| common.join("shallow")),
            index: environment.path("GIT_INDEX_FILE").unwrap_or_else(|| folder.join("index")),
            namespace: namespace(environment),
            parameters: (environment.variable)("GIT_CONFIG_PARAMETERS").unwrap_or_default(),
            reftable,
            folder,
            common,
            main_store,
            last_bases: RefCell::default(),
        })
    }

    /// Keeps more of what was read: many commits of one history are going to be compared.
    pub fn remember_more(&self) {
        self.folders.borrow_mut().keep_up_to(FOLDERS);
        self.objects.remember_more();
    }

    /// The git directory, where a repository's own policy may lie.
    pub fn git_dir(&self) -> &Path {
        &self.common
    }

    /// Where the files are checked out; `None` for a bare repository.
    pub(super) fn files(&self) -> Option<PathBuf> {
        self.files.clone().or_else(|| checked_out(&self.folder))
    }

    /// What an id names once tags are opened.
    ///
    /// # Errors
    /// A gap where the object, or one that it leads to, is missing or broken.
    pub fn peel(&self, id: Id) -> Result<Peeled, Gap> {
        self.objects.peel(id)
    }

    /// The tree of a commit, a tag of one, or a tree itself; `None` for a blob.
    ///
    /// # Errors
    /// A gap where an object is missing or broken.
    pub fn revision(&self, id: Id) -> Result<Option<Revision>, Gap> {
        Ok(match self.peel(id)? {
            Peeled::Commit { tree, .. } | Peeled::Tree(tree) => Some(Revision::Tree(tree)),
            Peeled::Blob(_) => None,
        })
    }

    /// Whether the server takes push options, without which `git push -o` dies before anything is sent.
    ///
    /// Source: git-config(1), `receive.advertisePushOptions`; also set through the environment.
    pub fn advertises_push_options(&self) -> Result<bool> {
        let options = gix::open::Options::default()
            .with(gix::sec::Trust::Full)
            .open_path_as_is(true)
            .permissions(gix::open::Permissions::all());
        let repository = gix::open_opts(&self.folder, options)
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("the configuration can't be read")?;
        let config = repository.config_snapshot();
        let stored = config.boolean("receive.advertisePushOptions").unwrap_or(false);
        Ok(environment::parameter(&self.parameters, "receive.advertisePushOptions")
            .unwrap_or(stored))
    }
}

/// Whether a file or folder belongs to the user that this program runs as.
pub fn is_own(path: &Path) -> bool {
    gix::sec::Trust::from_path_ownership(path).is_ok_and(|trust| trust == gix::sec::Trust::Full)
}

/// The repository that holds a folder: the folder itself, or the nearest above with a `.git`.
fn found_from(start: &Path) -> Result<PathBuf> {
    for folder in start.ancestors() {
        if let Some(found) = git_folder(&folder.join(".git")) {
            return Ok(found);
        }
        if is_repository(folder) {
            return Ok(folder.to_owned());
        }
    }
    bail!("{} is in no git repository", start.display())
}

/// A repository's folder, or where the `.git` file of a submodule or linked worktree points.
fn git_folder(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return is_repository(path).then(|| path.to_owned());
    }
    let text = std::fs::read(path).ok()?;
    let target = text.strip_prefix(b"gitdir: ")?.trim_end();
    Some(path.parent()?.join(OsStr::from_bytes(target)))
}

/// Source: git, setup.c, `is_git_directory`; `HEAD` and a place for objects, its own or shared.
fn is_repository(folder: &Path) -> bool {
    folder.join("HEAD").symlink_metadata().is_ok()
        && (folder.join("objects").is_dir() || folder.join("commondir").is_file())
}

/// Where a linked worktree shares refs and objects; the folder itself otherwise.
fn common(folder: &Path) -> PathBuf {
    match std::fs::read(folder.join("commondir")) {
        Ok(path) => folder.join(OsStr::from_bytes(path.trim_end())),
        Err(_) => folder.to_owned(),
    }
}

/// Where files are checked out: beside `.git`, or where a linked worktree says.
fn checked_out(folder: &Path) -> Option<PathBuf> {
    if let Ok(path) = std::fs::read(folder.join("gitdir")) {
        return Some(folder.join(OsStr::from_bytes(path.trim_end())).parent()?.to_owned());
    }
    let absolute = folder.canonicalize().ok()?;
    (absolute.file_name()? == ".git").then(|| absolute.parent().map(Path::to_owned))?
}

/// `GIT_NAMESPACE=a/b` stands for `refs/namespaces/a/refs/namespaces/b/`.
///
/// Source: gitnamespaces(7).
fn namespace(environment: &Environment<'_>) -> BString {
    let mut prefix = BString::default();
    let Some(name) = (environment.variable)("GIT_NAMESPACE") else { return prefix };
    for part in name.as_bytes().split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
        prefix.extend_from_slice(b"refs/namespaces/");
        prefix.extend_from_slice(part);
        prefix.push(b'/');
    }
    prefix
}

struct Extensions {
    hash: gix::hash::Kind,
    reftable: bool,
}

/// What the repository's format needs of its readers. Configuration is parsed only where it says
/// something about that, since parsing costs more than a push of one commit.
///
/// Source: gitrepository-layout(5) and technical/repository-version.
fn extensions(config: &[u8]) -> Result<Extensions> {
    let mut found = Extensions { hash: gix::hash::Kind::Sha1, reftable: false };
    if !config.to_ascii_lowercase().contains_str("extensions") {
        return Ok(found);
    }
    let file = gix::config::File::try_from(config.as_bstr())
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    if let Some(format) = file.string("extensions.objectFormat") {
        found.hash = match format.to_ascii_lowercase().as_slice() {
            b"sha1" => gix::hash::Kind::Sha1,
            b"sha256" => gix::hash::Kind::Sha256,
            _ => bail!("an object format other than sha1 and sha256 is unknown here"),
        };
    }
    found.reftable =
        file.string("extensions.refStorage").is_some_and(|kind| kind.starts_with(b"reftable"));
    Ok(found)
}
