//! Checks that protect files from being overwritten by a recording. A trace may only be written to a regular
//! file of the current user, and not through a symbolic link.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// A file that already exists at a path to which a trace should be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExistingFile {
    kind: FileType,
    /// User id of the file's owner. `None` if it belongs to the current user.
    owner: Option<u32>,
}

impl ExistingFile {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { kind: metadata.file_type(), owner: foreign_owner(metadata) }
    }

    /// Returns the error that explains why a trace must not be written to this file. Returns `None` if it may
    /// be written.
    pub(super) fn rejection(self) -> Option<io::Error> {
        let (kind, why) = match (self.kind, self.owner) {
            (kind, _) if kind.is_symlink() => (
                ErrorKind::InvalidInput,
                "the path is a symbolic link; pass the path of its target".to_owned(),
            ),
            (kind, _) if kind.is_dir() => {
                (ErrorKind::IsADirectory, "the path is a directory; pass the path of a file".to_owned())
            }
            (kind, _) if !kind.is_file() => {
                (ErrorKind::InvalidInput, "the path is not a regular file; pass another path".to_owned())
            }
            (_, Some(uid)) => (
                ErrorKind::PermissionDenied,
                format!("the file belongs to another user (uid {uid}); pass another path"),
            ),
            (_, None) => return None,
        };
        Some(io::Error::new(kind, why))
    }
}

/// Returns `true` for `/dev/null` and `/dev/full`, the only devices to which a trace may be written.
pub(super) fn is_allowed_device(path: &Path) -> bool {
    cfg!(unix) && [Path::new("/dev/null"), Path::new("/dev/full")].contains(&path)
}

#[cfg(unix)]
mod system {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};

    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    use super::*;

    /// Permission bits of all users except the owner.
    const OTHERS: u32 = 0o077;

    /// Sets the options for opening a file. Opening then fails for a symbolic link, and does not wait for the
    /// other end of a pipe. A new file gets the mode 0600.
    pub(crate) fn no_special_files(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
    }

    pub(crate) fn foreign_owner(metadata: &Metadata) -> Option<u32> {
        Some(metadata.uid()).filter(|uid| *uid != rustix::process::geteuid().as_raw())
    }

    /// Locks the file for this program. Returns `false` if another program has locked it. On a file system
    /// without locks, returns `true`.
    pub(crate) fn lock(file: &File) -> bool {
        flock(file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
    }

    pub(crate) fn unlock(file: &File) {
        let _ = flock(file, FlockOperation::Unlock);
    }

    /// Returns `true` if `path` still refers to the open file.
    pub(crate) fn is_same_file(file: &File, path: &Path) -> bool {
        let place = |metadata: Metadata| (metadata.dev(), metadata.ino());
        match (file.metadata(), fs::symlink_metadata(path)) {
            (Ok(file), Ok(there)) => place(file) == place(there),
            _ => false,
        }
    }

    /// Returns `true` if other users may access the file, or if it has several names (hard links).
    pub(crate) fn is_exposed(file: &File) -> io::Result<bool> {
        let metadata = file.metadata()?;
        Ok(metadata.nlink() > 1 || metadata.mode() & OTHERS != 0)
    }

    /// Removes the permissions of other users. Fails if the file has several names (hard links).
    pub(crate) fn make_private(file: &File) -> io::Result<()> {
        if file.metadata()?.nlink() > 1 {
            return Err(ErrorKind::PermissionDenied.into());
        }
        file.set_permissions(fs::Permissions::from_mode(0o600))
    }

    /// Returns the maximum size of a file that this process may write (`RLIMIT_FSIZE`, `getrlimit(2)`), in
    /// bytes. `None` if there is no limit.
    pub(crate) fn size_limit() -> Option<u64> {
        rustix::process::getrlimit(rustix::process::Resource::Fsize).current
    }
}

#[cfg(not(unix))]
mod system {
    use super::*;

    pub(crate) fn no_special_files(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub(crate) fn foreign_owner(_: &Metadata) -> Option<u32> {
        None
    }

    /// Does nothing and returns `true`, because a lock on Windows would block readers.
    pub(crate) fn lock(_: &File) -> bool {
        true
    }

    pub(crate) fn unlock(_: &File) {}

    pub(crate) fn is_same_file(_: &File, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok()
    }

    pub(crate) fn is_exposed(_: &File) -> io::Result<bool> {
        Ok(false)
    }

    pub(crate) fn make_private(_: &File) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn size_limit() -> Option<u64> {
        None
    }
}

use system::foreign_owner;
pub(super) use system::{is_exposed, is_same_file, lock, make_private, no_special_files, size_limit, unlock};
