//! Calls that read and write.

use socket_tap::event::{Addr, Datagram, Op, Transfer};

use super::address::{address, in_trace};
use super::calls::would_block;
use super::line::Outcome;
use super::processes::{Number, Target};
use super::text::{after, descriptor, elements, leading_number};
use super::tracker::{Ended, Tracker};

/// One read, write or datagram of a call.
struct Moved {
    bytes: u64,
    data: Option<Box<[u8]>>,
    slices: Option<u32>,
    peer: Option<Addr>,
    is_truncated: bool,
}

impl Tracker {
    /// Processes a call on a recorded socket. Calls that move no bytes have no effect.
    pub(super) fn transfers(&mut self, ended: &Ended<'_>, number: Number) {
        let arguments = ended.call.arguments;
        let (flags, receives) = match ended.call.name {
            "read" | "readv" | "preadv2" => ("", true),
            "recv" | "recvfrom" | "recvmmsg" | "recvmmsg_time64" => (arguments.get(3), true),
            "recvmsg" => (arguments.get(2), true),
            "splice" => return self.splices(ended, Some(number)),
            "write" | "send" | "sendto" | "writev" | "pwritev2" | "sendmsg" | "sendmmsg" | "sendfile"
            | "sendfile64" => ("", false),
            _ => return,
        };
        if flags.contains("MSG_PEEK") || flags.contains("MSG_ERRQUEUE") {
            return;
        }
        match ended.call.outcome {
            Outcome::Error(error) if !would_block(error) => self.fails(ended, number, receives, error),
            Outcome::Value(value, _) => {
                self.connected(number, ended.entry, None);
                let value = u64::try_from(value).unwrap_or(0);
                if let "sendmmsg" | "recvmmsg" | "recvmmsg_time64" = ended.call.name {
                    for message in elements(arguments.get(1)).take(usize::try_from(value).unwrap_or(0)) {
                        let moved = self.message(message);
                        self.moves(ended, number, receives, moved);
                    }
                } else {
                    let moved = self.moved(ended, value);
                    self.moves(ended, number, receives, moved);
                }
                if ended.call.name == "recvmsg" {
                    self.receives_descriptors(ended);
                }
            }
            _ => {}
        }
    }

    /// Processes a call on something that is not a recorded socket: it may concern one in another argument.
    pub(super) fn transfers_without_socket(&mut self, ended: &Ended<'_>) {
        match ended.call.name {
            "splice" => self.splices(ended, None),
            "recvmsg" => self.receives_descriptors(ended),
            "read" | "write" => self.payload.observe(ended.call.arguments.get(1)),
            _ => {}
        }
    }

    /// `splice` reads from its first descriptor, and writes to its second one.
    fn splices(&mut self, ended: &Ended<'_>, from: Option<Number>) {
        let Some(bytes) = ended.value().and_then(|value| value.try_into().ok()) else { return };
        let moved = || Moved { bytes, data: None, slices: None, peer: None, is_truncated: false };
        if let Some(from) = from {
            self.moves(ended, from, true, moved());
        }
        let to = descriptor(ended.call.arguments.get(2)).and_then(|fd| self.processes.get(ended.tid, fd));
        if let Some(Target::Socket(to)) = to.map(|descriptor| descriptor.target) {
            self.moves(ended, to, false, moved());
        }
    }

    /// Returns what a call moved that is not one of several messages.
    fn moved(&mut self, ended: &Ended<'_>, bytes: u64) -> Moved {
        let arguments = ended.call.arguments;
        let mut moved = Moved { bytes, data: None, slices: None, peer: None, is_truncated: false };
        match ended.call.name {
            "sendfile" | "sendfile64" => {}
            "sendmsg" | "recvmsg" => {
                let message = arguments.get(1);
                moved = Moved { bytes, ..self.message(message) };
                moved.data = self.payload.message(message, bytes);
            }
            "writev" | "pwritev2" => {
                moved.slices = leading_number(arguments.get(2)).and_then(|count| count.try_into().ok());
                moved.data = self.payload.buffers(arguments.get(1), bytes);
            }
            "readv" | "preadv2" => moved.data = self.payload.buffers(arguments.get(1), bytes),
            _ => {
                moved.data = self.payload.buffer(arguments.get(1), bytes);
                moved.peer = address(arguments.get(4)).map(in_trace);
                // MSG_TRUNC: the result is the length of the datagram.
                let capacity = leading_number(arguments.get(2)).and_then(|length| u64::try_from(length).ok());
                if let Some(capacity) = capacity.filter(|capacity| *capacity < bytes) {
                    (moved.bytes, moved.is_truncated) = (capacity, true);
                }
            }
        }
        moved
    }

    /// Returns what the message of a `struct msghdr` or `struct mmsghdr` contains.
    fn message(&mut self, text: &str) -> Moved {
        let number =
            |name| after(text, name).and_then(leading_number).and_then(|number| u64::try_from(number).ok());
        let bytes = number("msg_len=").unwrap_or(0);
        let name = after(text, "msg_name=").filter(|name| name.starts_with('{'));
        Moved {
            bytes,
            data: self.payload.message(text, bytes),
            slices: number("msg_iovlen=").and_then(|count| count.try_into().ok()),
            peer: name.and_then(address).map(in_trace),
            is_truncated: after(text, "msg_flags=").is_some_and(|flags| flags.contains("MSG_TRUNC")),
        }
    }

    /// Makes the event of a read, write or datagram.
    fn moves(&mut self, ended: &Ended<'_>, number: Number, receives: bool, moved: Moved) {
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        let reads_nothing = ended.call.name == "read" || ended.call.name == "recvfrom";
        let has_capacity = !reads_nothing || ended.call.arguments.get(2) != "0";
        let eof = receives && !socket.is_datagram() && moved.bytes == 0 && has_capacity;
        match receives {
            true => socket.count_read(moved.bytes, eof),
            false => socket.count_write(moved.bytes),
        }
        let is_datagram = socket.is_datagram();
        let op = match (is_datagram, receives) {
            (true, true) => Op::RecvFrom(datagram(moved)),
            (true, false) => Op::SendTo(datagram(moved)),
            (false, true) => Op::Read(transfer(Moved { slices: None, ..moved }, eof)),
            (false, false) => Op::Write(transfer(moved, false)),
        };
        self.emits(number, if receives { ended.end } else { ended.entry }, op, None);
    }

    fn fails(&mut self, ended: &Ended<'_>, number: Number, receives: bool, error: &str) {
        self.connected(number, ended.end, Some(error));
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        socket.fails(error);
        let op = match (socket.is_datagram(), receives) {
            (true, true) => Op::RecvFrom(Datagram::default()),
            (true, false) => Op::SendTo(Datagram::default()),
            (false, true) => Op::Read(Transfer::default()),
            (false, false) => Op::Write(Transfer::default()),
        };
        self.emits(number, ended.end, op, Some(error));
    }
}

fn transfer(moved: Moved, eof: bool) -> Transfer {
    let mut transfer = if eof { Transfer::eof() } else { Transfer::new(moved.bytes) };
    (transfer.slices, transfer.data) = (moved.slices, moved.data);
    transfer
}

fn datagram(moved: Moved) -> Datagram {
    let mut datagram = Datagram::new(moved.bytes);
    (datagram.peer, datagram.truncated, datagram.data) = (moved.peer, moved.is_truncated, moved.data);
    datagram
}
