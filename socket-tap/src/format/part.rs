//! File names of a recording that is rotated into several files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the path of the full file with the number `part` in a rotated recording. For example, file 3 of
/// `shop.jsonl` is `shop.3.jsonl`.
///
/// ```
/// use std::path::Path;
/// use socket_tap::format::part_path;
///
/// assert_eq!(part_path(Path::new("traces/shop.jsonl"), 3), Path::new("traces/shop.3.jsonl"));
/// ```
#[must_use]
pub fn part_path(path: &Path, part: u64) -> PathBuf {
    let mut extension = OsString::from(part.to_string());
    if let Some(last) = path.extension() {
        extension.push(".");
        extension.push(last);
    }
    path.with_extension(extension)
}
