//! Passwords in the arguments of programs that take them by a letter.

use super::{Secret, of_login, promised, promises};
use crate::model::{Invoked, Word};

/// Programs, and the flags behind which each takes a password as the next word.
const FLAGS: &[(&[&str], &[&str])] = &[
    (&["sshpass", "docker", "podman", "az", "helm", "skopeo", "buildah", "oc"], &["-p"]),
    (&["mongo", "mongosh", "mongodump", "mongorestore", "mongoimport", "cqlsh"], &["-p"]),
    (&["redis-cli", "valkey-cli"], &["-a", "--pass"]),
    (&["sqlcmd", "bcp"], &["-P"]),
    (&["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldappasswd"], &["-w"]),
];

/// Clients of `MySQL`, which take it right behind the letter.
const MYSQL: &[&str] = &[
    "mysql",
    "mysqladmin",
    "mysqldump",
    "mysqlimport",
    "mysqlcheck",
    "mysqlshow",
    "mariadb",
    "mariadb-admin",
    "mariadb-dump",
];

/// Options that only sound like a secret and take no value.
const SWITCHES: [&str; 4] =
    ["--disabled-password", "--no-password", "--password-stdin", "--with-password"];

/// The passwords among the arguments of a command, with the flag or program that takes each.
pub(super) fn of_command<'a>(command: &Invoked<'a>) -> Vec<(Secret, &'a str, &'a Word)> {
    let program = command.program();
    let mut out = Vec::new();
    for pair in command.arguments().windows(2) {
        let [flag, value] = pair else { continue };
        let text = value.as_str();
        if flag.as_str().starts_with('-') && !text.starts_with('-') {
            out.extend(behind(program, flag.as_str(), text).map(|it| (it, flag.as_str(), value)));
        }
    }
    if MYSQL.contains(&program) {
        let attached = |word: &'a Word| {
            let secret = promised("password", word.as_str().strip_prefix("-p")?)?;
            Some((secret, "-p", word))
        };
        out.extend(command.arguments().iter().filter_map(attached));
    }
    let at_once = |word: &Word| {
        let flags = word.as_str();
        flags.starts_with('-') && !flags.starts_with("--") && flags.contains('b')
    };
    if program == "htpasswd" && command.arguments().iter().any(at_once) {
        let last = command.operands().last();
        out.extend(
            last.and_then(|word| Some((promised("password", word.as_str())?, program, word))),
        );
    }
    out
}

/// The password that `flag` of `program` takes.
fn behind(program: &str, flag: &str, value: &str) -> Option<Secret> {
    if program == "curl" && matches!(flag, "-u" | "--user" | "--proxy-user" | "-U") {
        return of_login(value);
    }
    let known = |(programs, flags): &(&[&str], &[&str])| {
        programs.contains(&program) && flags.contains(&flag)
    };
    // What every Java installation's own trust store ships with protects nothing.
    if program == "keytool" && value == "changeit" {
        return None;
    }
    if FLAGS.iter().any(known) {
        return promised("password", value);
    }
    // `--password value`, `-storepass value`; one letter says nothing.
    let name = flag.trim_start_matches('-');
    // In `-p$DB_PASSWORD ping` the letter has its value.
    let long = name.len() > 2 && !name.contains(['=', '$']) && !SWITCHES.contains(&flag);
    promises(name).filter(|_| long).and_then(|_| super::of_value(name, value))
}
