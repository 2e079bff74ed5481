//! The reasons for outliers, read from recordings that are written here: calls over one connection, with an RTT of 50 ms.

use std::net::SocketAddr;

use socket_tap::event::{DropReason, Op, Segment, TcpFlags, Transfer};
use socket_tap::format::Side;
use workshop::wire::compare::open_loop::CallTimes;
use workshop::wire::compare::outliers::{Outlier, outliers};
use workshop::wire::compare::percentiles::Latencies;
use workshop::wire::compare::reason::Reason;
use workshop::wire::compare::seen_call::seen_calls;
use workshop::wire::lab::api::Api;
use workshop::wire::reading::recording::{Exchange, SeenPacket, SocketCall, StepRecording};

const MS: u64 = 1_000_000;

/// Delay of each direction.
const DELAY: u64 = 25 * MS;

/// Lengths of a request and of a response.
const LENGTHS: [u64; 2] = [100, 200];

/// Time of the client's SYN.
const OPENED: u64 = MS;

/// Time at which the first call arrives. Further ones arrive every 100 ms.
const FIRST: u64 = 200 * MS;

/// Number of the call that differs from the others, from 0.
const SPECIAL: usize = 20;

/// Delays of one call. The others have none.
#[derive(Clone, Copy, Debug, Default)]
struct Delays {
    arrival: u64,
    queue: u64,
    server_read: u64,
    server: u64,
    client_read: u64,
    /// Time after which the lost response is sent again.
    response_repeated: Option<u64>,
    /// The client's selective acknowledgment of later bytes arrives before that.
    is_reported: bool,
    /// Time by which the network delivers the response too late.
    late: u64,
}

struct Tape {
    recording: StepRecording,
    calls: Vec<CallTimes>,
}

fn client() -> SocketAddr {
    "10.77.0.1:40000".parse().unwrap()
}

impl Tape {
    /// Records a connection with 40 calls, of which one has delays.
    fn with(delays: Delays) -> Self {
        let mut tape = Self::open();
        for number in 0..40 {
            let delays = if number == SPECIAL { delays } else { Delays::default() };
            tape.call(number, FIRST + number as u64 * 100 * MS, delays);
        }
        tape
    }

    /// Records a handshake.
    fn open() -> Self {
        let (packets, calls, exchanges, served) = Default::default();
        let (api, step, origin_ns) = (Api::Grpc, String::new(), 0);
        let mut tape = Self {
            recording: StepRecording { api, step, origin_ns, packets, calls, exchanges, served },
            calls: Vec::new(),
        };
        for (to_server, at) in [(true, OPENED), (false, OPENED + DELAY)] {
            tape.packet(to_server, at, Some(at + DELAY), 0);
            let packet = tape.last();
            (packet.payload, packet.segment) = (0, Some(Segment::new(TcpFlags::SYN, 999)));
        }
        tape
    }

    /// Records a packet that carries the bytes of a call.
    fn packet(&mut self, to_server: bool, sent: u64, arrived: Option<u64>, number: usize) {
        let length = LENGTHS[usize::from(!to_server)];
        let segment = Segment::new(TcpFlags::ACK, 1_000 + (number as u64 * length) as u32).with_ack(1_000);
        self.recording.packets.push(SeenPacket {
            to_server,
            client: client(),
            sent,
            arrived,
            dropped: arrived.is_none().then_some(DropReason::Loss),
            is_copy: false,
            payload: length,
            length: length + 40,
            segment: Some(segment),
            is_retransmission: false,
            number: None,
            repeats: None,
        });
    }

    fn last(&mut self) -> &mut SeenPacket {
        self.recording.packets.last_mut().unwrap()
    }

    fn write(&mut self, side: Side, at: u64) {
        let mut transfer = Transfer::default();
        transfer.bytes = LENGTHS[usize::from(side == Side::Server)];
        let (op, client) = (Op::Write(transfer), Some(client()));
        self.recording.calls.push(SocketCall { side, client, at, returned: at, op, is_error: false });
    }

    /// Records a call. Returns the time at which its response can be read.
    fn call(&mut self, number: usize, scheduled: u64, delays: Delays) -> u64 {
        let started = scheduled + delays.arrival + delays.queue;
        self.write(Side::Client, started);
        self.packet(true, started, Some(started + DELAY), number);
        let read = started + DELAY + delays.server_read;
        let written = read + MS + delays.server;
        self.write(Side::Server, written);
        let readable = match delays.response_repeated {
            None => {
                let arrived = written + DELAY + delays.late;
                self.packet(false, written, Some(arrived), number);
                arrived
            }
            Some(after) => {
                self.packet(false, written, None, number);
                if delays.is_reported {
                    self.report(written + after, number);
                }
                let arrived = written + after + DELAY;
                self.packet(false, written + after, Some(arrived), number);
                self.last().is_retransmission = true;
                arrived
            }
        };
        self.end(number, scheduled, started, (read, written), readable, delays)
    }

    fn end(
        &mut self,
        number: usize,
        scheduled: u64,
        started: u64,
        (read, written): (u64, u64),
        readable: u64,
        delays: Delays,
    ) -> u64 {
        let ended = readable + delays.client_read;
        let (client, number) = (Some(client()), number as u64);
        self.recording.exchanges.push(Exchange { client, number, began: started, writes: 1, ended });
        self.recording.served.push(Exchange { client, number, began: read, writes: 1, ended: written });
        let arrived = scheduled + delays.arrival;
        self.calls.push(CallTimes { scheduled, arrived, started: Some(started), ended: Some(ended) });
        readable
    }

