//! Formats quantities as text.

/// Formats nanoseconds as milliseconds with three decimal places: `1.250 ms`.
pub(crate) fn milliseconds(ns: impl Into<i128>) -> String {
    let us = ns.into() / 1_000;
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}

/// Formats a number with its noun: `1 write`, `3 writes`.
pub(crate) fn plural(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
