//! The folder of the recordings, for one workshop at a time.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// Nobody else records into the folder for as long as this is kept.
#[derive(Debug)]
pub struct Taken {
    /// The folder itself, locked; `None` where a folder cannot be.
    _lock: Option<File>,
}

/// Makes the folder, and takes it.
///
/// # Errors
/// When it cannot be made, or another workshop has it: two that write into the same files would leave nothing that can
/// be read.
pub fn take(directory: &Path) -> io::Result<Taken> {
    let failed =
        |kind, why: String| io::Error::new(kind, format!("{why}; choose another folder with --traces DIR"));
    let shown = directory.display();
    fs::create_dir_all(directory).map_err(|error| {
        failed(error.kind(), format!("cannot create {shown} for the recordings: {error}"))
    })?;
    // Not every system lets a folder be opened or locked.
    let Ok(folder) = File::open(directory) else { return Ok(Taken { _lock: None }) };
    match folder.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(failed(io::ErrorKind::ResourceBusy, format!("another workshop records into {shown}")))
        }
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Taken { _lock: Some(folder) }),
    }
}
