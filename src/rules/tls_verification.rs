//! Certificate checks that are switched off.

use super::facts::command::{clustered, commands, is_off, option, place};
use super::facts::download::CURL_VALUED;
use super::facts::tells::{self, Tell, When};
use super::facts::{url, workload};
use crate::model::{
    Example, Found, Invoked, Level, Measure, Reference, Rule, Severity, Spanned, Stage, Variable,
    WORKLOADS, Word, Workload,
};

const OFF: Level = Level::high(1, "not checked").in_new_unit(Severity::Medium);

const VARIABLES: &[Tell] = &[
    ("pythonhttpsverify", When::Off, "python"),
    ("node_tls_reject_unauthorized", When::Off, "node"),
    ("npm_config_strict_ssl", When::Off, "npm"),
    ("yarn_strict_ssl", When::Off, "yarn"),
    ("yarn_enable_strict_ssl", When::Off, "yarn"),
    ("git_ssl_no_verify", When::On, "git"),
    ("pip_trusted_host", When::On, "pip"),
    ("uv_insecure_host", When::On, "uv"),
    ("goinsecure", When::On, "go"),
    ("conda_ssl_verify", When::Off, "conda"),
    ("requests_ca_bundle", When::Empty, "python"),
    ("curl_ca_bundle", When::Empty, "python"),
    ("perl_lwp_ssl_verify_hostname", When::Off, "perl"),
    ("bundle_ssl_verify_mode", When::Off, "bundler"),
    ("vault_skip_verify", When::On, "vault"),
    ("consul_http_ssl_verify", When::Off, "consul"),
    ("maven_opts", When::Holds("ssl.insecure=true"), "maven"),
    ("java_tool_options", When::Holds("ssl.insecure=true"), "maven"),
];

/// Lower case, blanks left out, and what they concern.
const SETTINGS: &[(&str, &str)] = &[
    ("strict-ssl=false", "npm"),
    ("enablestrictssl:false", "yarn"),
    ("sslverify=0", "yum"),
    ("sslverify=false", "yum"),
    ("sslverify=no", "yum"),
    ("verify-peer=false", "apt"),
    ("verify-peerfalse", "apt"),
    ("verify-host=false", "apt"),
    ("verify-hostfalse", "apt"),
    ("ssl_verify:false", "conda"),
    ("check_certificate=off", "wget"),
    ("wagon.http.ssl.insecure=true", "maven"),
    ("wagon.http.ssl.allowall=true", "maven"),
    (":ssl_verify_mode:0", "gem"),
];

/// Flags that mean only this, whoever takes them.
const FLAGS: &[&str] = &[
    "--insecure-skip-tls-verify",
    "--insecure-skip-tls-verify=true",
    "--tls-verify=false",
    "--src-tls-verify=false",
    "--dest-tls-verify=false",
    "--skip-tls-verify",
    "--no-check-certificate",
    "--no-verify-ssl",
    "--trust-server-cert",
    "--ignore-certs",
    "--check-certificate=false",
    "--disable-tls",
    "--allow-insecure-host",
    "-skipcertificatecheck",
    "--strict-ssl=false",
    "--no-strict-ssl",
];

pub(super) const RULE: Rule = Rule {
    id: "tls-verification",
    promise: "No certificate that was checked goes unchecked.",
    why: "Without the check anybody on the way can answer in the server's name and choose what is \
          installed; the build looks the same.",
    fix: "Take the switch out. For a private authority install its certificate (`COPY ca.crt \
          /usr/local/share/ca-certificates/` and `update-ca-certificates`).",
    fix_in: &[
        (
            WORKLOADS,
            "Take the switch out. For a private authority mount its certificate and name it, as \
             in `SSL_CERT_FILE` or `NODE_EXTRA_CA_CERTS`.",
        ),
    ],
    levels: &[OFF],
    references: &[Reference::Cwe(295)],
    answers: &[
        "checkov CKV2_DOCKER_2",
        "checkov CKV2_DOCKER_3",
        "checkov CKV2_DOCKER_4",
        "checkov CKV2_DOCKER_5",
        "checkov CKV2_DOCKER_6",
        "checkov CKV2_DOCKER_12",
        "checkov CKV2_DOCKER_13",
        "checkov CKV2_DOCKER_14",
        "checkov CKV2_DOCKER_15",
        "checkov CKV2_DOCKER_16",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - RUN curl -sSL https://example.org/a.tgz | tar xz
                + RUN curl -sSkL https://example.org/a.tgz | tar xz
                + RUN pip install --trusted-host pypi.example.org x && npm config set strict-ssl false
                + RUN git -c http.sslVerify=0 clone https://example.org/r
                + ENV NODE_TLS_REJECT_UNAUTHORIZED=0
                + RUN echo 'sslverify = 0' >> /etc/yum.conf && wget --no-check-certificate https://example.org/b
                  USER app
            ",
            beside: &[],
            findings: &["certificates for curl example.org/a.tgz of the final stage: not checked (curl -k)", "certificates for npm of the final stage: not checked (strict-ssl false)", "certificates for pip pypi.example.org of the final stage: not checked (--trusted-host)", "certificates for git of the final stage: not checked (http.sslVerify)", "certificates for node of the final stage: not checked (NODE_TLS_REJECT_UNAUTHORIZED)", "certificates for wget example.org/b of the final stage: not checked (wget --no-check-certificate)", "certificates for yum of the final stage: not checked (by echo)"],
        },
        Example {
            file: "Dockerfile", // a letter of a value is no switch, this machine is no way
            change: "
                  FROM debian:12
                - RUN curl -k https://example.org/a-1.0.tgz -o a
                + RUN curl --insecure -o a https://example.org/a-1.1.tgz
                + RUN curl -okeys https://example.org/k && curl -k https://localhost:8443/
                + ENV NODE_TLS_REJECT_UNAUTHORIZED=1 GIT_SSL_NO_VERIFY=false
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: node:20.11.1
                      environment:
                -       NODE_TLS_REJECT_UNAUTHORIZED: 1
                +       NODE_TLS_REJECT_UNAUTHORIZED: 0
            ",
            beside: &[],
            findings: &["certificates for node of service web: not checked (NODE_TLS_REJECT_UNAUTHORIZED)"],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    variables(stage.env.iter().chain(&stage.args), found);
    for command in commands(stage) {
        if let Some((what, how)) = switched(&command) {
            say(&what, &how, &place(stage, command.command), found);
        }
    }
    for body in tells::bodies(stage) {
        if let Some(what) = tells::text(SETTINGS, &body.text) {
            say(what, "a file's setting", &Spanned::new((), body.whole()), found);
        }
    }
}

fn run(workload: &Workload, found: &mut Found<'_>) {
    variables(workload.environment.iter().chain(&workload.build_args), found);
    for command in workload::commands(workload) {
        if let Some((what, how)) = switched(&command) {
            say(&what, &how, &command.place(), found);
        }
    }
    for option in workload.options.iter().filter(|option| option.name == "tls_verify") {
        let value = option.value.as_ref();
        if value.is_some_and(|value| value.text.eq_ignore_ascii_case("false")) {
            say("images", "tls-verify", &option.place, found);
        }
    }
}

fn variables<'a>(variables: impl Iterator<Item = &'a Variable>, found: &mut Found<'_>) {
    for variable in variables {
        let value = variable.value.as_ref().map(|value| value.text.as_str());
        if let Some(what) =
            value.and_then(|value| tells::variable(VARIABLES, &variable.name, value))
        {
            say(what, &variable.name, &variable.place, found);
        }
    }
}

