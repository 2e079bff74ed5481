//! A file that only its owner can read, and that one program at a time writes to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::file_rules::{self, ExistingFile, no_special_files};
use crate::format::Line;

/// The number of times that a file is looked at again when it changes between two steps.
const TRIES: usize = 16;

/// The header of a trace is shorter.
const LONGEST_HEADER: u64 = 64 * 1024;

/// The file, locked (`flock(2)`) for as long as it is open. Readers are not hindered.
#[derive(Debug)]
pub(super) struct PrivateFile {
    file: File,
    /// The offset of the next byte; `None` for a device, which has no size.
    end: Option<u64>,
}

impl PrivateFile {
    /// Creates the file, or empties one that is there.
    ///
    /// # Errors
    /// When another program has it locked, when it is not a regular file of this user, or cannot be written. The
    /// message names the file.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        create(path).map_err(|error| write_error(path, &error))
    }

    /// Creates a file that must not be there yet.
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
        let why = format!("{other} is recording to it; choose another file");
        Err(io::Error::new(ErrorKind::ResourceBusy, why))
    }

    /// Lets others write to it.
    pub(super) fn unlock(&self) {
        file_rules::unlock(&self.file);
    }

    /// Returns whether the path still names this file.
    pub(super) fn is_same_file(&self, path: &Path) -> bool {
        file_rules::is_same_file(&self.file, path)
    }
}

impl Drop for PrivateFile {
    /// Closing is not enough: a child that was just forked, and has not called exec yet, has the file open, too.
    fn drop(&mut self) {
        self.unlock();
    }
}

impl Write for PrivateFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(end) = &mut self.end else { return self.file.write(bytes) };
        // Beyond the limit the kernel would end the program with SIGXFSZ. The limit may change at any time, and to look
        // it up costs nothing beside the write.
        if let Some(limit) = file_rules::size_limit().filter(|limit| *end + bytes.len() as u64 > *limit) {
            let why = format!("the limit of {limit} bytes for the size of a file is reached (ulimit -f)");
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

/// A new file beside `path` that takes its place when it is complete. It is removed when it is dropped before.
#[derive(Debug)]
pub(super) struct Replacement {
    path: PathBuf,
    moved: bool,
}

impl Replacement {
    /// Creates the file in the same directory, so that it can be renamed.
    pub(super) fn create_next_to(path: &Path) -> io::Result<(PrivateFile, Self)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().ok_or(ErrorKind::InvalidInput)?);
        name.push(format!(".{}.{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let path = path.with_file_name(name);
        Ok((PrivateFile::create_new(&path)?, Self { path, moved: false }))
    }

    /// Gives the file its name; a file of that name is no longer there.
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

/// Writes a file in one step: a reader finds the earlier file or the complete new one.
///
/// # Errors
/// As [`PrivateFile::create`], and those of `write`.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let replaced = || {
        if file_rules::is_allowed_device(path) {
            return write(&mut open_device(path)?);
        }
        // Kept until the new file is in place, so that nobody begins to record into the one that goes away.
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
            // Programs that opened the file before, and other names of it, must not get what is written now.
            match fs::remove_file(path) {
                Ok(()) => continue,
                Err(error) => file_rules::make_private(&file.file).map_err(|_| error)?,
            }
        }
        file.file.set_len(0)?;
        return Ok(file);
    }
    Err(io::Error::new(ErrorKind::ResourceBusy, "other programs keep replacing it"))
}

/// Opens and locks the file that is there, if one is, without changing it.
fn open_existing(path: &Path) -> io::Result<Option<PrivateFile>> {
    let mut options = OpenOptions::new();
    let file = match no_special_files(options.write(true)).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            // The kind of the file says more than the error of opening it.
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

/// The program that the header of a trace names.
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
