//! Reads image references.
