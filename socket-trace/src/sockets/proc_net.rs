//! Reads the kernel's tables of TCP and UDP sockets in `/proc/thread-self/net`: proc_net(5).
//!
//! `/proc/net` leads to the tables of the main thread, whose network may be another one.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::row::{Proto, State};

/// One socket in a table of `/proc/thread-self/net`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) local: SocketAddr,
    pub(super) foreign: SocketAddr,
    pub(super) state: State,
    pub(super) send_queue: u32,
    pub(super) recv_queue: u32,
    /// Inode of the socket, or 0 if no process has it open.
    pub(super) inode: u64,
}

/// Reads the table of a protocol. Empty if its file does not exist: a kernel without IPv6 has no
/// `tcp6`.
pub(super) fn entries(proto: Proto) -> io::Result<Vec<Entry>> {
    let path = format!("/proc/thread-self/net/{}", proto.name());
    let table = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        table => table?,
    };
    let lines = table.lines().skip(1);
    lines.map(|line| parse(line).ok_or_else(|| unknown_line(&path, line))).collect()
}

fn unknown_line(path: &str, line: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("cannot parse this line of {path}: {line}"))
}

/// Parses a line of a table: number, local and foreign address, state, queues, timer, retransmissions, user,
/// timeout, inode.
fn parse(line: &str) -> Option<Entry> {
    let mut words = line.split_whitespace().skip(1);
    let (local, foreign, state, queues) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (send_queue, recv_queue) = queues.split_once(':')?;
    Some(Entry {
        local: address(local)?,
        foreign: address(foreign)?,
        state: self::state(u8::from_str_radix(state, 16).ok()?)?,
        send_queue: u32::from_str_radix(send_queue, 16).ok()?,
        recv_queue: u32::from_str_radix(recv_queue, 16).ok()?,
        inode: words.nth(4)?.parse().ok()?,
    })
}

/// Parses an address such as `0100007F:0BB8` (127.0.0.1:3000). Its 32-bit words are hexadecimal numbers in
/// the byte order of the machine.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let word =
        |at| ip.get(at..at + 8).and_then(|word| u32::from_str_radix(word, 16).ok()).map(u32::to_ne_bytes);
    let ip: IpAddr = match ip.len() {
        8 => Ipv4Addr::from(word(0)?).into(),
        32 => {
            let words: [[u8; 4]; 4] = [word(0)?, word(8)?, word(16)?, word(24)?];
            let mut bytes = [0; 16];
            bytes.copy_from_slice(words.as_flattened());
            Ipv6Addr::from(bytes).into()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// Returns the TCP state with this number in `include/net/tcp_states.h`.
fn state(number: u8) -> Option<State> {
    Some(match number {
        1 => State::Established,
        2 => State::SynSent,
        // `TCP_NEW_SYN_RECV` is a request that has no socket yet.
        3 | 12 => State::SynRecv,
        4 => State::FinWait1,
        5 => State::FinWait2,
        6 => State::TimeWait,
        7 => State::Close,
        8 => State::CloseWait,
        9 => State::LastAck,
        10 => State::Listen,
        11 => State::Closing,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ip_versions_in_proc_net_are_parsed() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000001:00000002 00:00000000 00000000  1000        0 4242 1 x";
        let entry = Entry {
            local: "127.0.0.1:8080".parse().unwrap(),
            foreign: "0.0.0.0:0".parse().unwrap(),
            state: State::Listen,
            send_queue: 1,
            recv_queue: 2,
            inode: 4242,
        };
        // The words of an address are in the byte order of the machine.
        if cfg!(target_endian = "little") {
            assert_eq!(parse(line), Some(entry));
            let local = address("0000000000000000FFFF00000100007F:0050").unwrap();
            assert_eq!(local, "[::ffff:127.0.0.1]:80".parse().unwrap());
        }
    }

    #[test]
    fn malformed_proc_net_lines_are_refused() {
        for line in ["", "0: 0100007F:1F90", "0: 0100007F:1F90 0:0 0A 0:0 0 0 0 0 1"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
