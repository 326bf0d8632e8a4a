//! Every report of a folder, read once.
//!
//! Shape of the kept index: a first line with the version, a line for each report with tabs between
//! path, time, size, inode, keys and what was read as JSON, and a last line with their number. It is
//! written beside and renamed, so that hooks that run at once see one or the other, whole.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

use super::folder::{LARGEST, Listing, Stamp, list};
use super::key;
use super::report::{Hit, Report, Statement};
use crate::model::{ImageRef, printable};

/// The first line; another one is another index.
const HEAD: &str = concat!("plimsoll scans ", env!("CARGO_PKG_VERSION"), " 1");
/// What new reports may hold together, in bytes.
const BUDGET: u64 = 1 << 30;
/// Largest index that is read back, in bytes.
const KEPT: u64 = 1 << 30;
/// Seconds that a clock may be ahead.
const AHEAD: i64 = 86_400;

/// What is known of the images.
#[derive(Debug, Default)]
pub struct Index {
    rows: Vec<Row>,
    faults: Vec<String>,
}

/// One report, as it is kept.
#[derive(Debug)]
struct Row {
    stamp: Stamp,
    /// Its keys with blanks between them.
    keys: String,
    /// A `Result<Report, String>` as JSON; whether it is text is asked when it is used.
    body: Vec<u8>,
}

impl Index {
    /// The index of a folder. It is kept in the first of `places` that can be written, and taken from
    /// there where nothing has changed since.
    pub fn open(folder: &Path, places: &[PathBuf]) -> Self {
        let Listing { stamps, faults, .. } = list(folder);
        let kept: Vec<Vec<Row>> = places.iter().filter_map(|place| kept(place)).collect();
        let fresh = kept.iter().any(|rows| rows.len() == stamps.len());
        let mut known: HashMap<Stamp, Row> =
            kept.into_iter().flatten().map(|row| (row.stamp.clone(), row)).collect();
        let mut index = Self { rows: Vec::with_capacity(stamps.len()), faults };
        let (mut read, mut left, mut changed) = (0, 0, !fresh);
        for stamp in stamps {
            let row = match known.remove(&stamp) {
                Some(row) => row,
                None if read + stamp.size > BUDGET => {
                    left += 1;
                    continue;
                }
                None => {
                    read += stamp.size;
                    changed = true;
                    row(folder, stamp)
                }
            };
            index.rows.push(row);
        }
        if left > 0 {
            index.faults.push(format!("{left} scan reports are left for the next push: too much"));
        }
        if changed && !places.is_empty() {
            let text = index.text();
            // Where it can't be kept the reports are read again next time.
            let _ = places.iter().any(|place| keep(place, &text).is_ok());
        }
        index.faults.extend(index.rows.iter().filter_map(Row::fault));
        index
    }

    /// What could not be read, each in one printable sentence.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// How many reports can be read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.iter().filter(|row| row.fault().is_none()).count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is said of an image: of each scanner the newest report, without what does not apply.
    #[must_use]
    pub fn of(&self, image: &ImageRef) -> Vec<Report> {
        let wanted = key::wanted(image);
        let mut newest: HashMap<String, Report> = HashMap::new();
        for report in self.about(&HashSet::from([wanted.as_str()])) {
            if !report.keys.contains(&wanted) {
                continue;
            }
            match newest.get(&report.tool) {
                Some(known) if known.scanned >= report.scanned => {}
                _ => {
                    newest.insert(report.tool.clone(), report);
                }
            }
        }
        let mut reports: Vec<Report> = newest.into_values().collect();
        reports.sort_by(|a, b| a.tool.cmp(&b.tool));
        let name = image.name();
        let mut keys: HashSet<&str> =
            reports.iter().flat_map(|r| &r.keys).map(String::as_str).collect();
        keys.extend([wanted.as_str(), name.as_str()]);
        let statements: Vec<Statement> = self
            .about(&keys)
            .flat_map(|report| report.statements)
            .filter(|said| said.keys.iter().any(|key| keys.contains(key.as_str())))
            .collect();
        let said = by_id(&statements);
        for report in &mut reports {
            report.hits.retain(|hit| applies(hit, &said));
        }
        reports
    }

    /// The reports under any of these keys.
    fn about<'a>(&'a self, keys: &HashSet<&'a str>) -> impl Iterator<Item = Report> {
        let rows = self.rows.iter().filter(|row| row.keys.split(' ').any(|key| keys.contains(key)));
        rows.filter_map(Row::report)
    }

    fn text(&self) -> Vec<u8> {
        let mut text = format!("{HEAD}\n").into_bytes();
        for Row { stamp: Stamp { path, written, size, inode }, keys, body } in &self.rows {
            let _ = write!(text, "{path}\t{written}\t{size}\t{inode}\t{keys}\t");
            text.extend_from_slice(body);
            text.push(b'\n');
        }
        let _ = writeln!(text, "{}", self.rows.len());
        text
    }
}

