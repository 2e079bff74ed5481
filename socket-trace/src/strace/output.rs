//! Writes the trace of an import, once the side of the program is known.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use socket_tap::event::{Event, Gap, Op, SockId, SocketKind};
use socket_tap::format::{End, Header, Line, Side, TraceWriter, write_event};
use socket_tap::sink::TraceFile;

use super::side::Undecided;

/// The destination of a trace.
pub enum Destination {
    /// A trace file, which is locked until the import ends.
    File(Box<TraceFile>),
    /// A trace file that is created when the trace begins.
    New(PathBuf),
    /// A stream, such as standard output.
    Stream(Box<dyn Write>),
}

/// A trace that is being written.
pub(super) struct Output {
    header: Header,
    state: State,
    end: End,
    /// Open connections.
    open: HashSet<SockId>,
    /// Open datagram sockets, which may be connected, too.
    datagrams: HashSet<SockId>,
    /// Number of unreadable lines since the last event.
    unreadable: u64,
    /// Time of the last event.
    last: u64,
}

enum State {
    /// The header is not written, because the side is unknown.
    Undecided {
        destination: Option<Destination>,
        undecided: Undecided,
        events: Vec<Event>,
    },
    File(Box<TraceWriter>),
    Stream(io::BufWriter<Box<dyn Write>>),
}

impl Output {
    /// Creates the output of a trace. A known `side` is not inferred from the events.
    pub(super) fn new(destination: Destination, header: Header) -> Self {
        let destination = Some(destination);
        let state = State::Undecided { destination, undecided: Undecided::default(), events: Vec::new() };
        Self {
            header,
            state,
            end: End::default(),
            open: HashSet::new(),
            datagrams: HashSet::new(),
            unreadable: 0,
            last: 0,
        }
    }

    /// Returns the header, which may be changed until it is written.
    pub(super) fn header(&mut self) -> &mut Header {
        &mut self.header
    }

    pub(super) fn has_begun(&self) -> bool {
        !matches!(self.state, State::Undecided { .. })
    }

    /// Counts a line that cannot be read.
    pub(super) fn loses_line(&mut self) {
        self.unreadable += 1;
    }

    /// Writes an event. Events are in the order of their times.
    pub(super) fn event(&mut self, event: Event) -> io::Result<()> {
        self.gap(event.t)?;
        self.count_open(&event);
        self.write(event)
    }

    fn count_open(&mut self, event: &Event) {
        let Some(sock) = event.sock else { return };
        match &event.op {
            Op::Socket { kind, .. } | Op::Adopt { kind, .. } if *kind == SocketKind::Datagram => {
                self.datagrams.insert(sock);
            }
            Op::Adopt { kind, .. } if *kind == SocketKind::Listener => {}
            Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { .. }
                if event.error.is_none() && !self.datagrams.contains(&sock) =>
            {
                self.open.insert(sock);
            }
            Op::Close(_) => {
                self.open.remove(&sock);
                self.datagrams.remove(&sock);
            }
            _ => {}
        }
    }

    /// Writes the number of unreadable lines since the last event.
    fn gap(&mut self, t: u64) -> io::Result<()> {
        if self.unreadable == 0 {
            return Ok(());
        }
        let mut gap = Gap::default();
        gap.others = std::mem::take(&mut self.unreadable);
        self.end.lost += gap.others;
        // The last call may have returned after the last line.
        self.write(Event::new(t.max(self.last), None, Op::Gap(gap)))
    }

    fn write(&mut self, event: Event) -> io::Result<()> {
        self.end.events += 1;
        self.last = event.t;
        match &mut self.state {
            State::File(trace) => trace.write(&event),
            State::Stream(out) => write_event(out, &event),
            State::Undecided { undecided, events, .. } => {
                let side = undecided.observe(&event);
                events.push(event);
                side.map_or(Ok(()), |side| self.begin(side))
            }
        }
    }

    /// Writes the header and the events before it. Does nothing if that has been done.
    pub(super) fn begin(&mut self, side: Side) -> io::Result<()> {
        let State::Undecided { destination, events, .. } = &mut self.state else { return Ok(()) };
        let (Some(destination), events) = (destination.take(), std::mem::take(events)) else { return Ok(()) };
        self.header.side = side;
        self.state = match destination {
            Destination::File(file) => State::File(Box::new(TraceWriter::begin(*file, &self.header)?)),
            Destination::New(path) => {
                State::File(Box::new(TraceWriter::begin(TraceFile::create(path)?, &self.header)?))
            }
            Destination::Stream(stream) => {
                let mut stream = io::BufWriter::with_capacity(1 << 16, stream);
                Line::Header(self.header.clone()).write(&mut stream)?;
                State::Stream(stream)
            }
        };
        self.end.events -= events.len() as u64;
        events.into_iter().try_for_each(|event| self.write(event))
    }

    /// Decides the side of a program that has connected and makes no calls until the time `now`, and passes the events on to
    /// readers. Returns `false` if a later time will decide it.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn decide_side(&mut self, now: u64) -> io::Result<bool> {
        let State::Undecided { undecided, .. } = &self.state else { return Ok(true) };
        if !undecided.is_late(now) {
            return Ok(!undecided.has_connected());
        }
        self.begin(Side::Client)?;
        self.flush()?;
        Ok(true)
    }

    /// Passes the written lines on to readers.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::File(trace) => trace.flush(),
            State::Stream(out) => out.flush(),
            State::Undecided { .. } => Ok(()),
        }
    }

    /// Writes the end line. `t` is the time of the last line of the log. Returns the counts.
    pub(super) fn finish(mut self, t: u64) -> io::Result<End> {
        self.begin(Side::Client)?;
        self.gap(t)?;
        self.end.open = self.open.len() as u64;
        match self.state {
            State::File(trace) => {
                trace.finish()?;
            }
            State::Stream(mut out) => {
                Line::End(self.end.clone()).write(&mut out)?;
                out.flush()?;
            }
            State::Undecided { .. } => {}
        }
        Ok(self.end)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("header", &self.header).field("end", &self.end).finish_non_exhaustive()
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File",
            Self::New(_) => "New",
            Self::Stream(_) => "Stream",
        })
    }
}
