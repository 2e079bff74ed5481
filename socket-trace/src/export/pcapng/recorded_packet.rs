//! Writes recorded packets as they were.
//!
//! A packet has the time at which its sender passed it to the network, so that a capture looks like one made next to
//! each sender. A comment states when it arrived, or that it was dropped. If its bytes were not recorded, the headers are
//! made from the recorded fields, and the payload is truncated.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use etherparse::{TcpHeader, TcpOptionElement};
use socket_tap::event::{Addr, Fate, Packet, Protocol, Segment, TcpFlags};
use socket_tap::format::text::printable;

use super::capture::Capture;
use super::notes::Notes;
use super::packet::{Payload, tcp, udp};

/// Writes a packet that was sent at the time `at` since 1970, and at `t` nanoseconds since the recording began.
pub(super) fn write(
    capture: &mut Capture,
    notes: &mut Notes,
    at: Duration,
    (packet, t): (&Packet, u64),
    line: u64,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let length = match &packet.data {
        Some(data) => {
            bytes.extend_from_slice(data);
            Some(usize::try_from(packet.length).unwrap_or(usize::MAX))
        }
        None => headers(&mut bytes, packet),
    };
    let Some(length) = length else {
        notes.without_headers += 1;
        return Ok(());
    };
    let comment = comment(packet, t, line);
    capture.packet(at, None, std::iter::once(comment.as_str()), |out| {
        out.append(&mut bytes);
        length
    })
}

fn comment(packet: &Packet, t: u64, line: u64) -> String {
    let mut text = match &packet.fate {
        None => "recorded packet".to_owned(),
        Some(Fate::Duplicated) => "copy made by the network".to_owned(),
        Some(fate) => format!("{fate} by the network"),
    };
    // Writing to a `String` cannot fail.
    if let Some(reason) = &packet.reason {
        let _ = write!(text, ": {reason}");
    }
    if let Some(arrived) = packet.arrived {
        let _ = write!(text, ", arrived {} ns later", arrived.saturating_sub(t));
    }
    if packet.data.is_none() {
        text.push_str(", headers made from the trace");
    }
    printable(&format!("{text} (line {line})"))
}

/// Appends the headers of a packet whose bytes were not recorded, and returns its length on the network. `None` for a
/// protocol without known headers.
fn headers(out: &mut Vec<u8>, packet: &Packet) -> Option<usize> {
    let (Addr::Ip(from), Addr::Ip(to)) = (&packet.from, &packet.to) else { return None };
    let payload = Payload::of(usize::try_from(packet.bytes).ok()?, None);
    match (&packet.protocol, &packet.segment) {
        (_, Some(segment)) => {
            let header = tcp_header(from.port(), to.port(), segment);
            Some(tcp(out, from.ip(), to.ip(), header, payload))
        }
        (Protocol::Udp, None) => Some(udp(out, *from, *to, payload)),
        _ => None,
    }
}

fn tcp_header(from: u16, to: u16, segment: &Segment) -> TcpHeader {
    use TcpOptionElement::{
        MaximumSegmentSize, SelectiveAcknowledgement, SelectiveAcknowledgementPermitted, Timestamp,
        WindowScale,
    };
    let has = |flag| segment.flags.contains(flag);
    let mut header = TcpHeader::new(from, to, segment.seq, segment.window);
    (header.fin, header.syn, header.rst) = (has(TcpFlags::FIN), has(TcpFlags::SYN), has(TcpFlags::RST));
    (header.psh, header.ack, header.urg) = (has(TcpFlags::PSH), has(TcpFlags::ACK), has(TcpFlags::URG));
    (header.ece, header.cwr, header.ns) = (has(TcpFlags::ECE), has(TcpFlags::CWR), has(TcpFlags::AE));
    header.acknowledgment_number = segment.ack.unwrap_or(0);
    let mut options = Vec::new();
    options.extend(segment.mss.map(MaximumSegmentSize));
    options.extend(segment.sack_permitted.then_some(SelectiveAcknowledgementPermitted));
    options.extend(segment.timestamps.map(|(value, echo)| Timestamp(value, echo)));
    options.extend(segment.window_scale.map(WindowScale));
    if let Some((first, rest)) = segment.sack.split_first() {
        let block = |index: usize| rest.get(index).copied();
        options.push(SelectiveAcknowledgement(*first, [block(0), block(1), block(2)]));
    }
    // The options of an invalid trace may exceed 40 bytes, and are then omitted.
    let _ = header.set_options(&options);
    header
}
