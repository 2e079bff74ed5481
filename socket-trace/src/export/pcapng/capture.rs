//! Writes a pcapng file: one section, one interface per recording, and packets with comments.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use socket_tap::format::text::printable;
use socket_tap::format::{Header, Side};

use super::block::Block;
use super::recording::{Recording, Sender};
use crate::export::exporter::Out;

/// Maximum number of characters copied from a trace header to a pcapng option, such as the program's name. An
/// option is limited to 64 KiB.
const MAX_TEXT: usize = 1_000;

/// Maximum number of packets that wait in memory because a packet with an earlier time may follow.
const MAX_HELD: usize = 1_024;

/// Maximum total number of bytes of the packets that wait in memory.
const MAX_HELD_BYTES: usize = 8 << 20;

/// A pcapng file that is being written.
pub(super) struct Capture {
    out: Out,
    /// Number of pcapng interfaces written so far, one for each recording. New packets belong to the last
    /// interface.
    interfaces: u32,
    /// Packets that are not written yet, in time order. A packet with an earlier time may still follow: a
    /// `connect` is exported when it returns, but its SYN has the time at which it was called.
    held: VecDeque<Packet>,
    held_bytes: usize,
    /// Time of the last packet written for the current recording. No later packet gets an earlier time.
    last: Duration,
    /// The gap in the trace before the next packet: a comment that describes it, and the number of missing
    /// events. `None` if no event is missing.
    missing: Option<(String, u64)>,
}

/// A packet that is held back because a packet with an earlier time may follow.
struct Packet {
    at: Duration,
    original_len: u32,
    data: Vec<u8>,
    comments: Vec<String>,
    flags: u32,
    /// The gap in the trace before this packet: a comment that describes it, and the number of missing
    /// events.
    missing: Option<(String, u64)>,
}

impl Capture {
    pub(super) fn new(mut out: Out) -> io::Result<Self> {
        let application = concat!("socket-trace ", env!("CARGO_PKG_VERSION"));
        let comment = "Packets of an interface whose name ends with wire are as they were recorded in the network. All others are \
                       synthesised from socket calls, not captured on the network: bytes, their order and their \
                       times are those of reads and writes; handshakes, acknowledgements, FIN and RST are added. \
                       The comment of each packet names its call.";
        Block::section_header(application).comment(comment).write(&mut out)?;
        Ok(Self {
            out,
            interfaces: 0,
            held: VecDeque::new(),
            held_bytes: 0,
            last: Duration::ZERO,
            missing: None,
        })
    }

    /// Starts a recording: writes a pcapng interface for it, to which the following packets belong.
    pub(super) fn interface(&mut self, header: &Header) -> io::Result<()> {
        let name = format!("{} {}", header.name, header.side.name());
        let what = if header.side == Side::Wire { "packets recorded by" } else { "socket calls of" };
        let description = format!("{what} {program} (pid {pid})", program = header.program, pid = header.pid);
        self.release_all()?;
        self.interfaces += 1;
        self.missing = None;
        self.last = Duration::ZERO;
        Block::interface(&short(&name), &short(&description)).write(&mut self.out)
    }

    /// Registers a gap of `events` missing events, described by `comment`. The next packet carries both.
    pub(super) fn gap(&mut self, comment: String, events: u64) {
        let earlier = self.missing.take().map_or(0, |(_, events)| events);
        self.missing = Some((comment, events.saturating_add(earlier)));
    }

    /// Adds a packet. `build` appends the packet's bytes to the buffer and returns the packet's length on the
    /// network. `sender` is `None` for a packet that was recorded in the network. If a packet with a later time was written already, the new packet gets that later time.
    pub(super) fn packet<'a>(
        &mut self,
        at: Duration,
        sender: Option<Sender>,
        comments: impl Iterator<Item = &'a str>,
        build: impl FnOnce(&mut Vec<u8>) -> usize,
    ) -> io::Result<()> {
        let mut data = Vec::new();
        let original_len = u32::try_from(build(&mut data)).unwrap_or(u32::MAX);
        // In the two lowest bits, 0 is unknown, 1 is inbound and 2 is outbound.
        let flags = match sender {
            None => 0,
            Some(Sender::Remote) => 1,
            Some(Sender::Local) => 2,
        };
        let comments = comments.map(str::to_owned).collect();
        let missing = self.missing.take();
        let at = at.max(self.last);
        self.held_bytes += data.len();
        let index = self.held.partition_point(|packet| packet.at <= at);
        self.held.insert(index, Packet { at, original_len, data, comments, flags, missing });
        while self.held.len() > MAX_HELD || self.held_bytes > MAX_HELD_BYTES {
            self.release()?;
        }
        Ok(())
    }

    /// Writes the earliest of the packets that are held back.
    fn release(&mut self) -> io::Result<()> {
        let Some(packet) = self.held.pop_front() else { return Ok(()) };
        self.held_bytes = self.held_bytes.saturating_sub(packet.data.len());
        self.last = packet.at;
        let interface = self.interfaces.saturating_sub(1);
        let mut block = Block::packet(interface, packet.at, &packet.data, packet.original_len);
        for comment in &packet.comments {
            block = block.comment(comment);
        }
        block = block.flags(packet.flags);
        if let Some((comment, events)) = packet.missing {
            block = block.comment(&comment).drop_count(events);
        }
        block.write(&mut self.out)
    }

    fn release_all(&mut self) -> io::Result<()> {
        while !self.held.is_empty() {
            self.release()?;
        }
        Ok(())
    }

    /// Ends a recording: writes the statistics of its pcapng interface. Wireshark shows the number of missing
    /// events as dropped packets.
    pub(super) fn statistics(&mut self, recording: &Recording) -> io::Result<()> {
        self.release_all()?;
        let interface = self.interfaces.saturating_sub(1);
        Block::statistics(interface, recording.last, recording.lost).write(&mut self.out)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.release_all()?;
        io::Write::flush(&mut self.out)
    }
}

/// Truncates untrusted text from a trace and removes its control characters.
fn short(text: &str) -> String {
    printable(text).chars().take(MAX_TEXT).collect()
}
