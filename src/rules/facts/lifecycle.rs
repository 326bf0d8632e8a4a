//! When the support of well-known images ends: dates that their makers publish.

use jiff::civil::Date;

use super::image::names;
use super::publisher::{Publisher, of};
use crate::model::{ImageRef, Settings};

/// Images by the last part of their name, then each version with its other names and the last day
/// of its support. Where a distribution is cared for longer by volunteers, their day counts.
const OFFICIAL: &[(&str, &str)] = &[
    (
        "alpine",
        "2.7 2015-11-01, 3.0 2016-05-01, 3.1 2016-11-01, 3.2 2017-05-01, 3.3 2017-11-01, \
         3.4 2018-05-01, 3.5 2018-11-01, 3.6 2019-05-01, 3.7 2019-11-01, 3.8 2020-05-01, \
         3.9 2020-11-01, 3.10 2021-05-01, 3.11 2021-11-01, 3.12 2022-05-01, 3.13 2022-11-01, \
         3.14 2023-05-01, 3.15 2023-11-01, 3.16 2024-05-23, 3.17 2024-11-22, 3.18 2025-05-09, \
         3.19 2025-11-01, 3.20 2026-04-01, 3.21 2026-11-01, 3.22 2027-05-01",
    ),
    ("amazoncorretto", JAVA),
    ("amazonlinux", "1|2017.09|2017.12|2018.03 2023-12-31, 2 2026-06-30, 2023 2029-06-30"),
    (
        "centos",
        "5|centos5 2017-03-31, 6|centos6 2020-11-30, 7|centos7 2024-06-30, 8|centos8 2021-12-31, \
         stream8 2024-05-31, stream9 2027-05-31",
    ),
    (
        "debian",
        "6|squeeze 2016-02-29, 7|wheezy 2018-05-31, 8|jessie 2020-06-30, 9|stretch 2022-06-30, \
         10|buster 2024-06-30, 11|bullseye 2026-08-31, 12|bookworm 2028-06-30, \
         13|trixie 2030-06-30",
    ),
    ("drupal", "7 2025-01-05, 8 2021-11-02, 9 2023-11-01, 10 2026-12-09"),
    ("eclipse-temurin", JAVA),
    ("elasticsearch", ELASTIC),
    (
        "fedora",
        "20 2015-06-23, 21 2015-12-01, 22 2016-07-19, 23 2016-12-20, 24 2017-08-08, \
         25 2017-12-12, 26 2018-05-29, 27 2018-11-30, 28 2019-05-28, 29 2019-11-26, \
         30 2020-05-26, 31 2020-11-24, 32 2021-05-25, 33 2021-11-30, 34 2022-06-07, \
         35 2022-12-13, 36 2023-05-16, 37 2023-12-05, 38 2024-05-21, 39 2024-11-26, \
         40 2025-05-13, 41 2025-12-15, 42 2026-05-13",
    ),
    (
        "golang",
        "1.5 2016-08-15, 1.6 2017-02-16, 1.7 2017-08-24, 1.8 2018-02-16, 1.9 2018-08-24, \
         1.10 2019-02-25, 1.11 2019-09-03, 1.12 2020-02-25, 1.13 2020-08-11, 1.14 2021-02-16, \
         1.15 2021-08-16, 1.16 2022-03-15, 1.17 2022-08-02, 1.18 2023-02-01, 1.19 2023-09-06, \
         1.20 2024-02-06, 1.21 2024-08-13, 1.22 2025-02-11, 1.23 2025-08-12, 1.24 2026-02-11",
    ),
    ("httpd", "2.2 2018-01-01"),
    ("java", "6|7|8|9|openjdk-6|openjdk-7|openjdk-8|openjdk-9 2016-12-31"),
    ("kibana", ELASTIC),
    ("logstash", ELASTIC),
    (
        "mariadb",
        "5|5.5 2020-04-11, 10.0 2019-03-31, 10.1 2020-10-17, 10.2 2022-05-23, 10.3 2023-05-25, \
         10.4 2024-06-18, 10.5 2025-06-24, 10.6 2026-07-06, 10.7 2023-02-09, 10.8 2023-05-20, \
         10.9 2023-08-22, 10.10 2023-11-17, 10.11 2028-02-16, 11.0 2024-06-06, 11.1 2024-08-21, \
         11.2 2024-11-21, 11.4 2029-05-29",
    ),
    (
        "mongo",
        "2 2016-10-31, 3.0 2018-02-28, 3.2 2018-09-30, 3.4 2020-01-31, 3|3.6 2021-04-30, \
         4.0 2022-04-30, 4.2 2023-04-30, 4|4.4 2024-02-29, 5 2024-10-31, 6 2025-07-31, \
         7 2027-08-31",
    ),
    ("mysql", "5.5 2018-12-03, 5.6 2021-02-05, 5|5.7 2023-10-31, 8.0 2026-04-30, 8.4 2032-04-30"),
    (
        "nginx",
        "1.10 2017-04-12, 1.11 2017-05-30, 1.12 2018-04-17, 1.13 2018-06-05, 1.14 2019-04-23, \
         1.15 2019-05-21, 1.16 2020-04-21, 1.17 2020-05-26, 1.18 2021-04-20, 1.19 2021-05-25, \
         1.20 2022-05-24, 1.21 2022-06-21, 1.22 2023-04-11, 1.23 2023-05-23, 1.24 2024-04-23, \
         1.25 2024-05-29, 1.26 2025-04-23, 1.27 2025-06-24",
    ),
    (
        "node",
        "0.10 2016-10-31, 0|0.12 2016-12-31, 4|argon 2018-04-30, 5 2016-06-30, 6|boron 2019-04-30, \
         7 2017-06-30, 8|carbon 2019-12-31, 9 2018-06-30, 10|dubnium 2021-04-30, 11 2019-06-01, \
         12|erbium 2022-04-30, 13 2020-06-01, 14|fermium 2023-04-30, 15 2021-06-01, \
         16|gallium 2023-09-11, 17 2022-06-01, 18|hydrogen 2025-04-30, 19 2023-06-01, \
         20|iron 2026-04-30, 21 2024-06-01, 22|jod 2027-04-30, 23 2025-06-01, 24 2028-04-30",
    ),
    (
        "openjdk",
        "6 2018-12-31, 7 2020-07-31, 9 2018-03-20, 10 2018-09-25, 12 2019-09-17, 13 2020-03-17, \
         14 2020-09-15, 15 2021-03-16, 16 2021-09-14, 8|11|17 2022-07-31, 18 2022-09-20",
    ),
    ("oraclelinux", "6 2021-03-31, 7 2024-12-31, 8 2029-07-31"),
    (
        "perl",
        "5.24 2019-05-22, 5.26 2020-06-20, 5.28 2021-05-20, 5.30 2022-05-28, 5.32 2023-07-02, \
         5.34 2024-06-09, 5.36 2025-07-02",
    ),
    (
        "php",
        "5.3 2014-08-14, 5.4 2015-09-03, 5.5 2016-07-21, 5|5.6 2018-12-31, 7.0 2019-01-10, \
         7.1 2019-12-01, 7.2 2020-11-30, 7.3 2021-12-06, 7|7.4 2022-11-28, 8.0 2023-11-26, \
         8.1 2025-12-31, 8.2 2026-12-31, 8.3 2027-12-31, 8.4 2028-12-31",
    ),
    (
        "postgres",
        "9.0 2015-10-08, 9.1 2016-10-27, 9.2 2017-11-09, 9.3 2018-11-08, 9.4 2020-02-13, \
         9.5 2021-02-11, 9|9.6 2021-11-11, 10 2022-11-10, 11 2023-11-09, 12 2024-11-21, \
         13 2025-11-13, 14 2026-11-12, 15 2027-11-11, 16 2028-11-09, 17 2029-11-08",
    ),
    (
        "python",
        "2 2020-01-01, 3.2 2016-02-20, 3.3 2017-09-29, 3.4 2019-03-18, 3.5 2020-09-30, \
         3.6 2021-12-23, 3.7 2023-06-27, 3.8 2024-10-07, 3.9 2025-10-31, 3.10 2026-10-31, \
         3.11 2027-10-31, 3.12 2028-10-31, 3.13 2029-10-31",
    ),
    (
        "rabbitmq",
        "3.6 2018-05-31, 3.7 2020-09-30, 3.8 2022-07-31, 3.9 2023-07-31, 3.10 2023-12-31, \
         3.11 2024-06-30, 3.12 2025-06-30",
    ),
    ("redis", "3 2018-10-17, 4 2020-04-30, 5 2022-04-27, 6.0 2023-08-15, 7.0 2024-07-29"),
    (
        "ruby",
        "1 2015-02-23, 2.0 2016-02-24, 2.1 2017-03-31, 2.2 2018-03-31, 2.3 2019-03-31, \
         2.4 2020-03-31, 2.5 2021-04-05, 2.6 2022-04-12, 2|2.7 2023-03-31, 3.0 2024-04-23, \
         3.1 2025-03-26, 3.2 2026-03-31, 3.3 2027-03-31",
    ),
    ("tomcat", "6 2016-12-31, 7 2021-03-31, 8.0 2018-06-30, 8|8.5 2024-03-31, 10.0 2022-10-31"),
    ("traefik", "1|v1 2021-12-31"),
    (
        "ubuntu",
        "12.04|precise 2017-04-28, 14.04|trusty 2019-04-25, 14.10|utopic 2015-07-23, \
         15.04|vivid 2016-02-04, 15.10|wily 2016-07-28, 16.04|xenial 2021-04-30, \
         16.10|yakkety 2017-07-20, 17.04|zesty 2018-01-13, 17.10|artful 2018-07-19, \
         18.04|bionic 2023-05-31, 18.10|cosmic 2019-07-18, 19.04|disco 2020-01-23, \
         19.10|eoan 2020-07-17, 20.04|focal 2025-05-31, 20.10|groovy 2021-07-22, \
         21.04|hirsute 2022-01-20, 21.10|impish 2022-07-14, 22.04|jammy 2027-06-01, \
         22.10|kinetic 2023-07-20, 23.04|lunar 2024-01-25, 23.10|mantic 2024-07-11, \
         24.04|noble 2029-05-31, 24.10|oracular 2025-07-10, 25.04|plucky 2026-01-15",
    ),
];

