//! `socket-trace show`: prints the socket calls of recordings in order of time, one per line.

mod printer;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::socket_traces;
use super::terminal::{colored, warn, warn_of_defects, width};
use socket_dissect::Detail;
use socket_tap::event::SockId;
use socket_tap::format::Side;

use crate::reader::{Error, Trace};
use crate::show::filter::{Filter, Peer};
use crate::show::lines::Style;
use crate::show::view::View;
use crate::timeline::{AnnotatedEvents, Recording, Timeline};
use printer::Printer;

const HELP: &str = "Each line is a call: seconds since the recording began, the socket, the operation, and its \
    result. If payload was recorded (--capture of the servers), the line also describes the data. In `HEADERS 200, \
    DATA {id: 1}…` the DATA continues in a later call; `…DATA` began in an earlier one.\n\n\
    Several recordings of one machine are merged by its clock. c1, c2 and so on are connections: both ends of one \
    have the same number. The parts of one recording (shop.0.jsonl shop.1.jsonl shop.jsonl) are shown as one.\n\n\
    A recording of the network adds its packets, with sequence numbers that count from the SYN, and the fate of each: \
    `in 20.01 ms` is the time from its sender to its receiver. Packets are numbered on their connection. `repeats 4` names \
    the packet that a retransmission repeats; it is `spurious` if that one was on its way or acknowledged.\n\n\
    A read, recvfrom or accept has the time of its return; a write, sendto, shutdown, close or connect has the \
    time of its call. So no line is earlier than its cause.\n\n\
    The last close of a connection says why the connection ended, as far as the recordings show it; `socket-trace why` has the \
    evidence.\n\n\
    `[invalid: …]` names the rule that a frame or message breaks, with the section of the RFC: the peer may have closed \
    the connection for it. A line end in a text is shown as ↵.\n\n\
    Examples:\n  \
    socket-trace show rest.jsonl\n  \
    socket-trace show traces/rest-*.jsonl --step \"get a book\"     both ends, one step\n  \
    socket-trace show grpc.jsonl --sock 2 --bytes                 every byte and its purpose\n  \
    socket-trace show grpc.jsonl --headers                        all header fields, decoded\n  \
    socket-trace show shop.jsonl --op accept,close --since 10     connections from second 10 on\n  \
    socket-trace show shop.jsonl --summary                        a line per connection\n  \
    socket-trace show -f shop.jsonl                               while it is being recorded\n  \
    socket-trace show --json grpc.jsonl | jq '.[].carried[]?'\n\n\
    Exit codes: 0 shown, even if no event passes the filters; 2 a trace cannot be read, or wrong usage.";

/// Names of the operations in the trace format.
const OPERATIONS: [&str; 17] = [
    "socket", "option", "bind", "listen", "accept", "connect", "adopt", "read", "write", "sendto",
    "recvfrom", "shutdown", "close", "release", "mark", "gap", "packet",
];

