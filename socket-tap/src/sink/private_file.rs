//! A file that only its owner can read and only one program can record to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::file_rules::{self, ExistingFile, no_special_files};
use crate::format::Line;

/// Number of attempts to create or open a file that other programs replace at the same time.
const TRIES: usize = 16;

/// Maximum number of bytes that are read to find the header of a trace.
const LONGEST_HEADER: u64 = 64 * 1024;

/// A file that only its owner can read. It is locked (`flock(2)`) while it is open; readers do not need the
/// lock.
#[derive(Debug)]
pub(super) struct PrivateFile {
    file: File,
    /// Offset at which the next byte is written. `None` for a device, which has no size.
    end: Option<u64>,
}

impl PrivateFile {
    /// Creates the file, or truncates an existing one.
    ///
    /// # Errors
    /// Returns an error if another program has locked the file, if it is not a regular file of this user, or if it
    /// cannot be written. The message names the file.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        create(path).map_err(|error| write_error(path, &error))
    }

    /// Creates a new locked file. Fails if `path` already exists.
    fn create_new(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let file = Self::lock(no_special_files(&mut options).open(path)?, path)?;
        // Another program may have locked, written and closed the file before it was locked here.
        file.file.set_len(0)?;
        Ok(file)
    }

    fn lock(file: File, path: &Path) -> io::Result<Self> {
        if file_rules::lock(&file) {
            return Ok(Self { file, end: Some(0) });
        }
        let other = recorded_by(path).unwrap_or_else(|| "another program".to_owned());
        let why = format!("{other} is recording to this file; pass another path");
        Err(io::Error::new(ErrorKind::ResourceBusy, why))
    }

    /// Unlocks the file, so that other programs can record to it.
    pub(super) fn unlock(&self) {
        file_rules::unlock(&self.file);
    }

    /// Returns `true` if `path` still refers to this file.
    pub(super) fn is_same_file(&self, path: &Path) -> bool {
        file_rules::is_same_file(&self.file, path)
    }
}

impl Drop for PrivateFile {
    /// Unlocks the file explicitly. Closing it may not suffice, because a forked child that has not called
    /// exec keeps it open.
    fn drop(&mut self) {
        self.unlock();
    }
}

impl Write for PrivateFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(end) = &mut self.end else { return self.file.write(bytes) };
        // Beyond the limit the kernel would end the program with SIGXFSZ. The limit may change at any time, and the
        // query is cheap compared to the write.
        if let Some(limit) = file_rules::size_limit().filter(|limit| *end + bytes.len() as u64 > *limit) {
            let why = format!(
                "the file would exceed the file size limit of {limit} bytes; raise it with ulimit -f"
            );
            return Err(io::Error::new(ErrorKind::FileTooLarge, why));
        }
        let written = self.file.write(bytes)?;
        *end += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A new file with a temporary name, which replaces another file when it is complete. Dropping it before that
/// removes it.
#[derive(Debug)]
pub(super) struct Replacement {
    path: PathBuf,
    moved: bool,
}

impl Replacement {
    /// Creates a file with a temporary name in the directory of `path`, so that it can be renamed to `path`.
    pub(super) fn create_next_to(path: &Path) -> io::Result<(PrivateFile, Self)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().ok_or(ErrorKind::InvalidInput)?);
        name.push(format!(".{}.{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let path = path.with_file_name(name);
        Ok((PrivateFile::create_new(&path)?, Self { path, moved: false }))
    }

    /// Renames the file to `path`, and replaces the file that exists there.
    pub(super) fn rename_to(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.moved = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.moved {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Replaces the file at `path` atomically by the bytes that `write` writes. A reader finds either the earlier
/// file or the complete new one.
///
/// # Errors
/// Returns the errors of [`PrivateFile::create`] and of `write`.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let replaced = || {
        if file_rules::is_allowed_device(path) {
            return write(&mut open_device(path)?);
        }
        // Locked until the new file is in place, so that no recording begins in the old one.
        let _earlier = open_existing(path)?;
        let (mut file, replacement) = Replacement::create_next_to(path)?;
        write(&mut file)?;
        replacement.rename_to(path)
    };
    replaced().map_err(|error| write_error(path, &error))
}

fn create(path: &Path) -> io::Result<PrivateFile> {
    if file_rules::is_allowed_device(path) {
        return open_device(path);
    }
    for _ in 0..TRIES {
        match PrivateFile::create_new(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created,
        }
        let Some(file) = open_existing(path)? else { continue };
        if !file.is_same_file(path) {
            continue;
        }
        if file_rules::is_exposed(&file.file)? {
            // Programs that have the file open, and its other names, must not see the new content.
            match fs::remove_file(path) {
                Ok(()) => continue,
                Err(error) => file_rules::make_private(&file.file).map_err(|_| error)?,
            }
        }
        file.file.set_len(0)?;
        return Ok(file);
    }
    Err(io::Error::new(ErrorKind::ResourceBusy, "other programs keep replacing the file; pass another path"))
}

/// Opens and locks the existing file at `path` without changing it. Returns `None` if there is no file.
fn open_existing(path: &Path) -> io::Result<Option<PrivateFile>> {
    let mut options = OpenOptions::new();
    let file = match no_special_files(options.write(true)).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            // The type of the file explains more than the error of opening it.
            let found = fs::symlink_metadata(path).map(|found| ExistingFile::of(&found));
            return Err(found.ok().and_then(ExistingFile::rejection).unwrap_or(error));
        }
    };
    if let Some(refused) = ExistingFile::of(&file.metadata()?).rejection() {
        return Err(refused);
    }
    PrivateFile::lock(file, path).map(Some)
}

fn open_device(path: &Path) -> io::Result<PrivateFile> {
    Ok(PrivateFile { file: OpenOptions::new().write(true).open(path)?, end: None })
}

/// Returns the name and process id of the program that records to the trace at `path`, from its header.
fn recorded_by(path: &Path) -> Option<String> {
    let file = no_special_files(OpenOptions::new().read(true)).open(path).ok()?;
    let mut text = Vec::new();
    file.take(LONGEST_HEADER).read_to_end(&mut text).ok()?;
    let line = text.split(|byte| *byte == b'\n').next()?;
    let header = Line::parse_header(std::str::from_utf8(line).ok()?).ok()?;
    Some(format!("{} (pid {})", crate::format::text::printable(&header.program), header.pid))
}

fn write_error(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write the trace {}: {error}", path.display()))
}

#[cfg(test)]
#[path = "private_file_tests.rs"]
mod tests;