const JAVA: &str = "12 2019-09-17, 13 2020-03-17, 14 2020-09-15, 15 2021-03-16, 16 2021-09-14, \
                    18 2022-09-20, 19 2023-03-21, 20 2023-09-19, 22 2024-09-17, 23 2025-03-18, \
                    24 2025-09-16";
const ELASTIC: &str = "2 2018-02-28, 5 2019-03-11, 6 2022-02-10, 7 2026-01-15, 8 2027-07-15";
const DOTNET: &str = "1.0|1.1 2019-06-27, 2.0 2018-10-01, 2.1 2021-08-21, 2.2 2019-12-23, \
                      3.0 2020-03-03, 3.1 2022-12-13, 5.0 2022-05-10, 6.0 2024-11-12, \
                      7.0 2024-05-14, 8.0 2026-11-10, 9.0 2026-11-10, 10.0 2028-11-10";

/// Folders of images of one product.
const FOLDERS: &[(&str, &str)] =
    &[("mcr.microsoft.com/dotnet/*", DOTNET), ("mcr.microsoft.com/dotnet/core/*", DOTNET)];

/// Distributions whose versions stand in the tags of other images: `3.12-bookworm`,
/// `20-alpine3.19`.
const SYSTEMS: &[&str] = &["debian", "ubuntu", "alpine"];