/// Print recordings, a line per socket call, with a description of its data
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Show {
    /// Trace files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only this socket, as numbered by its recording, and the packets of its connection
    #[arg(long, value_name = "N")]
    sock: Option<SockId>,
    /// Only the connection with this number, shown as cN if several recordings are given
    #[arg(long, value_name = "N")]
    connection: Option<u64>,
    /// Only connections with this peer: an IP, an IP and port, or a path
    #[arg(long, value_name = "ADDR[:PORT]")]
    peer: Option<Peer>,
    /// Only these operations, such as read,write
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = PossibleValuesParser::new(OPERATIONS), hide_possible_values = true)]
    op: Vec<String>,
    /// Only this step: from the mark with this name to the next mark
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// Only from this time on, in seconds as shown
    #[arg(long, value_name = "SECONDS", value_parser = nanoseconds)]
    since: Option<u64>,
    /// Only up to this time, in seconds as shown
    #[arg(long, value_name = "SECONDS", value_parser = nanoseconds)]
    until: Option<u64>,
    /// Follow a recording in progress, until it ends or Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Show a hex dump below each call, with the name of each part
    #[arg(long, conflicts_with_all = ["summary", "json"])]
    bytes: bool,
    /// Show the header fields of each HTTP message below its call, those of HTTP/2 and gRPC decoded
    #[arg(long, conflicts_with_all = ["summary", "json"])]
    headers: bool,
    /// Show bodies and messages as a whole, not only their first 80 characters
    #[arg(long, conflicts_with = "summary")]
    full: bool,
    /// Print a line per connection instead: peer, duration and byte breakdown
    #[arg(long)]
    summary: bool,
    /// Print a JSON array of events, each with the parts of its data; with --follow, one object per line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Show {
    pub(super) fn run(&self) -> CommandResult {
        // The reason for the end of a connection may be a header field.
        let (header_fields, connection_fields) = (self.headers || self.json, !self.summary);
        let detail = Detail { header_fields, connection_fields, full_text: self.full, messages: false };
        let timeline = self.timeline()?;
        if let Some(source) = socket_traces::packets_alone(&timeline).filter(|_| self.summary) {
            return Err(Failed::Usage(socket_traces::no_sockets(source)));
        }
        let mut events =
            AnnotatedEvents::with_contracts(timeline, &self.contracts.read()?).with_detail(detail);
        let mut filter = self.filter(events.timeline().recordings().len() > 1);
        self.find_connections_of_sock(&mut filter, events.timeline())?;
        let mut printer = Printer::begin(filter, self.view(events.timeline()), events.timeline())?;
        if self.follow {
            printer.follow(&mut events)?;
        } else {
            events.for_each(|annotated| printer.event(annotated).map_err(Failed::from))?;
        }
        printer.end()?;
        self.warn_of_missing(events.timeline())?;
        Ok(0)
    }

    fn timeline(&self) -> CommandResult<Timeline> {
        if self.follow && self.files.iter().any(|file| file.as_os_str() == "-") {
            return Err(Failed::Usage(
                "standard input cannot be followed; give the name of the file".to_owned(),
            ));
        }
        if self.follow {
            return Ok(Timeline::follow(&self.files)?);
        }
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        Ok(Timeline::of(traces))
    }

    fn filter(&self, both_ends: bool) -> Filter {
        Filter {
            sock: self.sock,
            connections_of_sock: BTreeSet::new(),
            connection: self.connection,
            peer: self.peer.clone(),
            both_ends,
            ops: self.op.clone(),
            step: self.step.clone(),
            since: self.since,
            until: self.until,
        }
    }

    /// Finds the connections of the socket in the filter, if there are packets. Its first packets precede its accept,
    /// so the traces are read once more. A trace that is followed or read from standard input can only be read once:
    /// it is shown without these packets.
    fn find_connections_of_sock(&self, filter: &mut Filter, timeline: &Timeline) -> CommandResult<()> {
        let is_wire = |recording: &Recording| recording.header.side == Side::Wire;
        let is_read_once = self.follow || self.files.iter().any(|file| file.as_os_str() == "-");
        if filter.sock.is_none() || is_read_once || !timeline.recordings().iter().any(is_wire) {
            return Ok(());
        }
        let mut events = AnnotatedEvents::new(self.timeline()?);
        while let Some(annotated) = events.next_event()? {
            filter.observe(&annotated);
        }
        Ok(())
    }

    fn view(&self, timeline: &Timeline) -> View {
        let lines = self.follow;
        match (self.summary, self.json) {
            (false, false) => {
                let (color, width) = (colored(), width());
                let Self { bytes, headers, full, .. } = *self;
                View::text(timeline, Style { color, width, bytes, headers, full })
            }
            (false, true) => View::json(timeline, lines),
            (true, false) => View::summary(timeline),
            (true, true) => View::summary_json(timeline, lines),
        }
    }

    fn warn_of_missing(&self, timeline: &Timeline) -> CommandResult<()> {
        if self.bytes && timeline.recordings().iter().all(|recording| recording.header.capture == 0) {
            warn("the recording has no payload, so `--bytes` shows nothing; record with --capture")?;
        }
        match timeline.missed_parts() {
            0 => {}
            missed => {
                warn(&format!("{missed} rotated files were deleted before they could be read"))?;
            }
        }
        for trace in timeline.traces() {
            warn_of_defects(trace)?;
        }
        Ok(())
    }
}

fn nanoseconds(text: &str) -> Result<u64, String> {
    let seconds: f64 =
        text.parse().map_err(|_| "expected a number of seconds, such as 10 or 0.25".to_owned())?;
    let time = std::time::Duration::try_from_secs_f64(seconds)
        .map_err(|_| "expected 0 or a positive number of seconds, such as 10 or 0.25".to_owned())?;
    Ok(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
