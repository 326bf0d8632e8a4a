//! What the credentials of each provider look like, written from the providers' own descriptions.

mod ai;
mod build;
mod cloud;
mod cluster;
mod code;
mod data;
mod general;
mod office;
mod watch;
mod work;

/// The form of a credential: the words that must stand in the text before its pattern is compiled,
/// the pattern, and what it takes besides.
pub(super) struct Form {
    /// Its name, unlike any other.
    #[cfg(test)]
    id: &'static str,
    /// What messages call it.
    pub(super) what: &'static str,
    /// One of these stands in the text, in any case; each has three bytes at least.
    pub(super) keywords: &'static [&'static str],
    /// Must stand in it too, letter for letter: the keywords alone are in every other text.
    pub(super) also: &'static str,
    /// Whole: the secret, with no letter, digit or `_` on either side, and no `-` in front. Otherwise the secret is its
    /// only group.
    pub(super) pattern: &'static str,
    /// The pattern is the secret and nothing else.
    pub(super) whole: bool,
    /// What the value is asked.
    pub(super) check: Check,
    /// A made-up credential, `^` put in where a scanner must not take it for one.
    #[cfg(test)]
    positive: &'static str,
    /// The same, but for one character.
    #[cfg(test)]
    negative: &'static str,
}

/// What a value must be besides its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    Shape,
    /// As irregular as chance.
    Random,
    /// Its last six characters are the CRC-32 of those in front of them; else as `Random`: not
    /// every issue of a provider has one.
    Checksum,
    /// The password of the user in front of it.
    Login,
    /// Judged as a token under a promising name is.
    Token,
}

/// The credential itself is all of the pattern.
#[cfg_attr(not(test), allow(unused_variables, reason = "they are their own test"))]
const fn row(
    id: &'static str,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
    check: Check,
    positive: &'static str,
    negative: &'static str,
) -> Form {
    Form {
        #[cfg(test)]
        id,
        what,
        keywords,
        also: "",
        pattern,
        whole: true,
        check,
        #[cfg(test)]
        positive,
        #[cfg(test)]
        negative,
    }
}

/// The credential is the group of a pattern that also takes what stands around it.
const fn within(
    id: &'static str,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
    check: Check,
    positive: &'static str,
    negative: &'static str,
) -> Form {
    Form { whole: false, ..row(id, what, keywords, pattern, check, positive, negative) }
}

impl Form {
    /// The same, and this must stand in the text, too.
    const fn with(self, also: &'static str) -> Self {
        Self { also, ..self }
    }

    /// The regular expression: the secret is its first group.
    pub(super) fn source(&self) -> String {
        if self.whole {
            format!(r"(?:^|[^A-Za-z0-9_-])({})(?-u:\b{{end-half}})", self.pattern)
        } else {
            self.pattern.to_owned()
        }
    }

    /// Its pattern starts with this keyword: no letter, digit, `_` or `-` stands in front of it.
    pub(super) const fn starts_with(&self, keyword: &str) -> bool {
        let (pattern, keyword) = (self.pattern.as_bytes(), keyword.as_bytes());
        let (mut at, mut matched) = (0, 0);
        while self.whole && at < pattern.len() && matched < keyword.len() {
            if pattern[at] != b'\\' {
                if !pattern[at].eq_ignore_ascii_case(&keyword[matched]) {
                    return false;
                }
                matched += 1;
            }
            at += 1;
        }
        self.whole && matched == keyword.len()
    }
}

/// Every form, those that say more of the credential first.
pub(super) const TABLES: &[&[Form]] = &[
    general::FORMS,
    code::FORMS,
    build::FORMS,
    ai::FORMS,
    cloud::FORMS,
    cluster::FORMS,
    watch::FORMS,
    work::FORMS,
    office::FORMS,
    data::FORMS,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::token::find;
    use super::TABLES;

    #[test]
    fn every_row_finds_its_credential_and_not_its_near_miss() {
        let mut wrong = Vec::new();
        for form in TABLES.iter().copied().flatten() {
            let (positive, negative) =
                (form.positive.replace('^', ""), form.negative.replace('^', ""));
            let found = find(&positive);
            if !found.iter().any(|secret| secret.what == form.what) {
                wrong.push(format!("{}: {positive} is {found:?}", form.id));
            }
            let found = find(&negative);
            if !found.is_empty() {
                wrong.push(format!("{}: {negative} is {found:?}", form.id));
            }
            // Nobody's secret: neither inside a longer word nor made of one character.
            if form.whole && !find(&format!("x{positive}x")).is_empty() {
                wrong.push(format!("{}: inside a word", form.id));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_row_is_well_formed() {
        let mut ids = HashSet::new();
        for form in TABLES.iter().copied().flatten() {
            assert!(ids.insert(form.id), "{} stands twice", form.id);
            let pattern = regex::Regex::new(&form.source()).unwrap();
            assert_eq!(pattern.captures_len(), 2, "{}", form.id);
            for keyword in form.keywords {
                assert_eq!(*keyword, keyword.to_ascii_lowercase(), "{}", form.id);
                assert!(keyword.len() >= 3, "{}: {keyword}", form.id);
            }
        }
        let providers: HashSet<_> =
            TABLES.iter().copied().flatten().map(|form| form.what).collect();
        assert!(providers.len() >= 150, "{} kinds of credential", providers.len());
    }
}
