//! Rules for the files that a recording may overwrite: regular files of this user, without symbolic links.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// A file that already exists at the path of a trace.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExistingFile {
    kind: FileType,
    /// The uid of the owner, if it is another user.
    owner: Option<u32>,
}

impl ExistingFile {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { kind: metadata.file_type(), owner: foreign_owner(metadata) }
    }

    /// Returns the reason why a trace must not be written there, if any.
    pub(super) fn rejection(self) -> Option<io::Error> {
        let (kind, why) = match (self.kind, self.owner) {
            (kind, _) if kind.is_symlink() => {
                (ErrorKind::InvalidInput, "it is a symbolic link; name the file itself".to_owned())
            }
            (kind, _) if kind.is_dir() => {
                (ErrorKind::IsADirectory, "it is a directory; name a file".to_owned())
            }
            (kind, _) if !kind.is_file() => {
                (ErrorKind::InvalidInput, "it is not a regular file; name another".to_owned())
            }
            (_, Some(uid)) => (
                ErrorKind::PermissionDenied,
                format!("it belongs to another user (uid {uid}); choose another file"),
            ),
            (_, None) => return None,
        };
        Some(io::Error::new(kind, why))
    }
}

/// Returns `true` if a trace may be written to this device, which discards it.
pub(super) fn is_allowed_device(path: &Path) -> bool {
    cfg!(unix) && [Path::new("/dev/null"), Path::new("/dev/full")].contains(&path)
}

#[cfg(unix)]
mod system {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};

    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    use super::*;

    /// Permission bits of everyone but the owner.
    const OTHERS: u32 = 0o077;

    /// Rejects symbolic links, does not wait for the other end of a pipe, and makes new files private.
    pub(crate) fn no_special_files(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
    }

    pub(crate) fn foreign_owner(metadata: &Metadata) -> Option<u32> {
        Some(metadata.uid()).filter(|uid| *uid != rustix::process::geteuid().as_raw())
    }

    /// Locks the file; returns `false` if another program has locked it. File systems without locks count as locked by
    /// us.
    pub(crate) fn lock(file: &File) -> bool {
        flock(file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
    }

    pub(crate) fn unlock(file: &File) {
        let _ = flock(file, FlockOperation::Unlock);
    }

    /// Returns `true` if `path` names this file.
    pub(crate) fn is_same_file(file: &File, path: &Path) -> bool {
        let place = |metadata: Metadata| (metadata.dev(), metadata.ino());
        match (file.metadata(), fs::symlink_metadata(path)) {
            (Ok(file), Ok(there)) => place(file) == place(there),
            _ => false,
        }
    }

    /// Returns `true` if others may have the file open, or if it has another name.
    pub(crate) fn is_exposed(file: &File) -> io::Result<bool> {
        let metadata = file.metadata()?;
        Ok(metadata.nlink() > 1 || metadata.mode() & OTHERS != 0)
    }

    /// Restricts the file to its owner. Fails for a file with other names.
    pub(crate) fn make_private(file: &File) -> io::Result<()> {
        if file.metadata()?.nlink() > 1 {
            return Err(ErrorKind::PermissionDenied.into());
        }
        file.set_permissions(fs::Permissions::from_mode(0o600))
    }

    /// Returns the size limit for files of this process (`RLIMIT_FSIZE`, `getrlimit(2)`); `None` without a limit.
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

    /// Does not lock: on Windows a lock would block readers.
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
