//! Writes the packets of a Perfetto trace.

use std::io::{self, BufWriter, Write};

use prost::Message as _;

use super::proto::{
    CHRONOLOGICAL, Clock, ClockSnapshot, DebugAnnotation, INSTANT, MONOTONIC, ProcessDescriptor, SLICE_BEGIN,
    SLICE_END, Trace, TracePacket, TrackDescriptor, TrackEvent,
};

/// Id of the sequence to which all packets belong.
const SEQUENCE: u32 = 1;

/// Writes the packets of a Perfetto trace. All times are in nanoseconds of one clock.
pub(super) struct Packets {
    out: BufWriter<Box<dyn Write>>,
    /// Number of tracks, which is the id of the last one.
    tracks: u64,
    /// Id of the clock of all times.
    clock: u32,
    buffer: Vec<u8>,
}

/// Id of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Track(u64);

/// Category, arguments and arrows of an event on a track.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) category: &'static str,
    pub(super) arguments: Vec<DebugAnnotation>,
    /// Arrows that continue after the event, or begin with it.
    pub(super) flows: Vec<u64>,
    /// Arrows that end with the event.
    pub(super) ending_flows: Vec<u64>,
}

impl Packets {
    /// Begins a file with the same moment on all known clocks. The times of events are those of the first clock.
    pub(super) fn begin_file(out: Box<dyn Write>, clocks: &[Clock]) -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 16, out);
        let clock = clocks.first().and_then(|clock| clock.clock_id).unwrap_or(MONOTONIC);
        let mut packets = Self { out, tracks: 0, clock, buffer: Vec::new() };
        let snapshot = ClockSnapshot { clocks: clocks.to_vec(), primary_trace_clock: Some(clock) };
        packets.write(TracePacket { clock_snapshot: Some(snapshot), ..TracePacket::default() })?;
        Ok(packets)
    }

    /// Adds the track of a process.
    pub(super) fn process(&mut self, pid: u32, program: &str) -> io::Result<Track> {
        let process =
            ProcessDescriptor { pid: i32::try_from(pid).ok(), process_name: Some(program.to_owned()) };
        self.describe(TrackDescriptor { process: Some(process), ..TrackDescriptor::default() })
    }

    /// Adds the track of another process with the id of an earlier one, as in another container. Perfetto takes processes with one
    /// id for the same, so this is a track outside of all processes.
    pub(super) fn namesake(&mut self, pid: u32, program: &str) -> io::Result<Track> {
        let name = Some(format!("{program} (pid {pid})"));
        self.describe(TrackDescriptor { name, ..TrackDescriptor::default() })
    }

    /// Adds a track beneath another one.
    pub(super) fn track(&mut self, parent: Track, name: &str) -> io::Result<Track> {
        let (name, parent_uuid) = (Some(name.to_owned()), Some(parent.0));
        self.describe(TrackDescriptor { name, parent_uuid, ..TrackDescriptor::default() })
    }

    fn describe(&mut self, descriptor: TrackDescriptor) -> io::Result<Track> {
        self.tracks += 1;
        let track = Track(self.tracks);
        let descriptor =
            TrackDescriptor { uuid: Some(track.0), child_ordering: Some(CHRONOLOGICAL), ..descriptor };
        self.write(TracePacket { track_descriptor: Some(descriptor), ..TracePacket::default() })?;
        Ok(track)
    }

    /// Writes an event without duration.
    pub(super) fn instant(&mut self, track: Track, at: u64, name: &str, details: Details) -> io::Result<()> {
        self.event(track, at, INSTANT, Some(name), details)
    }

    /// Begins a slice.
    pub(super) fn begin(&mut self, track: Track, at: u64, name: &str, details: Details) -> io::Result<()> {
        self.event(track, at, SLICE_BEGIN, Some(name), details)
    }

    /// Ends the slice on a track that began last.
    pub(super) fn end(&mut self, track: Track, at: u64) -> io::Result<()> {
        self.event(track, at, SLICE_END, None, Details::default())
    }

    fn event(
        &mut self,
        track: Track,
        at: u64,
        kind: u32,
        name: Option<&str>,
        details: Details,
    ) -> io::Result<()> {
        let Details { category, arguments, flows, ending_flows } = details;
        let event = TrackEvent {
            debug_annotations: arguments,
            r#type: Some(kind),
            track_uuid: Some(track.0),
            categories: if category.is_empty() { Vec::new() } else { vec![category.to_owned()] },
            name: name.map(str::to_owned),
            flow_ids: flows,
            terminating_flow_ids: ending_flows,
        };
        self.write(TracePacket {
            timestamp: Some(at),
            timestamp_clock_id: Some(self.clock),
            track_event: Some(event),
            ..TracePacket::default()
        })
    }

    fn write(&mut self, packet: TracePacket) -> io::Result<()> {
        let packet = TracePacket { trusted_packet_sequence_id: Some(SEQUENCE), ..packet };
        self.buffer.clear();
        // A trace with one packet: the file is the concatenation of such traces.
        Trace { packet: vec![packet] }.encode(&mut self.buffer).map_err(io::Error::other)?;
        self.out.write_all(&self.buffer)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
