//! A pattern of an ignore file.

/// One pattern of a `.dockerignore`, as moby's patternmatcher reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Cleaned, without `!`.
    pub text: String,
    /// It lets through again what an earlier one left out.
    pub exception: bool,
}
