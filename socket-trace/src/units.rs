//! Quantities as text.

/// Formats nanoseconds as milliseconds with three decimal places.
pub(crate) fn milliseconds(ns: impl Into<i128>) -> String {
    let us = ns.into() / 1_000;
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}
