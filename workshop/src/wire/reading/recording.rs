//! Reads the recordings of a run: for each API and step, the packets and the socket calls of both ends.

use std::net::SocketAddr;
use std::path::Path;

use socket_dissect::Call;
use socket_tap::event::{Addr, DropReason, Fate, Op, Packet, Segment};
use socket_tap::format::Side;
use socket_trace::reader::{Error, Trace};
use socket_trace::timeline::connections::Connection;
use socket_trace::timeline::{AnnotatedEvent, AnnotatedEvents, NumberedPacket, TimedEvent, Timeline};

use crate::wire::lab::api::Api;
use crate::wire::lab::packet_trace;

/// The packets and calls of one step over one API. Times are nanoseconds since the first recording began.
#[derive(Clone, Debug)]
pub struct StepRecording {
    /// The API.
    pub api: Api,
    /// Name of the step.
    pub step: String,
    /// Time on the monotonic clock at which the first recording began, in nanoseconds.
    pub origin_ns: u64,
    /// Packets in the order in which they were sent.
    pub packets: Vec<SeenPacket>,
    /// Socket calls of both ends, in the order of time.
    pub calls: Vec<SocketCall>,
    /// API calls, in the order in which they ended. Empty for plain UDP and TCP.
    pub exchanges: Vec<Exchange>,
    /// The same API calls, as the servers saw them.
    pub served: Vec<Exchange>,
}

/// A packet as the recording shows it.
#[derive(Clone, Debug)]
pub struct SeenPacket {
    /// `true` if the client sent the packet.
    pub to_server: bool,
    /// Address of the client.
    pub client: SocketAddr,
    /// Time at which the packet was sent.
    pub sent: u64,
    /// Time at which the packet arrived; `None` if it did not.
    pub arrived: Option<u64>,
    /// Reason why the network dropped the packet.
    pub dropped: Option<DropReason>,
    /// `true` if the network made this copy of a packet.
    pub is_copy: bool,
    /// Number of payload bytes.
    pub payload: u64,
    /// Length with the headers of IP and TCP or UDP.
    pub length: u64,
    /// TCP header.
    pub segment: Option<Segment>,
    /// `true` if the packet repeats sequence numbers.
    pub is_retransmission: bool,
    /// Number of the packet on its connection, from 1. `None` if the connection is unknown.
    pub number: Option<u64>,
    /// Number of the earlier packet that this one repeats.
    pub repeats: Option<u64>,
}

/// A socket call of one end.
#[derive(Clone, Debug)]
pub struct SocketCall {
    /// End that made the call.
    pub side: Side,
    /// Address of the connection's client; `None` for a socket without connection.
    pub client: Option<SocketAddr>,
    /// Time of the call. For a `connect`, the time at which it began.
    pub at: u64,
    /// For a `connect`, the time at which it returned. Otherwise the same as `at`.
    pub returned: u64,
    /// The call.
    pub op: Op,
    /// `true` if the call failed.
    pub is_error: bool,
}

/// A request and its response, as the client or the server saw them.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// Address of the client.
    pub client: Option<SocketAddr>,
    /// Number of the call on its connection, from 0. It is the same at both ends.
    pub number: u64,
    /// Time of the write of the request's first byte, at the server of its read.
    pub began: u64,
    /// Number of writes that contain bytes of the request, at the server of the response.
    pub writes: u64,
    /// Time of the read of the response's last byte, at the server of its write.
    pub ended: u64,
}

/// Reads the recordings in a directory. Returns the steps in the order in which they began, per API.
///
/// # Errors
/// If a recording cannot be read.
pub fn read(directory: &Path) -> Result<Vec<StepRecording>, Error> {
    let mut ends = Vec::new();
    let mut traces = Vec::new();
    for api in Api::ALL {
        for side in [Side::Client, Side::Server] {
            ends.push(Some((api, side)));
            traces.push(Trace::open_recording(api.path(directory, side))?);
        }
    }
    ends.push(None);
    traces.push(Trace::open_recording(packet_trace::path(directory))?);
    let mut events = AnnotatedEvents::new(Timeline::of(traces));
    let mut reader = Reader::new(events.timeline(), ends);
    while let Some(event) = events.next_event()? {
        reader.observe(event);
    }
    Ok(reader.steps)
}