fn say(what: &str, how: &str, place: &Spanned<()>, found: &mut Found<'_>) {
    found.say(OFF, format!("certificates for {what}"), place, how).same_as(what);
}

/// What a command doesn't check any more, and how it says so.
fn switched(command: &Invoked<'_>) -> Option<(String, String)> {
    let words = command.arguments();
    let name = command.program();
    let address = || {
        let address = url::find(words);
        (!address.is_some_and(url::is_local)).then(|| {
            address.map_or_else(|| name.to_owned(), |url| format!("{name} {}", url::key(url)))
        })
    };
    let is = |text: &str| words.iter().any(|word| word.as_str().eq_ignore_ascii_case(text));
    match name {
        "curl" if curl(words) => return Some((address()?, "curl -k".into())),
        "wget" | "wget2" if words.iter().any(|w| w.as_str().starts_with("--no-check-c")) => {
            return Some((address()?, "wget --no-check-certificate".into()));
        }
        "git" if git(words) => return Some(("git".into(), "http.sslVerify".into())),
        "npm" | "yarn" | "pnpm" if (is("strict-ssl") || is("enableStrictSsl")) && is("false") => {
            return Some((name.into(), "strict-ssl false".into()));
        }
        "conda" | "mamba" | "micromamba"
            if is("ssl_verify") && words.iter().any(|w| is_off(w.as_str())) =>
        {
            return Some(("conda".into(), "ssl_verify".into()));
        }
        "go" if is("-insecure") => return Some(("go".into(), "go get -insecure".into())),
        "hg" | "crane" | "mc" | "axel" if is("--insecure") => {
            return Some((name.into(), "--insecure".into()));
        }
        "composer" if is("disable-tls") && is("true") || is("secure-http") && is("false") => {
            return Some(("composer".into(), "composer config".into()));
        }
        _ => {}
    }
    if let Some(host) = option(words, &["--trusted-host", "global.trusted-host"]) {
        return Some((format!("pip {}", host.to_ascii_lowercase()), "--trusted-host".into()));
    }
    if let Some(flag) = words
        .iter()
        .map(Word::as_str)
        .find(|text| FLAGS.contains(&text.to_ascii_lowercase().as_str()))
    {
        return Some((name.to_owned(), format!("{name} {flag}")));
    }
    for (variable, value) in tells::assigned(command) {
        if let Some(what) = tells::variable(VARIABLES, variable, value) {
            return Some((what.to_owned(), variable.to_owned()));
        }
    }
    let what = tells::written(command).find_map(|text| tells::text(SETTINGS, text))?;
    Some((what.to_owned(), format!("by {name}")))
}

fn curl(words: &[Word]) -> bool {
    let mut taken = false;
    words.iter().map(Word::as_str).any(|text| {
        let value = std::mem::replace(&mut taken, takes_next(text));
        !value
            && (matches!(text, "--insecure" | "--proxy-insecure" | "--doh-insecure")
                || clustered(text, 'k', CURL_VALUED))
    })
}

/// A cluster that ends in an option with a value: the next word is no option.
fn takes_next(text: &str) -> bool {
    let cluster = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    cluster.is_some_and(|rest| rest.find(|c| CURL_VALUED.contains(c)) == rest.len().checked_sub(1))
}

fn git(words: &[Word]) -> bool {
    let mut texts = words.iter().map(|word| word.as_str().to_ascii_lowercase());
    while let Some(text) = texts.next() {
        let Some(rest) = text.strip_prefix("http.").and_then(|_| text.split("sslverify").nth(1))
        else {
            continue;
        };
        let value = rest.strip_prefix('=').map(str::to_owned);
        return value.or_else(|| texts.next()).is_some_and(|value| is_off(&value));
    }
    false
}
