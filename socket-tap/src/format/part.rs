//! The names of the files of a recording that is cut by size.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path of a full file of a recording that is cut by size: `shop.jsonl` is `shop.3.jsonl` as part 3.
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
