//! Enters a user namespace, with this process's user and group as its root.

use std::ffi::CStr;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::thread::UnshareFlags;

use crate::setup_step::Step;
use crate::sys;

/// The lines for `uid_map` and `gid_map` that make this process's user and group root.
#[derive(Clone, Debug)]
pub(crate) struct IdMaps {
    user: String,
    group: String,
}

impl IdMaps {
    pub(crate) fn of_this_process() -> Self {
        Self {
            user: format!("0 {} 1", rustix::process::geteuid().as_raw()),
            group: format!("0 {} 1", rustix::process::getegid().as_raw()),
        }
    }

    /// Enters the namespace. Makes system calls only, so that it can run between fork and exec.
    pub(crate) fn enter(&self) -> Result<(), (Step, Errno)> {
        sys::unshare(UnshareFlags::NEWUSER).map_err(|errno| (Step::User, errno))?;
        // Without this the kernel refuses the map of groups (user_namespaces(7)).
        write(c"/proc/self/setgroups", "deny")?;
        write(c"/proc/self/uid_map", &self.user)?;
        write(c"/proc/self/gid_map", &self.group)
    }
}

fn write(path: &CStr, text: &str) -> Result<(), (Step, Errno)> {
    rustix::fs::openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())
        .and_then(|file| rustix::io::write(file, text.as_bytes()))
        .map(drop)
        .map_err(|errno| (Step::Ids, errno))
}
