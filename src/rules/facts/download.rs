//! Commands that fetch something, and where they put it.

use super::url;
use crate::model::{Invoked, Word};

/// What a command fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Download {
    /// As written; `None` where no address can be seen.
    pub(in crate::rules) url: Option<String>,
    /// The file it becomes; `None` for standard output.
    pub(in crate::rules) file: Option<String>,
}

/// Options of curl that take a value: short ones, and long ones.
pub(in crate::rules) const CURL_VALUED: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";
const CURL_LONG: &[&str] = &[
    "--header",
    "--user",
    "--retry",
    "--max-time",
    "--connect-timeout",
    "--cacert",
    "--data",
    "--request",
    "--user-agent",
    "--proto",
    "--retry-delay",
    "--proxy",
    "--cert",
    "--key",
    "--ciphers",
    "--range",
    "--referer",
    "--cookie",
    "--form",
    "--retry-max-time",
    "--output-dir",
    "--data-binary",
    "--data-raw",
    "--data-urlencode",
    "--capath",
    "--resolve",
    "--proto-redir",
    "--speed-limit",
    "--speed-time",
    "--write-out",
    "--max-redirs",
    "--tls-max",
    "--limit-rate",
];
const WGET_VALUED: &str = "OoaePtTwQABDIlUiX";
const WGET_LONG: &[&str] =
    &["--header", "--tries", "--timeout", "--user-agent", "--user", "--password"];

/// Reads a command that fetches something.
pub(in crate::rules) fn read(command: &Invoked<'_>) -> Option<Download> {
    let words = command.arguments();
    let mut download = match command.program().to_ascii_lowercase().as_str() {
        "curl" => curl(words)?,
        "wget" | "wget2" => wget(words)?,
        "fetch" | "aria2c" | "axel" => {
            let file = super::command::option(words, &["-o", "--out", "--output"]);
            let url = first_url(words)?;
            Download {
                file: to_file(file.map_or_else(|| base(&url), str::to_owned)),
                url: Some(url),
            }
        }
        "http" | "https" | "lwp-request" | "lwp-download" | "get" | "lynx" | "xh" => {
            Download { url: Some(first_url(words)?), file: None }
        }
        "iwr" | "irm" | "invoke-webrequest" | "invoke-restmethod" | "start-bitstransfer" => {
            let lower = |word: &Word| word.as_str().to_ascii_lowercase();
            let at = words
                .iter()
                .position(|word| matches!(lower(word).as_str(), "-outfile" | "-destination"));
            let file = at.and_then(|at| words.get(at + 1)).map(|word| word.as_str().to_owned());
            Download { url: first_url(words), file }
        }
        "php" => php(words)?,
        name if name.starts_with("python") => python(words)?,
        _ => return None,
    };
    let into = command.command.redirects.iter().find(|redirect| redirect.operator.starts_with('>'));
    if let (None, Some(redirect)) = (&download.file, into) {
        download.file = to_file(redirect.target.as_str().to_owned());
    }
    Some(download)
}

fn first_url(words: &[Word]) -> Option<String> {
    url::find(words).map(str::to_owned)
}

fn to_file(path: String) -> Option<String> {
    (!matches!(path.as_str(), "-" | "/dev/stdout" | "/dev/fd/1" | "1" | "2")).then_some(path)
}

