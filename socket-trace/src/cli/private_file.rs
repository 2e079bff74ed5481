//! Creates output files that only their owner can read, since they contain recorded data.
//!
//! The same rules apply as to trace files (`TRACE.md`, "Privacy"). An existing pipe or device is opened as it
//! is, without changing its permissions.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates the file, or truncates an existing one.
///
/// # Errors
/// The path is a symbolic link, belongs to another user, is the file of a recording in progress, or cannot be
/// written.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if is_descriptor(path) {
        return options.create(true).truncate(true).open(path);
    }
    system::create(path, &options)
}

/// Returns `true` if both paths name the same file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    system::is_same(one, other)
}

/// Returns `true` if the path names an open file descriptor, such as `/dev/stdout`, or the path that a shell
/// substitutes for `>(command)`.
fn is_descriptor(path: &Path) -> bool {
    let directories = ["/dev/fd", "/proc/self/fd"].map(Path::new);
    let names = ["/dev/stdout", "/dev/stderr"].map(Path::new);
    cfg!(unix) && (names.contains(&path) || path.parent().is_some_and(|parent| directories.contains(&parent)))
}

#[cfg(unix)]
mod system {
    use std::fs::{Metadata, Permissions, TryLockError};
    use std::io::ErrorKind;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};

    use rustix::fs::OFlags;

    use super::*;

    /// Maximum number of attempts to open the file. An attempt fails if another program replaces the file
    /// between two system calls.
    const TRIES: usize = 16;

    /// Permission bits of the group and of all other users.
    const OTHERS: u32 = 0o077;

    pub(super) fn create(path: &Path, options: &OpenOptions) -> io::Result<File> {
        for _ in 0..TRIES {
            let mut new = options.clone();
            match new.create_new(true).mode(0o600).open(path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                created => return created,
            }
            match open(path, options.clone()) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Ok(None) => {}
                Ok(Some(file)) => return Ok(file),
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(
            ErrorKind::ResourceBusy,
            "other programs keep replacing the file; choose another file",
        ))
    }

    /// Opens an existing file. If other users had access to it, removes it and returns `None`; the caller
    /// must then create the file.
    fn open(path: &Path, mut options: OpenOptions) -> io::Result<Option<File>> {
        let found = fs::symlink_metadata(path)?;
        check(&found)?;
        let stream = is_stream(&found);
        // Opening a pipe waits for its reader, which may start later.
        let wait = if stream { OFlags::empty() } else { OFlags::NONBLOCK };
        let file = options.custom_flags((OFlags::NOFOLLOW | wait).bits().cast_signed()).open(path)?;
        let opened = file.metadata()?;
        check(&opened)?;
        if is_stream(&opened) {
            return Ok(Some(file));
        }
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            let why = "another program is writing to the file; choose another file";
            return Err(io::Error::new(ErrorKind::ResourceBusy, why));
        }
        if opened.nlink() > 1 || opened.mode() & OTHERS != 0 {
            // Programs that have the file open, and other hard links to it, must not get the new data.
            match fs::remove_file(path) {
                Ok(()) => return Ok(None),
                Err(_) if opened.nlink() == 1 => file.set_permissions(Permissions::from_mode(0o600))?,
                Err(error) => return Err(error),
            }
        }
        file.set_len(0)?;
        Ok(Some(file))
    }

    fn check(metadata: &Metadata) -> io::Result<()> {
        let kind = metadata.file_type();
        let refused = |kind, why: &str| Err(io::Error::new(kind, why));
        if kind.is_symlink() {
            return refused(ErrorKind::InvalidInput, "the path is a symbolic link; name the file itself");
        }
        if !kind.is_file() && !is_stream(metadata) {
            return refused(ErrorKind::InvalidInput, "the path is neither a file, a pipe nor a device");
        }
        let uid = rustix::process::geteuid().as_raw();
        // Devices such as /dev/null belong to root.
        if metadata.uid() != uid && !(kind.is_char_device() && metadata.uid() == 0) {
            return refused(
                ErrorKind::PermissionDenied,
                "the file belongs to another user; choose another file",
            );
        }
        Ok(())
    }

    fn is_stream(metadata: &Metadata) -> bool {
        metadata.file_type().is_fifo() || metadata.file_type().is_char_device()
    }

    pub(super) fn is_same(one: &Path, other: &Path) -> bool {
        match (fs::metadata(one), fs::metadata(other)) {
            (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
            _ => false,
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::*;

    pub(super) fn create(path: &Path, options: &OpenOptions) -> io::Result<File> {
        options.clone().create(true).truncate(true).open(path)
    }

    pub(super) fn is_same(one: &Path, other: &Path) -> bool {
        match (fs::canonicalize(one), fs::canonicalize(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
    }
}
