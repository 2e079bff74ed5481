//! The directory of the recordings, locked for one workshop at a time.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// A lock on the traces directory, held until this value is dropped.
#[derive(Debug)]
pub struct DirectoryLock {
    /// The open directory that holds the lock; `None` on systems that cannot open a directory.
    _directory: Option<File>,
}

/// Creates the directory if necessary and locks it.
///
/// # Errors
/// If the directory cannot be created, or another workshop has locked it. Two workshops that write to the same files
/// would make both recordings unreadable.
pub fn lock(directory: &Path) -> io::Result<DirectoryLock> {
    let failed = |kind, why: String| {
        io::Error::new(kind, format!("{why}; choose another directory with --traces DIR"))
    };
    let shown = directory.display();
    fs::create_dir_all(directory).map_err(|error| {
        failed(error.kind(), format!("cannot create {shown} for the recordings: {error}"))
    })?;
    // Some systems can neither open nor lock a directory.
    let Ok(opened) = File::open(directory) else { return Ok(DirectoryLock { _directory: None }) };
    match opened.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(failed(io::ErrorKind::ResourceBusy, format!("another workshop is recording into {shown}")))
        }
        Ok(()) | Err(TryLockError::Error(_)) => Ok(DirectoryLock { _directory: Some(opened) }),
    }
}