/// The last part of an address's path.
fn base(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

fn curl(words: &[Word]) -> Option<Download> {
    let mut found = Options::default();
    let mut rest = words.iter().map(Word::as_str);
    while let Some(text) = rest.next() {
        match text {
            "--head" => return None,
            "--output" => found.file = rest.next().map(str::to_owned),
            "--url" => found.url(rest.next()),
            "--remote-name" | "--remote-name-all" => found.remote = true,
            _ if CURL_LONG.contains(&text) => drop(rest.next()),
            _ if text.starts_with("--") => {
                found.file = text.strip_prefix("--output=").map(str::to_owned).or(found.file);
            }
            _ if text.len() > 1 && text.starts_with('-') => {
                let value = found.cluster(text, CURL_VALUED, 'o');
                if text.contains('I') && value.is_none() {
                    return None;
                }
                found.take(value.as_ref(), &mut rest);
                found.remote |= super::command::clustered(text, 'O', CURL_VALUED);
            }
            _ => found.url(Some(text)),
        }
    }
    let url = found.url;
    let remote = found.remote.then(|| url.as_deref().map_or_else(String::new, base));
    Some(Download { file: found.file.and_then(to_file).or(remote), url })
}

fn wget(words: &[Word]) -> Option<Download> {
    let mut found = Options::default();
    let mut folder = None;
    let mut rest = words.iter().map(Word::as_str);
    while let Some(text) = rest.next() {
        match text {
            "--spider" => return None,
            "--output-document" => found.file = rest.next().map(str::to_owned),
            "-P" | "--directory-prefix" => folder = rest.next(),
            _ if WGET_LONG.contains(&text) => drop(rest.next()),
            _ if text.starts_with("--") => {
                let file = text.strip_prefix("--output-document=").map(str::to_owned);
                found.file = file.or(found.file);
                folder = text.strip_prefix("--directory-prefix=").or(folder);
            }
            _ if text.len() > 1 && text.starts_with('-') => {
                let value = found.cluster(text, WGET_VALUED, 'O');
                found.take(value.as_ref(), &mut rest);
            }
            _ => found.url(Some(text)),
        }
    }
    let name = found.url.as_deref().map_or_else(String::new, base);
    let named =
        folder.map_or(name.clone(), |folder| format!("{}/{name}", folder.trim_end_matches('/')));
    Some(Download { file: to_file(found.file.unwrap_or(named)), url: found.url })
}

#[derive(Default)]
struct Options {
    url: Option<String>,
    file: Option<String>,
    remote: bool,
}

/// What a cluster of short options takes from the next word.
enum Next {
    File,
    Other,
}

impl Options {
    fn url(&mut self, text: Option<&str>) {
        if self.url.is_none() {
            self.url = text.map(str::to_owned);
        }
    }

    /// Reads a cluster; `output` is the letter whose value is a file.
    fn cluster(&mut self, text: &str, valued: &str, output: char) -> Option<Next> {
        let at = text.find(|c| valued.contains(c))?;
        let value = text.get(at + 1..).unwrap_or_default();
        let is_output = text.get(at..)?.starts_with(output);
        match (value.is_empty(), is_output) {
            (false, true) => self.file = Some(value.to_owned()),
            (false, false) => {}
            (true, true) => return Some(Next::File),
            (true, false) => return Some(Next::Other),
        }
        None
    }

    fn take<'w>(&mut self, next: Option<&Next>, rest: &mut impl Iterator<Item = &'w str>) {
        match next {
            Some(Next::File) => self.file = rest.next().map(str::to_owned),
            Some(Next::Other) => drop(rest.next()),
            None => {}
        }
    }
}

/// `php -r "copy('URL', 'FILE');"`.
fn php(words: &[Word]) -> Option<Download> {
    let text = super::command::option(words, &["-r"])?;
    let inside = text.split_once("copy(")?.1;
    let mut quoted = inside.split(['\'', '"']).skip(1).step_by(2);
    let url = quoted.next().filter(|url| url::is_url(url))?.to_owned();
    Some(Download { url: Some(url), file: quoted.next().map(str::to_owned) })
}

/// `python -c "…urlopen('URL')…"`.
fn python(words: &[Word]) -> Option<Download> {
    let text = super::command::option(words, &["-c"])?;
    let fetches = ["urlopen", "urlretrieve", "requests.get", "httpx.get"];
    fetches.iter().any(|call| text.contains(call)).then(|| {
        let mut quoted = text.split(['\'', '"']).skip(1).step_by(2);
        Download { url: quoted.find(|part| url::is_url(part)).map(str::to_owned), file: None }
    })
}
