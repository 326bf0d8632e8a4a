//! Secrets with a form of their own.

use std::sync::{LazyLock, OnceLock};

use regex::Regex;

use super::name::Promise;
use super::{Secret, Strength, value};

/// A form: the words that must stand in the text before the pattern is even compiled.
struct Form {
    what: &'static str,
    keywords: &'static [&'static str],
    /// Must stand in it too, letter for letter: the keywords alone are in every other text.
    also: &'static str,
    /// The secret is the last group that matches, or all of it.
    pattern: &'static str,
    /// What it takes besides the form.
    test: Test,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    /// The form is enough.
    Form,
    /// The value is judged as the password of the user in front of it.
    Login,
    /// The value is judged as a token is.
    Token,
}

const fn form(
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Form {
    Form { what, keywords, also: "", pattern, test: Test::Form }
}

/// Written from the providers' public descriptions of their formats.
const FORMS: &[Form] = &[
    Form {
        what: "password of a URL",
        keywords: &["://"],
        also: "@",
        pattern: r#"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/:@'"<>]*:([^\s/@'"]{1,512})@"#,
        test: Test::Login,
    },
    Form {
        what: "credential of a header",
        keywords: &["authorization:", "authorization\":", "authorization="],
        also: "",
        pattern: r#"(?i)authorization"?\s{0,4}[:=]\s{0,4}"?(?:bearer|basic|token)\s+([^\s'"]{8,4096})"#,
        test: Test::Token,
    },
    Form {
        what: "credential of a header",
        keywords: &["private-token:", "job-token:", "x-api-key:", "x-auth-token:", "api-key:"],
        also: "",
        pattern: r#"(?i)(?:private-token|job-token|x-api-key|x-auth-token|api-key):\s{0,4}([^\s'"]{8,4096})"#,
        test: Test::Token,
    },
    form(
        "private key",
        &["private key"],
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r|\\)*([A-Za-z0-9+/=]{32,})",
    ),
    form(
        "AWS access key",
        &["akia", "asia", "abia", "acca"],
        r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b",
    ),
    form(
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\b(gh[pousr]_[A-Za-z0-9]{36,255})\b",
    ),
    form("GitHub token", &["github_pat_"], r"\b(github_pat_[A-Za-z0-9_]{60,255})\b"),
    form(
        "GitLab token",
        &["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-"],
        r"\b((?:glpat|gldt|glrt|glptt|glcbt|glsoat|glft)-[A-Za-z0-9_.-]{20,300})",
    ),
    form(
        "Slack token",
        &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"],
        r"\b((?:xox[bpars]|xapp)-[A-Za-z0-9-]{10,250})",
    ),
    form(
        "Slack webhook",
        &["hooks.slack.com/services/"],
        r"(hooks\.slack\.com/services/T[A-Za-z0-9]{6,}/B[A-Za-z0-9]{6,}/[A-Za-z0-9]{20,})",
    ),
    form("Google API key", &["aiza"], r"\b(AIza[A-Za-z0-9_-]{35})"),
    form("Google OAuth secret", &["gocspx-"], r"\b(GOCSPX-[A-Za-z0-9_-]{28})"),
    form("Stripe key", &["sk_live_", "rk_live_"], r"\b([sr]k_live_[A-Za-z0-9]{16,247})\b"),
    form("npm token", &["npm_"], r"\b(npm_[A-Za-z0-9]{36})\b"),
    form("npm token", &["_authtoken"], r#"_authToken\s{0,4}=\s{0,4}"?([A-Za-z0-9_+/=.-]{16,400})"#),
    form("PyPI token", &["pypi-"], r"\b(pypi-AgE[A-Za-z0-9_-]{50,1000})"),
    form("SendGrid key", &["sg."], r"\b(SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64})"),
    Form {
        what: "Twilio key",
        keywords: &["sk"],
        also: "SK",
        pattern: r"\b(SK[0-9a-f]{32})\b",
        test: Test::Form,
    },
    form(
        "JSON Web Token",
        &["eyj"],
        r"\b(eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{20,2000})",
    ),
    form("Azure storage key", &["accountkey="], r"(?i)AccountKey=([A-Za-z0-9+/]{60,100}={0,2})"),
    form(
        "Azure shared access key",
        &["sharedaccesskey="],
        r"(?i)SharedAccessKey=([A-Za-z0-9+/]{40,100}={0,2})",
    ),
    form("Docker token", &["dckr_pat_", "dckr_oat_"], r"\b(dckr_[po]at_[A-Za-z0-9_-]{20,60})"),
    form("Hugging Face token", &["hf_"], r"\b(hf_[A-Za-z0-9]{34,40})\b"),
    form("Anthropic key", &["sk-ant-"], r"\b(sk-ant-[A-Za-z0-9_-]{24,200})"),
    form(
        "OpenAI key",
        &["sk-"],
        r"\b(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9_-]{20,80}|sk-[A-Za-z0-9]{48})\b",
    ),
    form(
        "DigitalOcean token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        r"\b(do[opr]_v1_[a-f0-9]{64})\b",
    ),
    form("Telegram bot token", &[":aa"], r"\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})"),
    form(
        "Shopify token",
        &["shpat_", "shpss_", "shpca_", "shppa_"],
        r"\b(shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32})\b",
    ),
    form("HashiCorp Vault token", &["hvs.", "hvb."], r"\b(hv[sb]\.[A-Za-z0-9_-]{24,300})"),
    form("Terraform token", &[".atlasv1."], r"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})"),
    form("Linear key", &["lin_api_"], r"\b(lin_api_[A-Za-z0-9]{40})\b"),
    form("Databricks token", &["dapi"], r"\b(dapi[a-f0-9]{32}(?:-\d)?)\b"),
    form("New Relic key", &["nrak-"], r"\b(NRAK-[A-Z0-9]{27})\b"),
    form("Doppler token", &["dp.pt.", "dp.st."], r"\b(dp\.(?:pt|st)\.[A-Za-z0-9_.-]{40,80})"),
    form("RubyGems key", &["rubygems_"], r"\b(rubygems_[a-f0-9]{48})\b"),
    form("age secret key", &["age-secret-key-1"], r"\b(AGE-SECRET-KEY-1[A-Z0-9]{58})\b"),
];

/// The keywords by their first byte. An automaton of all of them would take longer to build than
/// everything else that is done about a push.
static WORDS: LazyLock<[Vec<(usize, &str)>; 128]> = LazyLock::new(|| {
    let mut words = [const { Vec::new() }; 128];
    for (at, form) in FORMS.iter().enumerate() {
        for &keyword in form.keywords {
            let first = keyword.bytes().next().map(usize::from);
            if let Some(list) = first.and_then(|first| words.get_mut(first)) {
                list.push((at, keyword));
            }
        }
    }
    words
});

/// Which forms have a keyword in the text, in any case.
fn hinted(text: &str) -> [bool; FORMS.len()] {
    let (bytes, words) = (text.as_bytes(), &*WORDS);
    let mut seen = [false; FORMS.len()];
    for (start, byte) in bytes.iter().enumerate() {
        let Some(list) = words.get(usize::from(byte.to_ascii_lowercase())) else { continue };
        for (at, keyword) in list {
            let there = bytes.get(start..start + keyword.len());
            if there.is_some_and(|there| there.eq_ignore_ascii_case(keyword.as_bytes())) {
                seen[*at] = true;
            }
        }
    }
    seen
}

static PATTERNS: [OnceLock<Option<Regex>>; FORMS.len()] = [const { OnceLock::new() }; FORMS.len()];

/// Shortest text that any form fits in.
const SHORTEST: usize = 8;
/// How many secrets of one text are told.
const MOST: usize = 32;

/// Every secret of a known form in `text`.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    if text.len() < SHORTEST {
        return found;
    }
    let seen = hinted(text);
    for (at, form) in
        FORMS.iter().enumerate().filter(|(at, form)| seen[*at] && text.contains(form.also))
    {
        let pattern = PATTERNS[at].get_or_init(|| Regex::new(form.pattern).ok());
        for captures in pattern.iter().flat_map(|pattern| pattern.captures_iter(text)).take(MOST) {
            let Some(secret) = captures.get(1) else { continue };
            let user = user_of(&text[..secret.start()]);
            let secret = secret.as_str();
            if let Some(strength) = judge(user, secret, form.test)
                && !found.iter().any(|known: &Secret| known.value.contains(secret))
            {
                found.push(Secret { what: form.what, value: secret.to_owned(), strength });
            }
        }
    }
    found
}

/// The name between `//` and the colon at the end of `text`.
fn user_of(text: &str) -> &str {
    let before = text.strip_suffix(':').unwrap_or_default();
    before.rsplit_once("//").map_or("", |(_, user)| user)
}

fn judge(user: &str, secret: &str, test: Test) -> Option<Strength> {
    match test {
        Test::Form => {
            let lower = secret.to_ascii_lowercase();
            let shown = lower.contains("example") || lower.contains("xxxxx") || repeats(&lower);
            (!shown).then_some(Strength::Strong)
        }
        Test::Login => value::judge_login(user, secret),
        Test::Token => value::judge(secret, Promise::Token),
    }
}

/// Made of very few different characters, as nothing random is.
fn repeats(text: &str) -> bool {
    text.chars().collect::<std::collections::BTreeSet<_>>().len() < 8
}

#[cfg(test)]
mod tests {
    use super::FORMS;

    #[test]
    fn every_pattern_compiles_and_has_its_secret_in_group_one() {
        for form in FORMS {
            let pattern = regex::Regex::new(form.pattern).unwrap();
            assert_eq!(pattern.captures_len(), 2, "{}", form.what);
            assert!(form.keywords.iter().all(|word| *word == word.to_ascii_lowercase()));
        }
    }
}
