//! Packets for Wireshark and tshark, synthesised from socket calls, or as they were recorded.
//!
//! A trace contains the data that the program passed to and got from its sockets, not the packets on the
//! network. So the export turns each read and write into a packet, and adds the other packets of a
//! connection. A comment in each packet names the socket call and its line in the trace:
//!
//! | packet | from |
//! |---|---|
//! | SYN, SYN-ACK, ACK | `accept`, `connect`, `adopt`; also added to a stream whose opening is not in the trace |
//! | data, outbound or inbound | `write`, `read`: one packet, or several above 65,495 bytes |
//! | FIN | `shutdown`, `close` (outbound), a `read` of 0 bytes (inbound) |
//! | ACK | after 64 data packets that no other packet acknowledged, and for the FINs at `close` |
//! | RST | `close` with `aborted` (outbound), a call that failed with a reset, `close` with `ended_by` `reset` (inbound) |
//! | UDP | `sendto`, `recvfrom` |
//!
//! Each packet has the time of its socket call. On the network, data that the program read had arrived before
//! the call, and data that it wrote was sent after the call. An outbound SYN has the time at which `connect`
//! was called, and the rest of the handshake the time at which `connect` returned. The packets of a recording
//! are in time order. While a connect is in progress, up to 1,024 packets or 8 MiB are held back; the SYN of
//! a slower connect gets the time of the last written packet. Sequence numbers and checksums are correct, and
//! every packet is marked as inbound or outbound. If the program closed a stream without waiting for the
//! peer, its last packet is the outbound FIN, since nothing later was recorded. A failed connect leaves no
//! packet, since the trace lacks its local port.
//!
//! - **A recording of packets** is exported as it is, see `recorded_packet`. Each packet has the time at which it was sent,
//!   and a comment with the time of its arrival, or the reason why the network dropped it.
//! - **Payload that was not recorded**: the packet is truncated, as by the snap length of a capture. Its
//!   length field contains the length on the network, and all sequence numbers are correct.
//! - **Missing calls** (`gap`): it is unknown on which connection they were made. So the sequence numbers of
//!   each open connection jump by as many bytes as may be missing, and Wireshark reports a segment that was
//!   not captured instead of joining unrelated bytes. The totals at `close` replace this estimate. The next
//!   packet has the number of missing events (drop count), and a comment on the gap. If bytes are missing
//!   just before the end of stream, this is detected only after the FIN was written; a note reports it.
//! - **Several recordings**: each is an interface of its own, one after the other in the file; `reordercap` sorts them by
//!   time. A connection of which both ends were recorded is exported once, from the server's recording and with its times: a
//!   request has the time at which the server read it, and a response the time at which the server wrote it. Only if the
//!   server recorded no payload and the client did, the client's recording is used. See
//!   [`SecondEnds`](crate::export::SecondEnds). A connection whose packets were recorded with payload is exported as these
//!   packets, and its sockets are omitted. So are the datagrams between two UDP sockets, if one end has recorded all of
//!   those of the other end; else, as after a loss in both directions, both ends are exported.
//! - **Streams without an IP address of their own** get placeholder addresses of the documentation block.
//!   These are Unix-domain sockets, connections opened before the trace, and plain-text streams above another
//!   stream, such as those above TLS. The addresses are `[2001:db8::N]:1` for the server and `:2` for the
//!   client of socket N.
//! - **Oversized data**, a datagram above 65,507 bytes or a read or write above 64 MiB, is omitted; a stream then has
//!   a hole.
//!
//! # Layout
//!
//! - `block`: encoding of the blocks of the file
//! - `capture`: order of the packets, and their comments
//! - `context`: an event with the state needed to export it
//! - `sockets`: dispatch of events to sockets
//! - `connection`: packets of a TCP connection
//! - `send_sequence`: sequence numbers of one direction
//! - `udp_socket`: packets of a UDP socket
//! - `endpoints`: IP addresses of both endpoints
//! - `packet`: IP, TCP and UDP headers
//! - `recorded_packet`: packets of a recording of the network
//! - `protocol`: detection of a connection's protocol by its first bytes
//! - `notes`: notes for the user

mod block;
mod capture;
mod connection;
mod context;
mod endpoints;
mod notes;
mod packet;
mod protocol;
mod recorded_packet;
mod recording;
mod send_sequence;
mod sockets;
mod udp_socket;

use std::io;
use std::time::Duration;

use socket_tap::event::{Event, Gap, Op};
use socket_tap::format::Header;

use super::exporter::{Exporter, Out};
use capture::Capture;
use context::EventContext;
use notes::Notes;
use recording::Recording;
use sockets::Sockets;

/// Exports recordings as pcapng.
pub(super) struct PcapNg {
    capture: Capture,
    notes: Notes,
    /// Name of the output file as given by the user.
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
            recording.add_gap(gap);
            self.notes.lossy = true;
            self.capture.gap(gap_comment(gap, line), gap.events());
            return Ok(());
        }
        let (capture, notes) = (&mut self.capture, &mut self.notes);
        if let Op::Packet(packet) = &event.op {
            return recorded_packet::write(capture, notes, at, (packet, event.t), line);
        }
        let Some(sock) = event.sock else { return Ok(()) };
        self.sockets.observe(&mut EventContext { capture, notes, recording, at, event, sock, line })
    }

    fn finish(&mut self) -> io::Result<Vec<String>> {
        if let Some(recording) = &self.recording {
            self.capture.statistics(recording)?;
        }
        self.capture.flush()?;
        Ok(self.notes.lines(&self.name))
    }
}

/// Returns the comment on a gap of missing events. The first packet after the gap carries it.
fn gap_comment(gap: &Gap, line: u64) -> String {
    let Gap { reads, writes, rx, tx, connections, payloads, .. } = gap;
    let mut text = format!(
        "dropped by the recorder before this packet, on unknown connections: {reads} reads ({rx} B) and {writes} writes ({tx} B)"
    );
    for (count, what) in [(connections, "whole connections"), (payloads, "payloads")] {
        if *count > 0 {
            text += &format!(", and {count} {what}");
        }
    }
    text + &format!(" (gap, line {line})")
}
