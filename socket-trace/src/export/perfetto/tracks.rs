//! Follows the sockets of a time line, and writes their calls to tracks.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use socket_dissect::Call;
use socket_tap::event::{Event, Op, SocketKind, Transfer};
use socket_tap::format::{self, Header, Side};

use super::arguments::{self, number, short, text};
use super::flows::{Flows, Stream};
use super::packets::{Details, Packets, Track};
use super::proto::{Clock, MONOTONIC, REALTIME};
use super::socket::{self as track_of, SocketTrack};
use crate::export::fields::Fields;
use crate::show::description::describe;
use crate::timeline::connections::Socket;
use crate::timeline::{AnnotatedEvent, Timeline};

/// The tracks of a time line, and the file to which they are written.
pub(super) struct Tracks {
    packets: Packets,
    recordings: Vec<RecordingTrack>,
    sockets: HashMap<Socket, SocketTrack>,
    /// `None` if only one recording is exported, so that no other end can appear.
    flows: Option<Flows>,
    /// Time of the last event.
    last: u64,
}

#[derive(Debug)]
struct RecordingTrack {
    track: Track,
    side: Side,
    /// Start of the recording on the clock of the file, in nanoseconds.
    began: u64,
}

impl Tracks {
    pub(super) fn new(timeline: &Timeline, out: Box<dyn Write>) -> io::Result<Self> {
        let zero = Zero::of(timeline);
        let mut packets = Packets::begin_file(out, &zero.clocks)?;
        let mut recordings = Vec::new();
        // The programs with each process id.
        let mut processes: HashMap<u32, HashMap<&str, Track>> = HashMap::new();
        for recording in timeline.recordings() {
            let Header { pid, program, side, .. } = &recording.header;
            let programs = processes.entry(*pid).or_default();
            let process = match programs.get(&**program) {
                Some(process) => *process,
                None if programs.is_empty() => packets.process(*pid, &short(program))?,
                None => packets.namesake(*pid, &short(program))?,
            };
            programs.insert(program, process);
            let track = packets.track(process, &short(&recording.label))?;
            let began = zero.time.saturating_add(timeline.began(recording));
            recordings.push(RecordingTrack { track, side: *side, began });
        }
        let flows = (recordings.len() > 1).then(Flows::default);
        Ok(Self { packets, recordings, sockets: HashMap::new(), flows, last: 0 })
    }