/// A day on which support ends, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) struct End {
    /// The version as the reference has it: `12`, `buster`.
    pub(in crate::rules) version: String,
    /// The last day.
    pub(in crate::rules) day: Date,
}

/// When the support of an image ends: what policy says, else what its maker does.
pub(in crate::rules) fn of_image(image: &ImageRef, settings: &Settings) -> Option<End> {
    let tag = image.tag.as_deref()?;
    let said = settings.end_of_life.iter().find_map(|(glob, versions, day)| {
        let version = versions.iter().filter(|_| names(glob, image)).find(|v| starts(tag, v))?;
        Some(End { version: version.clone(), day: *day })
    });
    said.or_else(|| longest(tag, product(image)?))
}

/// When the support of the distribution ends that an official image says it is built on.
pub(in crate::rules) fn of_system(image: &ImageRef) -> Option<End> {
    let (tag, name) = (image.tag.as_deref()?, last(image));
    if of(image) != Publisher::Official || SYSTEMS.contains(&name) {
        return None;
    }
    let parts = || tag.split('-').skip(1);
    let codename = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    SYSTEMS.iter().find_map(|system| {
        let table = table(system)?;
        parts().find_map(|part| match part.strip_prefix(system) {
            Some(version) if !version.is_empty() => longest(version, table),
            _ if codename(part) => longest(part, table),
            _ => None,
        })
    })
}

