//! Reads image references.

use std::collections::HashMap;

use crate::model::{Base, ImageRef, Value};

/// The stages of a file by name, in lower case; of equal names the last one counts.
pub(super) type StageNames = HashMap<String, usize>;

/// What the builder's own variables are worth on the platform that most images are built for.
const COMMON_PLATFORM: &[(&str, &str)] = &[
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETOS", "linux"),
    ("TARGETARCH", "amd64"),
    ("TARGETVARIANT", ""),
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDOS", "linux"),
    ("BUILDARCH", "amd64"),
    ("BUILDVARIANT", ""),
];

/// What a `FROM` names. A stage shadows an image of the same name; where the platform chooses
/// among stages of the file, it is the one of the most common platform.
pub(super) fn of_from(image: &Value, earlier: &StageNames) -> Base {
    let name = image.text.to_lowercase();
    let stage = if image.unknown { earlier.get(&on_common_platform(&image.text)) } else { None };
    match stage.or_else(|| earlier.get(&name).filter(|_| !image.unknown)) {
        Some(&stage) => Base::Stage(stage),
        None => of_image(image),
    }
}

fn on_common_platform(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, value) in COMMON_PLATFORM {
        text = text.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
    }
    text.to_lowercase()
}

/// What a `--from=` names: a stage by name or number, else an image. The builder expands no
/// variable here.
pub(super) fn of_copy(from: &str, stages: &StageNames, count: usize) -> Base {
    if let Some(&stage) = stages.get(&from.to_lowercase()) {
        return Base::Stage(stage);
    }
    match from.parse() {
        Ok(number) if number < count => Base::Stage(number),
        Ok(_) => Base::Unknown(from.to_owned()),
        Err(_) => of_image(&Value { text: from.to_owned(), unknown: from.contains('$') }),
    }
}

pub(super) fn of_image(image: &Value) -> Base {
    match ImageRef::parse(&image.text) {
        _ if image.unknown => Base::Unknown(image.text.clone()),
        _ if image.text == "scratch" => Base::Scratch,
        Ok(image) => Base::Image(image),
        Err(_) => Base::Unknown(image.text.clone()),
    }
}
