//! A system call of strace as a [`What`]: those that need no memory of earlier ones.

use socket_tap::event::Addr;

use super::address::address;
use super::call::{What, as_int};
use super::syscall;

/// Returns whether a call moves nothing and changes nothing that a trace has.
pub(super) fn is_neutral(name: &str, arguments: &[&str]) -> bool {
    match name {
        // Logs may have more calls than those that `verify --help` lists.
        "fcntl" | "ioctl" | "fstat" | "newfstatat" | "statx" | "lseek" => true,
        "recvfrom" => arguments.get(3).is_some_and(|flags| flags.contains("MSG_PEEK")),
        "recvmsg" => arguments.get(2).is_some_and(|flags| flags.contains("MSG_PEEK")),
        _ => false,
    }
}

/// A call on a stream or a listener, which moved so many bytes.
pub(super) fn call(name: &str, arguments: &[&str], moved: u64) -> What {
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    match name {
        "setsockopt" => What::Option { name: argument(2).to_owned(), value: syscall::bracketed(argument(3)) },
        "bind" => What::Bind { local: address(argument(1)) },
        "listen" => What::Listen { backlog: argument(1).parse().map_or(i32::MIN, as_int) },
        "accept" | "accept4" => What::Accept { peer: None },
        // Nothing was read though there was room.
        "read" | "recvfrom" => What::Read { bytes: moved, eof: moved == 0 && argument(2) != "0" },
        "readv" | "recvmsg" => What::Read { bytes: moved, eof: moved == 0 },
        "write" | "sendto" => What::Write { bytes: moved, slices: None },
        "writev" => What::Write { bytes: moved, slices: argument(2).parse().ok() },
        "sendmsg" => {
            let slices = argument(1).split_once("msg_iovlen=").map(|(_, rest)| rest);
            let digits = slices.and_then(|rest| rest.split([',', '}']).next());
            What::Write { bytes: moved, slices: digits.and_then(|digits| digits.parse().ok()) }
        }
        "shutdown" if argument(1) == "SHUT_WR" => What::Shutdown,
        "close" => What::Close,
        other => What::Other(other.to_owned()),
    }
}

/// The same on a datagram socket: each transfer is of one datagram, and an empty one is no end.
pub(super) fn datagram_call(name: &str, arguments: &[&str], moved: u64) -> What {
    match call(name, arguments, moved) {
        What::Read { bytes, .. } => What::RecvFrom { bytes, peer: peer(arguments) },
        What::Write { bytes, .. } => What::SendTo { bytes, peer: peer(arguments) },
        other => other,
    }
}

/// The address of a datagram. Arguments in quotes are payload, which may hold anything.
fn peer(arguments: &[&str]) -> Option<Addr> {
    arguments.iter().filter(|text| !text.starts_with('"')).find_map(|text| address(text))
}
