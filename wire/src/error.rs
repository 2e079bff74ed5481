//! Errors, and what to do about them.

use std::fmt;
use std::io;

/// Number of the error "operation not permitted".
const EPERM: i32 = 1;

/// The reason why a wire could not be started or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system is not Linux.
    #[error("the wire needs Linux, but this system is {}", std::env::consts::OS)]
    NotLinux,
    /// The device `/dev/net/tun`, with which programs create network interfaces, cannot be opened.
    #[error("/dev/net/tun cannot be opened: {source}")]
    TunDevice {
        /// The error of `open(2)`.
        source: io::Error,
    },
    /// The device `/dev/net/tun` exists, but its permissions exclude the user.
    #[error("/dev/net/tun is not readable and writable for this user: {source}")]
    TunPermission {
        /// The error of `open(2)`.
        source: io::Error,
    },
    /// An administrator has disabled user namespaces, or limited their number.
    #[error("user namespaces are disabled: {setting} is {value}")]
    UserNamespacesDisabled {
        /// Name of the kernel setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// AppArmor forbids programs without a profile to use a user namespace.
    #[error("AppArmor restricts user namespaces: kernel.apparmor_restrict_unprivileged_userns is 1")]
    AppArmor,
    /// The system refuses a namespace or its use. In a container, its seccomp profile does.
    #[error("{action} is not permitted: {source}")]
    Forbidden {
        /// The refused operation.
        action: &'static str,
        /// The error of the system call.
        source: io::Error,
    },
    /// The process has several threads, so it cannot enter a user namespace.
    #[error(
        "a process with several threads cannot enter a user namespace; call enter() first in main, or use reexec()"
    )]
    ManyThreads,
    /// The process has not entered a user namespace.
    #[error("the process is not in a user namespace of its own; call enter() first in main, or use reexec()")]
    NotEntered,
    /// An option has a value outside its range.
    #[error("{option} is {value}, but must be {range}")]
    Invalid {
        /// Name of the option.
        option: &'static str,
        /// Its value.
        value: String,
        /// The allowed values.
        range: &'static str,
    },
    /// An operation of the system failed.
    #[error("{action}: {source}")]
    System {
        /// The operation.
        action: &'static str,
        /// The system's error.
        source: io::Error,
    },
}

/// A requirement of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// The system is Linux.
    Linux,
    /// The device `/dev/net/tun` can be opened.
    TunDevice,
    /// Users without privileges can create namespaces.
    UserNamespaces,
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linux => "Linux",
            Self::TunDevice => "/dev/net/tun",
            Self::UserNamespaces => "unprivileged user namespaces",
        })
    }
}

impl Error {
    pub(crate) fn invalid(option: &'static str, value: impl fmt::Display, range: &'static str) -> Self {
        Self::Invalid { option, value: value.to_string(), range }
    }

    /// Returns a converter for errors of an operation.
    pub(crate) fn system<E: Into<io::Error>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System { action, source: source.into() }
    }

    /// Returns the error of an `open(2)` of `/dev/net/tun`. The device controller of a container refuses with `EPERM` instead
    /// of the `EACCES` of the device's own permissions.
    pub(crate) fn open_tun(source: impl Into<io::Error>) -> Self {
        let source = source.into();
        match source.kind() == io::ErrorKind::PermissionDenied && source.raw_os_error() != Some(EPERM) {
            true => Self::TunPermission { source },
            false => Self::TunDevice { source },
        }
    }

    /// Returns the requirement that this machine does not meet. `None` for other errors, such as an invalid option.
    #[must_use]
    pub fn missing(&self) -> Option<Requirement> {
        match self {
            Self::NotLinux => Some(Requirement::Linux),
            Self::TunDevice { .. } | Self::TunPermission { .. } => Some(Requirement::TunDevice),
            Self::UserNamespacesDisabled { .. } | Self::AppArmor | Self::Forbidden { .. } => {
                Some(Requirement::UserNamespaces)
            }
            _ => None,
        }
    }

    /// Returns the ways to meet the missing requirement, one a line, each with the systems that it is for. `None` if
    /// no requirement is missing.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotLinux => "any system: run it in a Linux virtual machine",
            Self::TunDevice { .. } => {
                "Debian, Ubuntu, Fedora: sudo modprobe tun\n\
                 Docker, Podman: start the container with --device /dev/net/tun"
            }
            Self::TunPermission { .. } => {
                "any distribution, until the next boot: sudo chmod 0666 /dev/net/tun\n\
                 Debian, Ubuntu, Fedora, permanently: echo 'KERNEL==\"tun\", MODE=\"0666\"' | \
                 sudo tee /etc/udev/rules.d/99-tun.rules && sudo udevadm control --reload && \
                 sudo udevadm trigger /dev/net/tun\n\
                 Docker, Podman, as root of the container or on the host: chmod 0666 /dev/net/tun"
            }
            Self::UserNamespacesDisabled { setting: "kernel.unprivileged_userns_clone", .. } => {
                "Debian: sudo sysctl kernel.unprivileged_userns_clone=1"
            }
            Self::UserNamespacesDisabled { setting: "CONFIG_USER_NS", .. } => {
                "any distribution: boot a kernel with CONFIG_USER_NS=y and CONFIG_NET_NS=y"
            }
            Self::UserNamespacesDisabled { setting: "user.max_net_namespaces", .. } => {
                "Debian, Ubuntu, Fedora: sudo sysctl user.max_net_namespaces=15000"
            }
            Self::UserNamespacesDisabled { .. } => {
                "Debian, Ubuntu, Fedora: sudo sysctl user.max_user_namespaces=15000"
            }
            Self::AppArmor => "Ubuntu: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
            Self::Forbidden { .. } => {
                "Docker, Podman: start the container with --security-opt seccomp=unconfined --device /dev/net/tun\n\
                 Docker on Ubuntu: also with --security-opt apparmor=unconfined\n\
                 chroot: run outside of it, the kernel allows no user namespaces there"
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(errno: i32) -> io::Error {
        io::Error::from_raw_os_error(errno)
    }

    #[test]
    fn every_missing_requirement_has_a_remedy() {
        let errors = [
            Error::NotLinux,
            Error::TunDevice { source: refused(2) },
            Error::TunPermission { source: refused(13) },
            Error::UserNamespacesDisabled { setting: "user.max_user_namespaces", value: "0".to_owned() },
            Error::AppArmor,
            Error::Forbidden { action: "unshare", source: refused(1) },
        ];
        for error in errors {
            assert!(error.missing().is_some() && error.remedy().is_some(), "{error}");
        }
        assert!(Error::ManyThreads.missing().is_none() && Error::ManyThreads.remedy().is_none());
    }
}
