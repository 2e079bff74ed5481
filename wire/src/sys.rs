//! System calls that neither the standard library nor rustix makes without unsafe code. Only this module of the crate
//! contains unsafe code.
#![expect(unsafe_code, reason = "ioctl(2) on /dev/net/tun, unshare(2), and a hook between fork and exec")]

use std::io;
use std::mem::zeroed;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use libc::{c_short, ifreq};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::thread::UnshareFlags;

/// Gives the calling thread a namespace of its own: the thread's network, or the user of a process with one thread.
pub(crate) fn unshare(namespace: UnshareFlags) -> rustix::io::Result<()> {
    debug_assert!(!namespace.contains(UnshareFlags::FILES));
    // SAFETY: the file descriptor table stays shared: no caller passes FILES.
    unsafe { rustix::thread::unshare_unsafe(namespace) }
}

/// Makes the child process of a command run `hook` before it executes its program.
///
/// The hook must be async-signal-safe: it makes system calls only, and neither allocates nor locks.
pub(crate) fn before_exec(
    command: &mut Command,
    hook: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: the two callers, both in this crate, pass hooks that only make system calls through rustix and
    // `ioctl`, with arguments prepared before the fork.
    unsafe { command.pre_exec(hook) };
}

/// Opens `/dev/net/tun` without an interface. Reads and writes do not block.
pub(crate) fn open_tun() -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK;
    rustix::fs::openat(CWD, c"/dev/net/tun", flags, Mode::empty())
}

/// Creates a network interface whose packets the file descriptor reads and writes, without a header before them. It is
/// removed when the descriptor is closed.
pub(crate) fn attach_tun(tun: &OwnedFd, name: &str) -> io::Result<()> {
    let mut request = named(name);
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as c_short;
    // SAFETY: TUNSETIFF reads and writes one ifreq, which is valid and exclusive for the call.
    let result = unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF, &raw mut request) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns a request for the interface with this name. Names longer than 15 bytes are cut.
fn named(name: &str) -> ifreq {
    // SAFETY: an ifreq consists of integers, arrays of integers and pointers, for which zero is a valid value.
    let mut request: ifreq = unsafe { zeroed() };
    for (to, from) in request.ifr_name.iter_mut().take(15).zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request
}