    /// Records a selective acknowledgment of the response after a lost one, which arrives at the given time.
    fn report(&mut self, arrives: u64, lost: usize) {
        self.packet(true, arrives - DELAY, Some(arrives), 0);
        let (first, next) = (1_000 + (lost as u32) * 200, 1_000 + (lost as u32 + 1) * 200);
        let packet = self.last();
        packet.payload = 0;
        let mut segment = Segment::new(TcpFlags::ACK, 1_000).with_ack(first);
        segment.sack = vec![(next, next + 200)];
        packet.segment = Some(segment);
    }

    fn outliers(&self) -> Vec<Outlier> {
        let latencies = Latencies::new(self.calls.iter().map(CallTimes::latency), 0);
        let seen = seen_calls(&self.calls, &self.recording, DELAY);
        outliers(&self.calls, &seen, &latencies)
    }

    /// Returns the number and the reason of each outlier.
    fn reasons(&self) -> Vec<(usize, Reason)> {
        self.outliers().iter().map(|outlier| (outlier.call - 1, outlier.reason)).collect()
    }
}

#[test]
fn equal_calls_have_no_outlier() {
    assert_eq!(Tape::with(Delays::default()).reasons(), []);
}

#[test]
fn row_with_unknown_quartiles_has_no_outlier() {
    let mut tape = Tape::with(Delays { queue: 500 * MS, ..Delays::default() });
    for call in tape.calls.iter_mut().step_by(2) {
        call.ended = None;
    }
    tape.calls[SPECIAL].ended = Some(tape.calls[SPECIAL].scheduled + 600 * MS);
    assert_eq!(tape.reasons(), []);
}

#[test]
fn delay_gives_its_call_the_reason() {
    let delay = 60 * MS;
    let cases = [
        (Delays { arrival: delay, ..Delays::default() }, Reason::LateArrival),
        (Delays { queue: delay, ..Delays::default() }, Reason::Queue),
        (Delays { server_read: delay, ..Delays::default() }, Reason::LateRead),
        (Delays { server: delay, ..Delays::default() }, Reason::Server),
        (Delays { client_read: delay, ..Delays::default() }, Reason::LateRead),
        (Delays { late: delay, ..Delays::default() }, Reason::LatePacket),
        (Delays { response_repeated: Some(delay), ..Delays::default() }, Reason::RetransmissionTimeout),
        (
            Delays { response_repeated: Some(delay), is_reported: true, ..Delays::default() },
            Reason::FastRetransmit,
        ),
        // None of them explains half of the excess.
        (Delays { arrival: delay, server: delay, client_read: delay, ..Delays::default() }, Reason::Busy),
    ];
    for (delays, reason) in cases {
        assert_eq!(Tape::with(delays).reasons(), [(SPECIAL, reason)], "{delays:?}");
    }
}

#[test]
fn outlier_parts_add_up_to_its_latency() {
    let delays = Delays { arrival: 70 * MS, queue: 3 * MS, client_read: 5 * MS, ..Delays::default() };
    let outliers = Tape::with(delays).outliers();
    let parts = outliers[0].parts.unwrap().parts();
    assert_eq!(parts.iter().map(|(_, duration)| duration).sum::<u64>(), outliers[0].latency_ns);
}

#[test]
fn unrecorded_call_has_an_unknown_reason() {
    let mut tape = Tape::with(Delays { queue: 60 * MS, ..Delays::default() });
    tape.recording.exchanges.remove(SPECIAL);
    assert_eq!(tape.reasons(), [(SPECIAL, Reason::Unknown)]);
}

/// The response of the second call arrives in time, but TCP delivers it after the lost one of the first call.
#[test]
fn foreign_lost_segment_is_head_of_line_blocking() {
    let mut tape = Tape::open();
    let lost = Delays { response_repeated: Some(90 * MS), ..Delays::default() };
    for number in 0..40_usize {
        let scheduled = FIRST + number as u64 * 100 * MS;
        match number {
            20 => _ = tape.call(20, scheduled, lost),
            // It arrives 10 ms after the call before, not 100.
            21 => {
                let scheduled = scheduled - 90 * MS;
                let written = scheduled + DELAY + MS;
                tape.write(Side::Client, scheduled);
                tape.packet(true, scheduled, Some(scheduled + DELAY), 21);
                tape.write(Side::Server, written);
                tape.packet(false, written, Some(written + DELAY), 21);
                let repaired = FIRST + 20 * 100 * MS + DELAY + MS + 90 * MS + DELAY;
                tape.end(21, scheduled, scheduled, (written - MS, written), repaired, Delays::default());
            }
            _ => _ = tape.call(number, scheduled, Delays::default()),
        }
    }
    assert_eq!(tape.reasons(), [(20, Reason::RetransmissionTimeout), (21, Reason::HeadOfLine)]);
}

#[test]
fn queued_call_names_what_it_waited_for() {
    let mut tape = Tape::open();
    for number in 0..40_usize {
        let scheduled = FIRST + number as u64 * 100 * MS;
        let delays = match number {
            20 => Delays { response_repeated: Some(200 * MS), ..Delays::default() },
            21 => Delays { queue: 152 * MS, ..Delays::default() },
            _ => Delays::default(),
        };
        tape.call(number, scheduled, delays);
    }
    let outliers = tape.outliers();
    let named: Vec<_> = outliers.iter().map(|outlier| (outlier.reason, outlier.behind)).collect();
    assert_eq!(named, [(Reason::RetransmissionTimeout, None), (Reason::Queue, Some(21))]);
}