impl Row {
    fn report(&self) -> Option<Report> {
        serde_json::from_slice::<Result<Report, String>>(&self.body).ok()?.ok()
    }

    fn fault(&self) -> Option<String> {
        if !self.body.starts_with(b"{\"Err\"") {
            return None;
        }
        serde_json::from_slice::<Result<Report, String>>(&self.body).ok()?.err()
    }

    /// A line of a kept index.
    fn parse(mut line: &[u8]) -> Option<Self> {
        let mut next = || {
            let at = line.find_byte(b'\t')?;
            let field = line.get(..at)?.to_str().ok()?;
            line = line.get(at + 1..)?;
            Some(field)
        };
        let path = next()?.to_owned();
        let (written, size) = (next()?.parse().ok()?, next()?.parse().ok()?);
        let stamp = Stamp { path, written, size, inode: next()?.parse().ok()? };
        let keys = next()?.to_owned();
        Some(Self { stamp, keys, body: line.to_owned() })
    }
}

fn row(folder: &Path, stamp: Stamp) -> Row {
    let read = read(folder, &stamp);
    let keys = read.as_ref().map(keys).unwrap_or_default();
    let body = serde_json::to_vec(&read).unwrap_or_default();
    Row { stamp, keys, body }
}

fn keys(report: &Report) -> String {
    let own = report.keys.iter();
    let stated = report.statements.iter().flat_map(|said| &said.keys);
    let mut keys: Vec<&str> = own.chain(stated).map(String::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.join(" ")
}

fn read(folder: &Path, stamp: &Stamp) -> Result<Report, String> {
    let name = printable(&stamp.path, 200);
    let mut content = Vec::new();
    let file = fs::File::open(folder.join(&stamp.path));
    let read = file.and_then(|file| file.take(LARGEST).read_to_end(&mut content));
    read.map_err(|error| format!("scan report {name}: {error}"))?;
    let mut report = Report::read(&content).map_err(|(line, message)| match line {
        Some(line) => format!("scan report {name}:{line}: {message}"),
        None => format!("scan report {name}: {message}"),
    })?;
    // Nothing was scanned after its report was written.
    let written = i64::try_from(stamp.written / 1_000_000_000).unwrap_or_default();
    let scanned = report.scanned.filter(|at| *at <= written.saturating_add(AHEAD));
    report.scanned = Some(scanned.unwrap_or(written));
    Ok(report)
}

/// The rows of an index that was kept, if it is whole and of this version.
fn kept(place: &Path) -> Option<Vec<Row>> {
    let mut text = Vec::new();
    fs::File::open(place).ok()?.take(KEPT).read_to_end(&mut text).ok()?;
    let lines = text.strip_prefix(HEAD.as_bytes())?.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
    let (lines, count) = lines.rsplit_once_str("\n").unwrap_or((b"", lines));
    let rows: Option<Vec<Row>> = lines.lines().map(Row::parse).collect();
    let count: usize = count.to_str().ok()?.parse().ok()?;
    rows.filter(|rows| count == rows.len())
}

/// Writes it beside and renames it.
fn keep(place: &Path, text: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut beside = place.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text)?;
        fs::rename(&beside, place)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Statements by the ids they are about, in lower case; the newest last.
fn by_id(statements: &[Statement]) -> HashMap<String, Vec<&Statement>> {
    let mut sorted: Vec<&Statement> = statements.iter().collect();
    sorted.sort_by_key(|said| said.at);
    let mut by_id: HashMap<String, Vec<&Statement>> = HashMap::new();
    for said in sorted {
        for id in &said.ids {
            by_id.entry(id.to_ascii_lowercase()).or_default().push(said);
        }
    }
    by_id
}

/// What was said last of a vulnerability in its package counts.
fn applies(hit: &Hit, said: &HashMap<String, Vec<&Statement>>) -> bool {
    let about =
        |said: &&&Statement| said.packages.is_empty() || said.packages.contains(&hit.package);
    let ids = [&hit.id].into_iter().chain(&hit.aliases);
    let last = ids.filter_map(|id| said.get(&id.to_ascii_lowercase())?.iter().rfind(about));
    last.max_by_key(|said| said.at).is_none_or(|said| said.applies)
}
