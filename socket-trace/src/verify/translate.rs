//! Converts a system call to [`CallKind`], using only its name, its arguments and its byte count.

use socket_tap::event::Addr;

use super::address::address;
use super::call::{CallKind, as_int};
use super::syscall;

/// Returns `true` if a call transfers no bytes and changes nothing that a trace records.
pub(super) fn is_neutral(name: &str, arguments: &[&str]) -> bool {
    match name {
        // A log may have more calls than those listed by `verify --help`.
        "fcntl" | "ioctl" | "fstat" | "newfstatat" | "statx" | "lseek" => true,
        "recvfrom" => arguments.get(3).is_some_and(|flags| flags.contains("MSG_PEEK")),
        "recvmsg" => arguments.get(2).is_some_and(|flags| flags.contains("MSG_PEEK")),
        _ => false,
    }
}

/// Converts a call on a stream or a listener that transferred `moved` bytes.
pub(super) fn call(name: &str, arguments: &[&str], moved: u64) -> CallKind {
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    match name {
        "setsockopt" => {
            CallKind::Option { name: argument(2).to_owned(), value: syscall::bracketed(argument(3)) }
        }
        "bind" => CallKind::Bind { local: address(argument(1)) },
        "listen" => CallKind::Listen { backlog: argument(1).parse().map_or(i32::MIN, as_int) },
        "accept" | "accept4" => CallKind::Accept { peer: None },
        // A read of 0 bytes into a non-empty buffer is the end of the stream.
        "read" | "recvfrom" => CallKind::Read { bytes: moved, eof: moved == 0 && argument(2) != "0" },
        "readv" | "recvmsg" => CallKind::Read { bytes: moved, eof: moved == 0 },
        "write" | "sendto" => CallKind::Write { bytes: moved, slices: None },
        "writev" => CallKind::Write { bytes: moved, slices: argument(2).parse().ok() },
        "sendmsg" => {
            let slices = argument(1).split_once("msg_iovlen=").map(|(_, rest)| rest);
            let digits = slices.and_then(|rest| rest.split([',', '}']).next());
            CallKind::Write { bytes: moved, slices: digits.and_then(|digits| digits.parse().ok()) }
        }
        "shutdown" if argument(1) == "SHUT_WR" => CallKind::Shutdown,
        "close" => CallKind::Close,
        other => CallKind::Other(other.to_owned()),
    }
}

/// Converts a call on a datagram socket: each transfer is one datagram, and an empty datagram is not an end
/// of stream.
pub(super) fn datagram_call(name: &str, arguments: &[&str], moved: u64) -> CallKind {
    match call(name, arguments, moved) {
        CallKind::Read { bytes, .. } => CallKind::RecvFrom { bytes, peer: peer(arguments) },
        CallKind::Write { bytes, .. } => CallKind::SendTo { bytes, peer: peer(arguments) },
        other => other,
    }
}

/// Finds the peer's address among the arguments of a datagram call. Arguments in quotes are payload, which
/// may contain anything.
fn peer(arguments: &[&str]) -> Option<Addr> {
    arguments.iter().filter(|text| !text.starts_with('"')).find_map(|text| address(text))
}