fn last(image: &ImageRef) -> &str {
    image.repository.rsplit('/').next().unwrap_or_default()
}

fn product(image: &ImageRef) -> Option<&'static str> {
    let name = image.name();
    let folder = FOLDERS.iter().find(|(glob, _)| super::glob::matches(glob, &name));
    folder.map(|(_, versions)| *versions).or_else(|| {
        let official = of(image) == Publisher::Official;
        official.then(|| table(last(image)))?
    })
}

fn table(name: &str) -> Option<&'static str> {
    let at = OFFICIAL.binary_search_by_key(&name, |(name, _)| name).ok()?;
    OFFICIAL.get(at).map(|(_, versions)| *versions)
}

/// The version that says most of a tag, and its last day.
fn longest(tag: &str, table: &str) -> Option<End> {
    let fits = versions(table).filter(|(version, _)| starts(tag, version));
    let (version, day) = fits.max_by_key(|(version, _)| version.len())?;
    Some(End { version: version.to_owned(), day: day.parse().ok()? })
}

/// Each version of a line, with its day.
fn versions(table: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = table.split(',').filter_map(|line| line.trim().rsplit_once(' '));
    lines.flat_map(|(names, day)| names.split('|').map(move |name| (name, day)))
}

/// Whether a tag is of a version: `1.2` is also `1.2.3-slim`.
fn starts(tag: &str, version: &str) -> bool {
    tag.strip_prefix(version)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_', '+']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(reference: &str) -> [Option<String>; 2] {
        let image = ImageRef::parse(reference).unwrap();
        let shown = |end: Option<End>| end.map(|end| format!("{} {}", end.version, end.day));
        [shown(of_image(&image, &Settings::default())), shown(of_system(&image))]
    }

    #[test]
    fn the_table_is_in_order_and_every_day_is_one() {
        assert!(OFFICIAL.is_sorted_by_key(|(name, _)| name));
        let all = OFFICIAL.iter().chain(FOLDERS);
        for (version, day) in all.flat_map(|(_, table)| versions(table)) {
            assert!(day.parse::<Date>().is_ok() && !version.contains(' '), "{version} {day}");
        }
    }

    #[test]
    fn a_tag_names_a_version_and_perhaps_a_system() {
        for (reference, image, system) in [
            ("node:12", Some("12 2022-04-30"), None),
            ("node:12.22.1-alpine3.15", Some("12 2022-04-30"), Some("3.15 2023-11-01")),
            ("library/python:3.1", None, None),
            ("python:3.10-slim-buster", Some("3.10 2026-10-31"), Some("buster 2024-06-30")),
            ("docker.io/arm64v8/php:7-apache", Some("7 2022-11-28"), None),
            ("php:7.3-fpm", Some("7.3 2021-12-06"), None),
            ("ubuntu:xenial-20171114", Some("xenial 2021-04-30"), None),
            ("quay.io/centos/centos:stream8", Some("stream8 2024-05-31"), None),
            ("mcr.microsoft.com/dotnet/core/sdk:3.1-buster", Some("3.1 2022-12-13"), None),
            ("golang:1-bullseye", None, Some("bullseye 2026-08-31")),
            ("debian:12-slim", Some("12 2028-06-30"), None),
            ("alpine:3", None, None),
            ("node", None, None),
            ("acme/node:12", None, None),
            ("localhost:5000/debian:buster", None, None),
        ] {
            assert_eq!(
                ends(reference),
                [image, system].map(|e| e.map(str::to_owned)),
                "{reference}"
            );
        }
    }

    #[test]
    fn the_policy_comes_first() {
        let day = jiff::civil::date(2030, 1, 1);
        let line = ("docker.io/library/node".to_owned(), vec!["12".to_owned()], day);
        let settings = Settings { end_of_life: vec![line], ..Settings::default() };
        let image = ImageRef::parse("node:12.22").unwrap();
        assert_eq!(of_image(&image, &settings).unwrap().day, day);
    }
}
