//! A Dockerfile's instructions become stages: variables expanded, parents inherited.

use crate::model::{Dockerfile, Gap, Settings, Stage, Text};

/// The stages of a Dockerfile, and pseudo stages for their `ONBUILD` triggers.
pub(super) fn stages(
    _dockerfile: &Dockerfile,
    _text: &Text,
    _settings: &Settings,
) -> (Vec<Stage>, Vec<Gap>) {
    (Vec::new(), Vec::new())
}

/// The lines of a stage for similarity: whitespace folded, comments and blank lines left out.
pub(super) fn body(_stage: &Stage, _text: &Text) -> Vec<String> {
    Vec::new()
}
