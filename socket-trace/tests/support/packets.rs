//! Builds recordings of packets. Shared by unit tests and integration tests.

use std::net::{IpAddr, SocketAddr};

use etherparse::{PacketBuilder, TcpHeader, TcpOptionElement};
use socket_tap::event::{DropReason, Event, Op, Packet, Protocol, Segment, TcpFlags};
use socket_tap::format::{End, Header, Line, Side};

/// The first sequence numbers of client and server. Those of the client wrap around.
const INITIAL: [u32; 2] = [u32::MAX - 10, 5_000];

/// A TCP connection whose packets are recorded.
pub(crate) struct Conversation {
    client: SocketAddr,
    server: SocketAddr,
    /// Time at which the recording began, in nanoseconds on the machine's clock.
    start: u64,
    lines: Vec<String>,
}

/// The fate of a packet.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    /// It arrives at this time, in nanoseconds on the machine's clock.
    Arrives(u64),
    /// It is lost.
    Lost,
}

impl Conversation {
    /// Begins a recording at `start`, in nanoseconds on the machine's clock.
    pub(crate) fn new(client: &str, server: &str, start: u64) -> Self {
        let mut header = Header::new("shop", Side::Wire);
        (header.program, header.pid, header.monotonic_ns) = ("wire 1".to_owned(), 3, start);
        header.capture = 65_535;
        let [client, server] = [client, server].map(|address| address.parse().unwrap());
        Self { client, server, start, lines: vec![text(&Line::Header(header))] }
    }

    /// Adds a packet that was sent at the time `at`, on the machine's clock. `numbers` are its sequence number and
    /// acknowledgment number, counted from the SYN of each direction.
    pub(crate) fn packet(
        mut self,
        (at, outcome): (u64, Outcome),
        from: Side,
        flags: &str,
        numbers: (u32, u32),
        (payload, is_retransmission): (&[u8], bool),
    ) -> Self {
        let (from, to, [own, other]) = match from {
            Side::Server => (self.server, self.client, [INITIAL[1], INITIAL[0]]),
            _ => (self.client, self.server, INITIAL),
        };
        let flags: TcpFlags = flags.parse().unwrap();
        let mut segment = Segment::new(flags, own.wrapping_add(numbers.0));
        if flags.contains(TcpFlags::ACK) {
            segment = segment.with_ack(other.wrapping_add(numbers.1));
        }
        segment.window = 502;
        if flags.contains(TcpFlags::SYN) {
            segment.window = 64_240;
            (segment.mss, segment.window_scale) = (Some(1_460), Some(7));
        }
        let data = ip_packet(from, to, &segment, payload);
        let mut packet = Packet::new(from, to, Protocol::Tcp)
            .with_segment(segment)
            .with_bytes(payload.len() as u64)
            .with_length(data.len() as u64)
            .with_retransmission(is_retransmission)
            .with_data(data);
        packet = match outcome {
            Outcome::Arrives(arrived) => packet.delivered(arrived - self.start),
            Outcome::Lost => packet.dropped(DropReason::Loss),
        };
        let event = Event::new(at - self.start, None, Op::Packet(Box::new(packet)));
        self.lines.push(text(&Line::Event(event)));
        self
    }

    /// Returns the lines of the recording.
    pub(crate) fn lines(mut self) -> Vec<String> {
        let end = End::new(self.lines.len() as u64 - 1, 0);
        self.lines.push(text(&Line::End(end)));
        self.lines
    }
}

/// Returns a line of a trace without its newline.
fn text(line: &Line) -> String {
    let mut text = Vec::new();
    line.write(&mut text).unwrap();
    String::from_utf8(text).unwrap().trim_end().to_owned()
}

fn ip_packet(from: SocketAddr, to: SocketAddr, segment: &Segment, payload: &[u8]) -> Vec<u8> {
    let has = |flag| segment.flags.contains(flag);
    let mut header = TcpHeader::new(from.port(), to.port(), segment.seq, segment.window);
    (header.syn, header.ack, header.fin) = (has(TcpFlags::SYN), has(TcpFlags::ACK), has(TcpFlags::FIN));
    (header.psh, header.rst) = (has(TcpFlags::PSH), has(TcpFlags::RST));
    header.acknowledgment_number = segment.ack.unwrap_or(0);
    if let (Some(mss), Some(scale)) = (segment.mss, segment.window_scale) {
        use TcpOptionElement::{MaximumSegmentSize, Noop, WindowScale};
        header.set_options(&[MaximumSegmentSize(mss), Noop, WindowScale(scale)]).unwrap();
    }
    let builder = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64),
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), 64),
        _ => panic!("{from} and {to} have different IP versions"),
    };
    let builder = builder.tcp_header(header);
    let mut out = vec![0; builder.size(payload.len())];
    builder.write_to_slice(&mut out, payload).unwrap();
    out
}