struct Reader {
    /// The API and the side of each recording; `None` for that of the packets.
    ends: Vec<Option<(Api, Side)>>,
    /// Time at which each recording began.
    began: Vec<u64>,
    origin_ns: u64,
    steps: Vec<StepRecording>,
}

impl Reader {
    fn new(timeline: &Timeline, ends: Vec<Option<(Api, Side)>>) -> Self {
        let began = timeline.recordings().iter().map(|recording| timeline.began(recording)).collect();
        let began_at = timeline.recordings().iter().map(|recording| recording.header.monotonic_ns);
        let origin_ns = began_at.min().unwrap_or(0);
        Self { ends, began, origin_ns, steps: Vec::new() }
    }

    fn observe(&mut self, annotated: AnnotatedEvent) {
        let AnnotatedEvent { timed, connection, step: Some(step), packet: numbered, ended, .. } = annotated
        else {
            return;
        };
        let TimedEvent { recording, at, event } = timed;
        let began = self.began.get(recording).copied().unwrap_or(0);
        match (self.ends.get(recording).copied().flatten(), event.op) {
            (_, Op::Mark { .. }) => {}
            (None, Op::Packet(packet)) => {
                if let Some((api, packet)) = seen(&packet, numbered, began + event.t, began) {
                    self.step(api, &step).packets.push(packet);
                }
            }
            (Some((api, side)), op) => {
                let client = connection.and_then(|connection| client(&connection));
                let exchanges = ended.iter().map(|call| exchange(call, side, client, began));
                let step = self.step(api, &step);
                if side == Side::Client { &mut step.exchanges } else { &mut step.served }.extend(exchanges);
                let (returned, is_error) = (began + event.t, event.error.is_some());
                step.calls.push(SocketCall { side, client, at, returned, op, is_error });
            }
            _ => {}
        }
    }

    fn step(&mut self, api: Api, name: &str) -> &mut StepRecording {
        let known = self.steps.iter().position(|step| step.api == api && step.step == name);
        let index = known.unwrap_or_else(|| {
            let (step, origin_ns) = (name.to_owned(), self.origin_ns);
            let (packets, calls, exchanges, served) = Default::default();
            self.steps.push(StepRecording { api, step, origin_ns, packets, calls, exchanges, served });
            self.steps.len() - 1
        });
        &mut self.steps[index]
    }
}

/// Returns the address of a connection's client.
fn client(connection: &Connection) -> Option<SocketAddr> {
    ip(if connection.side == Side::Server { &connection.peer } else { &connection.local }.as_ref()?)
}

/// Returns the fields of an API call that the analysis needs. `began` is the time at which the recording began.
fn exchange(call: &Call, side: Side, client: Option<SocketAddr>, began: u64) -> Exchange {
    Exchange {
        client,
        number: call.number,
        began: began + call.began,
        writes: if side == Side::Client { &call.to_server } else { &call.to_client }.transfers,
        ended: began + call.ended,
    }
}

/// Returns the API to which a packet belongs, and the fields that the analysis needs.
fn seen(
    packet: &Packet,
    numbered: Option<NumberedPacket>,
    sent: u64,
    began: u64,
) -> Option<(Api, SeenPacket)> {
    let (from, to) = (ip(&packet.from)?, ip(&packet.to)?);
    let of = |server: SocketAddr| Api::of_port(server.port(), &packet.protocol);
    let (api, to_server) = of(to).map(|api| (api, true)).or_else(|| Some((of(from)?, false)))?;
    let packet = SeenPacket {
        to_server,
        client: if to_server { from } else { to },
        sent,
        arrived: packet.arrived.map(|time| began + time),
        dropped: packet.reason.clone(),
        is_copy: packet.fate == Some(Fate::Duplicated),
        payload: packet.bytes,
        length: packet.length,
        segment: packet.segment.clone(),
        is_retransmission: packet.retransmission == Some(true),
        number: numbered.map(|numbered| numbered.number),
        repeats: numbered.and_then(|numbered| numbered.repeats),
    };
    Some((api, packet))
}

fn ip(address: &Addr) -> Option<SocketAddr> {
    match address {
        Addr::Ip(address) => Some(*address),
        _ => None,
    }
}
