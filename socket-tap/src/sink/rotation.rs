//! Rotation of trace files: renames full files, and deletes old ones.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::file_rules::{ExistingFile, no_special_files};
use super::private_file::{PrivateFile, Replacement};
use crate::format::{Line, part_path};

/// Maximum number of bytes that are read from the beginning of a file to find its header.
const LONGEST_HEADER: u64 = 64 * 1024;
const LONGEST_END: u64 = 512;

/// Limits for the size and number of the files of a rotated recording.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotation {
    /// Maximum size of a file, in bytes. A new file begins before an event would exceed it.
    pub(super) bytes: u64,
    /// Number of full files that are kept in addition to the current one.
    pub(super) keep: u64,
}

impl Rotation {
    /// Renames the full file at `path` to its name with the number `part`, such as `shop.3.jsonl`. Returns a
    /// new, empty file at `path`. Deletes the oldest full file if there are more than [`keep`](Self::keep).
    pub(super) fn next_file(&self, path: &Path, full: &PrivateFile, part: u64) -> io::Result<PrivateFile> {
        let next = begin_next(path, full, part).map_err(|error| {
            let why = format!("cannot rotate {}: {error}", path.display());
            io::Error::new(error.kind(), why)
        })?;
        match part.checked_sub(self.keep).map(|old| fs::remove_file(part_path(path, old))) {
            Some(Err(error)) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(next),
        }
    }
}

fn begin_next(path: &Path, full: &PrivateFile, part: u64) -> io::Result<PrivateFile> {
    if !full.is_same_file(path) {
        return Err(io::Error::new(
            ErrorKind::NotFound,
            "the file was moved or replaced during the recording",
        ));
    }
    let (next, replacement) = Replacement::create_next_to(path)?;
    let part_file = part_path(path, part);
    let name_is_taken = || {
        let why = format!(
            "{} already exists and does not belong to a recording; move it to another folder",
            part_file.display()
        );
        io::Error::new(ErrorKind::AlreadyExists, why)
    };
    // The path always names a locked file, so no other program can take it in between.
    match fs::hard_link(path, &part_file) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(name_is_taken()),
        // The file system has no hard links.
        Err(_) if fs::symlink_metadata(&part_file).is_ok() => return Err(name_is_taken()),
        Err(_) => fs::rename(path, &part_file)?,
    }
    replacement.rename_to(path)?;
    Ok(next)
}

/// Deletes the full files that the previous recording at this path has left, so that two recordings never
/// mix.
///
/// A file was left by the previous recording if its name has a part number, its header has the same part
/// number, and its end line has `continued`. Other files are not deleted.
pub(super) fn delete_earlier_parts(path: &Path) -> io::Result<()> {
    let Some(directory) = path.parent() else { return Ok(()) };
    // A directory without read permission keeps its files.
    let Ok(entries) = fs::read_dir(directory) else { return Ok(()) };
    for entry in entries.flatten() {
        let file = directory.join(entry.file_name());
        if part_number(path, &file).is_none_or(|part| !is_full_part(&file, part)) {
            continue;
        }
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let why =
                    format!("cannot delete {}, a file of the previous recording: {error}", file.display());
                return Err(io::Error::new(error.kind(), why));
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_full_part(file: &Path, part: u64) -> bool {
    let open = || -> io::Result<File> { no_special_files(File::options().read(true)).open(file) };
    let Ok(mut file) = open() else { return false };
    let Ok(metadata) = file.metadata() else { return false };
    if ExistingFile::of(&metadata).rejection().is_some() {
        return false;
    }
    let mut first = String::new();
    if BufReader::new((&mut file).take(LONGEST_HEADER)).read_line(&mut first).is_err()
        || Line::parse_header(&first).ok().is_none_or(|header| header.part != part)
    {
        return false;
    }
    let mut tail = Vec::new();
    let read = file
        .seek(SeekFrom::Start(metadata.len().saturating_sub(LONGEST_END)))
        .and_then(|_| file.take(LONGEST_END).read_to_end(&mut tail));
    let tail = String::from_utf8_lossy(&tail);
    let last = tail.lines().next_back().map(Line::parse);
    read.is_ok() && matches!(last, Some(Ok(Line::End(end))) if end.continued)
}

/// Returns the part number in the name of `file`: 3 for `shop.3.jsonl` if `path` is `shop.jsonl`. Returns
/// `None` if `file` is not a full file of the recording at `path`.
fn part_number(path: &Path, file: &Path) -> Option<u64> {
    let without = if path.extension().is_some() { file.file_stem().map(Path::new)? } else { file };
    let part = without.extension()?.to_str()?.parse().ok()?;
    (part_path(path, part) == file).then_some(part)
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
