//! Packets for Wireshark and tshark, synthesised from socket calls.
//!
//! A trace knows what the program gave to its sockets and got from them, not what went over the wire. So a packet is
//! made of each read and write, and the packets that a connection cannot be without are made up around them. What a
//! packet stands for is in its comment, and so is which line of the trace it comes from:
//!
//! | packet | from |
//! |---|---|
//! | SYN, SYN-ACK, ACK | `accept`, `connect`, `adopt`; a stream whose beginning is not in the trace gets them, too |
//! | data, from us or from the other side | `write`, `read`: one packet, or several above 65,495 bytes |
//! | FIN | `shutdown`, `close` (ours), a `read` of 0 bytes (theirs) |
//! | ACK | every 64th packet of data that nothing else acknowledged, and the FINs at `close` |
//! | RST | `close` with `aborted` (ours), a call that failed with a reset, `close` with `ended_by` `reset` (theirs) |
//! | UDP | `sendto`, `recvfrom` |
//!
//! Times are those of the calls: what the program read had arrived before, what it wrote went out after it called. A SYN
//! of ours has the time when `connect` was made, and the rest of its handshake the time when that returned. The packets of
//! a recording are in the order of time. A connect that took longer than the packets of others that are held for it (1,024,
//! or 8 MiB) gets the time of the last of them. Sequence numbers and checksums are right, and
//! every packet is marked as inbound or outbound. A stream that we closed without waiting ends with our FIN, since
//! nothing is known of what came later. A connect that failed leaves no packet: our port is not in the trace.
//!
//! - **Payload that was not recorded**: the packet is cut, as by the snap length of a capture. Its length is the true
//!   one, so all lengths and sequence numbers are.
//! - **Calls that are missing** (`gap`): no one knows which connection they were of. So sequence numbers jump on each
//!   that was open, by as many bytes as are missing at most, and Wireshark shows a segment that was not captured
//!   instead of bytes that do not follow on each other. At `close` the totals say it exactly. The next packet counts
//!   the missing events (drop count) and quotes the gap. Bytes that are missing just before the end of stream are found
//!   out too late for that; then a note says so.
//! - **Several recordings**: each is an interface of its own, one after the other in the file. Both sides of a
//!   connection, when both are given, are two streams of the same addresses: the packets of the second would look like
//!   retransmissions of the first if they were sorted in between. `frame.interface_name` tells them apart, and
//!   `reordercap` sorts by time for those that have no connection in common.
//! - **What has no IP address of its own** (Unix-domain sockets, streams above another such as TLS, whose text is plain,
//!   connections whose beginning is not in the trace) gets made-up ones of the documentation block: `[2001:db8::N]:1` for
//!   the server and `:2` for the client of socket N.
//! - **What is too large**, a datagram above 65,507 bytes or a read or write above 64 MiB, is left out; of a stream, a hole
//!   remains.
//!
//! # Layout
//!
//! - `capture`: the blocks of the file
//! - `moment`: an event on its way to packets
//! - `sockets`: which socket an event is of
//! - `connection`: a TCP connection, from SYN to FIN
//! - `half`: sequence numbers of one direction
//! - `datagrams`: a UDP socket
//! - `ends`: addresses
//! - `packet`: headers of IP, TCP and UDP
//! - `protocol`: what a connection speaks, by its first bytes
//! - `notes`: what the user is to know

mod capture;
mod connection;
mod datagrams;
mod ends;
mod half;
mod moment;
mod notes;
mod packet;
mod protocol;
mod recording;
mod sockets;

use std::io;
use std::time::Duration;

use socket_tap::event::{Event, Gap, Op};
use socket_tap::format::Header;

use super::exporter::{Exporter, Out};
use capture::Capture;
use moment::Moment;
use notes::Notes;
use recording::Recording;
use sockets::Sockets;

/// Writes pcapng.
pub(super) struct PcapNg {
    capture: Capture,
    notes: Notes,
    /// What the user calls the file.
    name: String,
    recording: Option<Recording>,
    sockets: Sockets,
}

impl PcapNg {
    pub(super) fn new(out: Out, name: &str) -> io::Result<Self> {
        let capture = Capture::new(out)?;
        let (notes, sockets) = (Notes::default(), Sockets::default());
        Ok(Self { capture, notes, name: name.to_owned(), recording: None, sockets })
    }
}

impl Exporter for PcapNg {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        if let Some(recording) = &self.recording {
            self.capture.statistics(recording)?;
        }
        let number = self.recording.as_ref().map_or(0, |last| last.number.wrapping_add(1));
        self.capture.interface(header)?;
        self.notes.begin(header);
        self.recording = Some(Recording::new(number, header));
        self.sockets = Sockets::default();
        Ok(())
    }

    fn event(&mut self, event: &Event, line: u64) -> io::Result<()> {
        let Some(recording) = &mut self.recording else { return Ok(()) };
        let at = recording.started.saturating_add(Duration::from_nanos(event.t));
        recording.last = at;
        if let Op::Gap(gap) = &event.op {
            recording.lose(gap);
            self.notes.lossy = true;
            self.capture.gap(missing(gap, line), gap.events());
            return Ok(());
        }
        let Some(sock) = event.sock else { return Ok(()) };
        let (capture, notes) = (&mut self.capture, &mut self.notes);
        self.sockets.observe(&mut Moment { capture, notes, recording, at, event, sock, line })
    }

    fn finish(&mut self) -> io::Result<Vec<String>> {
        if let Some(recording) = &self.recording {
            self.capture.statistics(recording)?;
        }
        self.capture.flush()?;
        Ok(self.notes.lines(&self.name))
    }
}

/// What a gap says, for the packet after it.
fn missing(gap: &Gap, line: u64) -> String {
    let Gap { reads, writes, rx, tx, connections, payloads, .. } = gap;
    let mut text = format!(
        "lossy: {reads} reads ({rx} B) and {writes} writes ({tx} B) are missing before this packet, of any connection"
    );
    for (count, what) in [(connections, "whole connections"), (payloads, "payloads")] {
        if *count > 0 {
            text += &format!(", and {count} {what}");
        }
    }
    text + &format!(" (gap, line {line})")
}
