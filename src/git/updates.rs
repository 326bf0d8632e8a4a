//! The lines git writes to a hook's standard input.

use std::io::Read;

use anyhow::{Context as _, Result, bail, ensure};
use bstr::BString;

use super::Id;

/// 20,000 refs need 3 MB; what is far beyond is no push.
const MOST_BYTES: u64 = 256 << 20;

/// One line of a receive hook: a ref and where it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// What the client says the ref is; zero for a ref that is to be created.
    pub old: Id,
    /// What the ref is to be; zero for a ref that goes away. May be missing, may be any kind of object.
    pub new: Id,
    /// The ref's name as the client wrote it: unvalidated bytes.
    pub name: BString,
}

/// One line of pre-push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// What is pushed, as the user wrote it: a ref, an id, `HEAD~1`, or `(delete)`.
    pub local_name: BString,
    /// Its object; zero where the remote ref is deleted.
    pub local: Id,
    /// The ref on the other side.
    pub remote_name: BString,
    /// What it is there, zero where it is created. May be unknown here.
    pub remote: Id,
}

/// Reads all of a pre-receive or post-receive hook's input: `old SP new SP name LF`.
///
/// The name is the rest of the line, spaces included; git passes names on that it refuses later.
///
/// Source: githooks(5), "pre-receive".
pub fn read_updates(input: impl Read) -> Result<Vec<RefUpdate>> {
    lines(input)?
        .iter()
        .map(|(number, line)| update(line).with_context(|| format!("line {number} of the input")))
        .collect()
}

/// Reads all of a pre-push hook's input: `local-name SP local SP remote-name SP remote LF`.
///
/// The local name may hold spaces (`HEAD@{1 day ago}`), so the fields count from the right.
///
/// Source: githooks(5), "pre-push".
pub fn read_pushes(input: impl Read) -> Result<Vec<Push>> {
    lines(input)?
        .iter()
        .map(|(number, line)| push(line).with_context(|| format!("line {number} of the input")))
        .collect()
}

fn update(line: &[u8]) -> Result<RefUpdate> {
    let mut fields = line.splitn(3, |&byte| byte == b' ');
    let (Some(old), Some(new), Some(name)) = (fields.next(), fields.next(), fields.next()) else {
        bail!("a line is `old new name`, with one space between");
    };
    ensure!(!name.is_empty(), "the ref has no name");
    ensure!(old.len() == new.len(), "the two ids differ in length");
    Ok(RefUpdate { old: id(old)?, new: id(new)?, name: name.into() })
}

fn push(line: &[u8]) -> Result<Push> {
    let mut fields = line.rsplitn(4, |&byte| byte == b' ');
    let (Some(remote), Some(remote_name), Some(local), Some(local_name)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        bail!("a line is `local-name local remote-name remote`, with one space between");
    };
    ensure!(local.len() == remote.len(), "the two ids differ in length");
    Ok(Push {
        local_name: local_name.into(),
        local: id(local)?,
        remote_name: remote_name.into(),
        remote: id(remote)?,
    })
}

fn id(hex: &[u8]) -> Result<Id> {
    ensure!(matches!(hex.len(), 40 | 64), "an id has 40 or 64 hexadecimal digits");
    Id::from_hex(hex).ok().context("an id has 40 or 64 hexadecimal digits")
}

/// Every line that is not blank, with its number; the last one may lack its newline.
fn lines(input: impl Read) -> Result<Vec<(usize, BString)>> {
    let mut text = Vec::new();
    input.take(MOST_BYTES + 1).read_to_end(&mut text).context("the hook's input can't be read")?;
    ensure!(text.len() as u64 <= MOST_BYTES, "the hook's input is larger than {MOST_BYTES} bytes");
    let numbered = text.split(|&byte| byte == b'\n').enumerate();
    let filled = numbered.filter(|(_, line)| !line.trim_ascii().is_empty());
    Ok(filled.map(|(at, line)| (at + 1, line.into())).collect())
}

#[cfg(test)]
mod tests {
    use bstr::ByteSlice as _;

    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn read(text: &str) -> Result<Vec<RefUpdate>> {
        read_updates(text.as_bytes())
    }

    #[test]
    fn a_name_is_the_rest_of_the_line() {
        let updates = read(&format!("{ZERO} {A} refs/heads/a  b \n\n{A} {ZERO} HEAD")).unwrap();
        assert_eq!(updates.len(), 2);
        assert_eq!(updates[0].name, "refs/heads/a  b ");
        assert!(updates[0].old.is_null() && updates[1].new.is_null());
        assert_eq!(updates[1].name, "HEAD");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let mut line = format!("{ZERO} {A} refs/heads/").into_bytes();
        line.extend(b"\xff\x1b[2K");
        assert_eq!(read_updates(&line[..]).unwrap()[0].name, b"refs/heads/\xff\x1b[2K".as_bstr());
    }

    #[test]
    fn sixty_four_digits_are_an_id_too() {
        let long = "b".repeat(64);
        assert_eq!(read(&format!("{long} {long} x\n")).unwrap()[0].old.to_string(), long);
    }

    #[test]
    fn a_broken_line_is_named() {
        for broken in
            ["x y z", "aa bb", &format!("{A} {A}"), &format!("{A} {A} "), &format!("{A}0 {A} x")]
        {
            let error = read(&format!("{ZERO} {A} ok\n{broken}\n")).unwrap_err();
            assert_eq!(error.to_string(), "line 2 of the input", "{broken}");
        }
    }

    #[test]
    fn no_input_is_no_update() {
        assert!(read("").unwrap().is_empty() && read("\n").unwrap().is_empty());
    }

    #[test]
    fn a_local_name_may_hold_spaces() {
        let pushes =
            read_pushes(format!("HEAD@{{1 day ago}} {A} refs/heads/main {ZERO}\n").as_bytes())
                .unwrap();
        assert_eq!(pushes[0].local_name, "HEAD@{1 day ago}");
        assert_eq!(pushes[0].remote_name, "refs/heads/main");
    }
}
