//! Commands that look at a checksum or a signature.

use super::command::clustered;
use crate::model::{Invoked, Word, program};

/// Whether a command looks at a checksum or a signature, and fails where it is wrong.
pub(in crate::rules) fn is_check(command: &Invoked<'_>) -> bool {
    let words = command.arguments();
    let any = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let hashes = |word: &Word| {
        word.substitutions
            .iter()
            .any(|inner| inner.shell.commands().iter().any(|c| is_hash(c.program())))
    };
    match command.program() {
        name if is_hash(name) => {
            let checks = |word: &Word| {
                word.as_str().starts_with("--check") || clustered(word.as_str(), 'c', "a")
            };
            words.iter().any(checks)
        }
        "gpg" | "gpg2" => any(&["--verify", "--verify-files"]),
        "gpgv" | "gpgv2" | "slsa-verifier" => true,
        "cosign" | "notation" | "sigstore" => {
            words.iter().any(|w| w.as_str().starts_with("verify"))
        }
        "minisign" | "signify" | "signify-openbsd" => {
            words.iter().any(|w| w.as_str().starts_with("-V"))
        }
        "openssl" => any(&["-verify", "-signature"]),
        "rpm" | "rpmkeys" => any(&["-K", "--checksig"]),
        "[" | "test" | "[[" => words.iter().any(hashes),
        "grep" => command
            .feeders()
            .iter()
            .any(|feeder| feeder.words.first().is_some_and(|word| is_hash(program(word.as_str())))),
        "php" => words.iter().any(|word| word.as_str().contains("hash_file")),
        "gh" => any(&["attestation"]),
        name if name.starts_with("python") => {
            words.iter().any(|word| word.as_str().contains("hashlib"))
        }
        _ => false,
    }
}

fn is_hash(name: &str) -> bool {
    matches!(name, "shasum" | "md5sum" | "b2sum" | "b3sum" | "cksum" | "sha1sum" | "sha224sum")
        || matches!(name, "sha256sum" | "sha384sum" | "sha512sum" | "sha3sum" | "sha256")
}
