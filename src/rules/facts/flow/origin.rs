//! What one command, or one pipeline, brings from elsewhere.

use super::PIPE;
use crate::model::{Invoked, Pipeline, Shell, Substitution, Word, program};
use crate::rules::facts::{download, url};

/// Where something fetched comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// As written, where it can be seen.
    pub(super) url: Option<String>,
}

/// Files that the rest of the pipeline keeps a stream in: `| tee F`, `| … > F`.
pub(super) fn kept(command: &Invoked<'_>) -> Vec<String> {
    let mut files = Vec::new();
    for next in command.pipeline.commands.iter().skip(command.position + 1) {
        let is_tee = next.words.iter().any(|word| program(word.as_str()) == "tee");
        let named = next.words.iter().skip(1).map(Word::as_str);
        files.extend(named.filter(|text| is_tee && !text.starts_with('-')).map(str::to_owned));
        let into = next.redirects.iter().filter(|redirect| redirect.operator.starts_with('>'));
        files.extend(into.map(|redirect| redirect.target.as_str().to_owned()));
    }
    files
}

/// Whether the rest of the pipeline unpacks a stream, or takes it for a key.
pub(super) fn unpacked(command: &Invoked<'_>) -> bool {
    const UNPACK: &[&str] =
        &["tar", "bsdtar", "gunzip", "zcat", "xz", "unxz", "bunzip2", "zstd", "cpio", "apt-key"];
    let rest = command.pipeline.commands.iter().skip(command.position + 1);
    rest.flat_map(|next| &next.words).any(|word| UNPACK.contains(&program(word.as_str())))
}

/// The address, where one of these substitutions gives what is fetched.
pub(super) fn fetched_by(substitutions: &[Substitution]) -> Option<Origin> {
    substitutions.iter().find_map(|substitution| fetched_to_output(&substitution.shell))
}

/// The address of what a piece of shell fetches and writes to its output.
pub(super) fn fetched_to_output(shell: &Shell) -> Option<Origin> {
    shell.commands().iter().find_map(to_output)
}

pub(super) fn to_output(command: &Invoked<'_>) -> Option<Origin> {
    let download = download::read(command)?;
    download.file.is_none().then_some(Origin { url: download.url })
}

/// PowerShell's calls are read as loose words: an address beside a call that fetches.
pub(super) fn powershell(command: &Invoked<'_>) -> Option<Origin> {
    let pipelines = command.shell.pipelines.iter();
    let here = |pipeline: &&Pipeline| !std::ptr::eq(*pipeline, command.pipeline);
    let near = pipelines.skip_while(here).take(8).flat_map(|pipeline| &pipeline.commands);
    let words: Vec<&str> = near.flat_map(|near| &near.words).map(Word::as_str).take(PIPE).collect();
    let fetches = words.iter().any(|word| {
        let text = word.to_ascii_lowercase();
        ["downloadstring", "downloadfile", "invoke-webrequest", "invoke-restmethod"]
            .iter()
            .any(|call| text.contains(call))
            || matches!(text.as_str(), "iwr" | "irm")
    });
    let url = words.iter().find(|text| url::is_url(text)).map(|text| (*text).to_owned());
    fetches.then_some(Origin { url })
}
