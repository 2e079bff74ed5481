//! Enters a user namespace, in which a process may create networks without privileges outside.

use std::io;
use std::process::Command;

use rustix::io::Errno;
use rustix::process::Signal;

use crate::id_maps::IdMaps;
use crate::setup_step::Step;
use crate::support::{diagnose, support};
use crate::{Error, sys};

/// Moves this process into a user namespace of its own, so that it can start wires.
///
/// Call it first in `main`, before a runtime starts: the kernel allows this only to a process with one thread. In the
/// namespace, the process's user appears as root (user 0) and every other user as nobody. That root has no rights
/// outside: the process can still read and write the same files as before. Other processes are not affected, and the
/// namespace ends with the process. If the process is in such a namespace already, the function does nothing.
///
/// # Errors
/// [`Error::ManyThreads`] if the process has several threads; use [`reexec`] then. Otherwise the same errors as
/// [`support`].
///
/// ```no_run
/// // Not run: a doctest can share its process with others.
/// fn main() -> Result<(), wire::Error> {
///     wire::enter()?;
///     let wire = wire::Wire::start(wire::Options::new())?;
///     // …
///     wire.finish();
///     Ok(())
/// }
/// ```
pub fn enter() -> Result<(), Error> {
    if is_entered() {
        return Ok(());
    }
    // After a failure in the middle, the process would be nobody. A child process tries first.
    support()?;
    match IdMaps::of_this_process().enter() {
        Ok(()) => Ok(()),
        Err((Step::User, Errno::INVAL)) => Err(Error::ManyThreads),
        Err((step, errno)) => Err(diagnose(step, errno)),
    }
}

/// Returns a command that runs this program again, in a user namespace of its own, so that it can start wires. The
/// caller adds the arguments.
///
/// For processes with several threads, such as tests: the namespace is entered between `fork` and `exec`, when the child
/// has one thread. The child is killed when the thread that spawns it ends, so that it never outlives the caller.
///
/// ```no_run
/// // Not run: a doctest has no command line of its own.
/// let status = wire::reexec()?.args(["wire-child", "--rtt", "40ms"]).status()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The same as for [`support`].
pub fn reexec() -> Result<Command, Error> {
    support()?;
    // In the child process this link still leads to the running program, even if its file was replaced.
    let mut command = Command::new("/proc/self/exe");
    if let Some(name) = std::env::args_os().next() {
        std::os::unix::process::CommandExt::arg0(&mut command, name);
    }
    let maps = IdMaps::of_this_process();
    let parent = rustix::process::getpid();
    sys::before_exec(&mut command, move || {
        maps.enter().map_err(|(_, errno)| io::Error::from(errno))?;
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        // The caller may have ended before the line above.
        let orphaned = rustix::process::getppid() != Some(parent);
        if orphaned { Err(Errno::SRCH.into()) } else { Ok(()) }
    });
    Ok(command)
}

/// Returns `true` if the process is in a user namespace of its own and may configure networks there.
pub(crate) fn is_entered() -> bool {
    const SYS_ADMIN: u64 = 1 << 21;
    const NET_ADMIN: u64 = 1 << 12;
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let users: Vec<&str> = map.split_ascii_whitespace().collect();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = capabilities.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    // One entry, for one user.
    matches!(users[..], [_, _, "1"]) && capabilities & (SYS_ADMIN | NET_ADMIN) == SYS_ADMIN | NET_ADMIN
}
