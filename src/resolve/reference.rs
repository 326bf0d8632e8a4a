//! Reads image references.

use std::collections::HashMap;

use crate::model::{Base, ImageRef, Value};

/// The stages of a file by name, in lower case; of equal names the last one counts.
pub(super) type StageNames = HashMap<String, usize>;

/// What a `FROM` names. A stage shadows an image of the same name.
pub(super) fn of_from(image: &Value, earlier: &StageNames) -> Base {
    if let Some(&stage) = earlier.get(&image.text.to_lowercase()).filter(|_| !image.unknown) {
        return Base::Stage(stage);
    }
    of_image(image)
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

fn of_image(image: &Value) -> Base {
    match ImageRef::parse(&image.text) {
        _ if image.unknown => Base::Unknown(image.text.clone()),
        _ if image.text == "scratch" => Base::Scratch,
        Ok(image) => Base::Image(image),
        Err(_) => Base::Unknown(image.text.clone()),
    }
}