    /// Processes the next event.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent) -> io::Result<()> {
        let (event, index) = (&annotated.timed.event, annotated.timed.recording);
        let Some(&RecordingTrack { track, side, began }) = self.recordings.get(index) else { return Ok(()) };
        let at = began.saturating_add(event.t);
        self.last = self.last.max(at);
        let Some(sock) = event.sock else { return self.without_socket(track, at, event) };
        let socket = Socket { recording: index, sock };
        let mut socket_track = match self.sockets.remove(&socket) {
            Some(known) => known,
            None => {
                let depth = self.depth(socket, &event.op);
                SocketTrack::new(self.packets.track(track, &format!("#{sock}"))?, depth)
            }
        };
        let stream = |to_server| Some((annotated.connection.as_ref()?.number, socket_track.depth, to_server));
        let side = annotated.connection.as_ref().map_or(side, |connection| connection.side);
        let details = self.details(annotated, side, stream);
        let is_open = self.call(&mut socket_track, (began, at), (event, side), details)?;
        for call in &annotated.ended {
            self.api_call(&mut socket_track, began, call)?;
        }
        if is_open {
            self.sockets.insert(socket, socket_track);
        }
        Ok(())
    }

    fn depth(&self, socket: Socket, op: &Op) -> u32 {
        match op {
            Op::Adopt { on: Some(below), .. } => {
                let below = self.sockets.get(&Socket { sock: *below, ..socket });
                below.map_or(1, |below| below.depth.saturating_add(1))
            }
            _ => 0,
        }
    }

    fn without_socket(&mut self, track: Track, at: u64, event: &Event) -> io::Result<()> {
        if let Op::Gap(_) = event.op
            && let Some(flows) = &mut self.flows
        {
            flows.break_all();
        }
        let fields = Fields::of(event);
        let name = match &event.op {
            Op::Mark { label, .. } => short(label),
            op => short(op.name()),
        };
        let arguments = arguments::of_fields(&fields);
        self.packets.instant(
            track,
            at,
            &name,
            Details { category: "recording", arguments, ..Details::default() },
        )
    }

    /// Returns the arguments and the arrows of a socket call.
    fn details(
        &mut self,
        annotated: &AnnotatedEvent,
        side: Side,
        stream: impl Fn(bool) -> Option<Stream>,
    ) -> Details {
        let event = &annotated.timed.event;
        let mut arguments = arguments::of_fields(&Fields::of(event));
        let says = describe(&annotated.parts);
        if !says.is_empty() {
            arguments.push(text("says", &says));
        }
        let mut details = Details { category: "socket", arguments, ..Details::default() };
        let Some(flows) = self.flows.as_mut().filter(|_| event.error.is_none()) else { return details };
        let is_client = side == Side::Client;
        match &event.op {
            Op::Write(Transfer { bytes, .. }) => {
                let id = stream(is_client).and_then(|stream| flows.write(stream, *bytes));
                details.flows.extend(id);
            }
            Op::Read(Transfer { bytes, .. }) => {
                let taken = stream(!is_client).map(|stream| flows.read(stream, *bytes)).unwrap_or_default();
                (details.flows, details.ending_flows) = (taken.in_part, taken.to_their_end);
            }
            // Bytes may have been transferred before, or are transferred afterwards.
            Op::Adopt { kind, on: None, .. } if *kind == SocketKind::Stream => {
                [true, false].into_iter().filter_map(stream).for_each(|stream| flows.break_off(stream));
            }
            Op::Release(_) => {
                [true, false].into_iter().filter_map(stream).for_each(|stream| flows.break_off(stream));
            }
            _ => {}
        }
        details
    }

    /// Writes a socket call. Returns `false` if the socket is closed afterwards.
    fn call(
        &mut self,
        socket: &mut SocketTrack,
        (began, at): (u64, u64),
        (event, side): (&Event, Side),
        details: Details,
    ) -> io::Result<bool> {
        let (track, name) = (socket.track, short(event.op.name()));
        // A connect is the only call whose beginning and end are recorded.
        let entered = match &event.op {
            Op::Connect { began: Some(entered), .. } => began.saturating_add(*entered).min(at),
            _ => at,
        };
        if let Some(opened) =
            track_of::opened(&event.op, side).filter(|_| event.error.is_none() && !socket.is_open)
        {
            let connection = Details { category: "connection", ..Details::default() };
            self.packets.begin(track, entered.max(socket.last), &short(&opened), connection)?;
            socket.is_open = true;
        }
        if entered < at {
            self.packets.begin(track, entered.max(socket.last), &name, details)?;
            self.packets.end(track, at)?;
        } else {
            self.packets.instant(track, at, &name, details)?;
        }
        socket.last = at;
        let is_closed = matches!(event.op, Op::Close(_) | Op::Release(_)) && event.error.is_none();
        if is_closed && std::mem::take(&mut socket.is_open) {
            self.packets.end(track, at)?;
        }
        Ok(!is_closed)
    }

    fn api_call(&mut self, socket: &mut SocketTrack, began: u64, call: &Call) -> io::Result<()> {
        let (from, to) = (began.saturating_add(call.began), began.saturating_add(call.ended.max(call.began)));
        let packets = &mut self.packets;
        let track = socket.of_call((from, to), |parent| packets.track(parent, "calls"))?;
        let mut arguments = vec![number("call", call.number)];
        arguments.extend(call.status.as_deref().map(|status| text("status", status)));
        arguments.push(number("to_server", call.to_server.total()));
        arguments.push(number("to_client", call.to_client.total()));
        let details = Details { category: "call", arguments, ..Details::default() };
        packets.begin(track, from, &short(&call.operation), details)?;
        packets.end(track, to)
    }

    /// Ends the slices of connections that are still open at the end of the recordings.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let mut open: Vec<(Socket, Track)> = self
            .sockets
            .iter()
            .filter(|(_, socket)| socket.is_open)
            .map(|(socket, track)| (*socket, track.track))
            .collect();
        open.sort_by_key(|(socket, _)| (socket.recording, socket.sock));
        for (_, track) in open {
            self.packets.end(track, self.last)?;
        }
        self.packets.flush()
    }
}

/// The start of a time line.
struct Zero {
    /// Time on the clock of the file.
    time: u64,
    /// The same moment on the clock of the file, and on `CLOCK_REALTIME` if that is another one.
    clocks: Vec<Clock>,
}

impl Zero {
    /// Returns the start on `CLOCK_MONOTONIC`, or on `CLOCK_REALTIME` if all recordings have only that.
    fn of(timeline: &Timeline) -> Self {
        let starts =
            || timeline.recordings().iter().map(|recording| (&recording.header, timeline.began(recording)));
        let clock = |id, timestamp| Clock { clock_id: Some(id), timestamp: Some(timestamp) };
        let Some((header, began)) = starts().find(|(header, _)| header.clock == format::Clock::Monotonic)
        else {
            let time = starts().next().map_or(0, |(header, began)| header.monotonic_ns.saturating_sub(began));
            return Self { time, clocks: vec![clock(REALTIME, time)] };
        };
        let time = header.monotonic_ns.saturating_sub(began);
        let mut clocks = vec![clock(MONOTONIC, time)];
        // One relation: another recording may have another, if the time of day was set in between.
        clocks.extend(realtime(header).map(|realtime| clock(REALTIME, realtime.saturating_sub(began))));
        Self { time, clocks }
    }
}

/// Returns the start of a recording in nanoseconds since 1970.
fn realtime(header: &Header) -> Option<u64> {
    let started = humantime::parse_rfc3339(&header.started).ok()?;
    let since: Duration = started.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}
