//! Finds out whether this machine can run a wire, and if not, which requirement is missing.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::thread::UnshareFlags;

use crate::id_maps::IdMaps;
use crate::setup_step::Step;
use crate::{Error, sys};

/// Distance between the numbers of two steps. All error numbers of Linux are smaller.
const STEP: i32 = 10_000;

/// Returns an error that names the missing requirement if this machine cannot run a wire.
///
/// A child process tries all steps and ends. The calling process does not change, and may have any number of threads.
///
/// ```
/// if let Err(error) = wire::support() {
///     println!("{error}");
///     println!("{}", error.remedy().unwrap_or_default());
/// }
/// ```
///
/// # Errors
/// [`Error::TunDevice`], [`Error::TunPermission`], [`Error::UserNamespacesDisabled`], [`Error::AppArmor`] or
/// [`Error::Forbidden`] if a requirement is missing; [`Error::NotLinux`] on other systems; [`Error::System`] if the
/// process of the test cannot be created.
pub fn support() -> Result<(), Error> {
    // The program is never executed: the hook always returns an error, whose number the standard library passes from the
    // child process to this one.
    let mut probe = Command::new("/proc/self/exe");
    probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let maps = IdMaps::of_this_process();
    sys::before_exec(&mut probe, move || {
        // 0 is not a valid `Errno`.
        let (step, errno) = match try_all(&maps) {
            Ok(()) => (Step::Done, 0),
            Err((step, errno)) => (step, errno.raw_os_error()),
        };
        Err(io::Error::from_raw_os_error(step as i32 * STEP + errno))
    });
    match probe.spawn() {
        Ok(mut child) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(Error::System {
                action: "test the requirements of a network",
                source: io::Error::other("the child process ended without a result"),
            })
        }
        Err(error) => outcome(error),
    }
}

/// Tries what a wire does. Makes system calls only, because it runs between fork and exec.
fn try_all(maps: &IdMaps) -> Result<(), (Step, Errno)> {
    maps.enter()?;
    sys::unshare(UnshareFlags::NEWNET).map_err(|errno| (Step::Network, errno))?;
    let tun = sys::open_tun().map_err(|errno| (Step::Open, errno))?;
    sys::attach_tun(&tun, "probe").map_err(|error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        (Step::Interface, errno)
    })
}

fn outcome(error: io::Error) -> Result<(), Error> {
    const STEPS: [Step; 5] = [Step::User, Step::Ids, Step::Network, Step::Open, Step::Interface];
    let number = error.raw_os_error().unwrap_or(0);
    if number / STEP == Step::Done as i32 {
        return Ok(());
    }
    let step = STEPS.into_iter().find(|step| *step as i32 == number / STEP);
    match step {
        Some(step) => Err(diagnose(step, Errno::from_raw_os_error(number % STEP))),
        None => Err(Error::System { action: "create a process", source: error }),
    }
}

/// Returns the error for a failed step.
pub(crate) fn diagnose(step: Step, errno: Errno) -> Error {
    explain(step, errno, &|setting| {
        let path = Path::new("/proc/sys").join(setting.replace('.', "/"));
        std::fs::read_to_string(path).ok().map(|value| value.trim().to_owned())
    })
}

/// Returns the error for a failed step, on a system with the given kernel settings.
fn explain(step: Step, errno: Errno, setting: &dyn Fn(&str) -> Option<String>) -> Error {
    let disabled = |name: &'static str| Error::UserNamespacesDisabled {
        setting: name,
        value: setting(name).unwrap_or_else(|| "unknown".to_owned()),
    };
    let is = |name: &str, value: &str| setting(name).as_deref() == Some(value);
    match (step, errno) {
        (Step::Open, source) => Error::open_tun(source),
        (Step::User, Errno::INVAL | Errno::NOSYS) => {
            Error::UserNamespacesDisabled { setting: "CONFIG_USER_NS", value: "n".to_owned() }
        }
        (Step::User, Errno::NOSPC) => disabled("user.max_user_namespaces"),
        (Step::Network, Errno::NOSPC) => disabled("user.max_net_namespaces"),
        (_, Errno::PERM | Errno::ACCESS) if is("kernel.unprivileged_userns_clone", "0") => {
            disabled("kernel.unprivileged_userns_clone")
        }
        (_, Errno::PERM | Errno::ACCESS) if is("kernel.apparmor_restrict_unprivileged_userns", "1") => {
            Error::AppArmor
        }
        (Step::Interface, source) if source != Errno::PERM => Error::TunDevice { source: source.into() },
        (step, source) => Error::Forbidden { action: step.action(), source: source.into() },
    }
}

#[cfg(test)]
#[path = "support_tests.rs"]
mod tests;
