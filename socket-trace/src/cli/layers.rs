//! `socket-trace layers`: maps one API call from its reads and writes up to its messages.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::socket_traces::{no_sockets, packets_alone};
use super::terminal::{DrawingWidth, colored, warn_of_defects, write_json};
use socket_tap::event::SockId;

use crate::layers::{Selection, collect, text};
use crate::reader::{Error, Trace};
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;

const HELP: &str = "TCP is a stream of bytes without message boundaries. One message may need several writes, one \
    write may hold several frames, and each read returns what has arrived. The map shows each box above the bytes \
    that it consists of; `byte` counts bytes since the connection began.\n\n\
    Over TLS, calls are visible to a tap above TLS. If a tap below was recorded, too, the map also shows the TLS \
    records and the reads and writes that carried them, each aligned with its data.\n\n\
    With a recording of the network, the map also shows the TCP segments.\n\n\
    Boxes that are too wide for one row are continued below.\n\n\
    The recording must have payload (--capture of the servers). Give both sides to see writes and reads in one map.\n\n\
    Examples:\n  \
    socket-trace layers grpc.jsonl                            the first call of the recording\n  \
    socket-trace layers traces/grpc-*.jsonl                   writes of one side and reads of the other\n  \
    socket-trace layers grpc.jsonl --sock 2 --call 1          the second call on a connection\n  \
    socket-trace layers rest.jsonl --step \"list books\"        the first call of a step\n  \
    socket-trace layers --json grpc.jsonl | jq '.ways[0].levels[].title'\n\n\
    Exit codes: 0 shown; 2 there is no such call, no payload was recorded, a trace cannot be read, or wrong usage.";

/// Map one call: reads and writes, the frames they carried, and the messages in the frames
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Layers {
    /// Trace files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// First call on the socket with this number in the server's recording, or in the client's if no server
    /// was recorded
    #[arg(long, value_name = "N")]
    sock: Option<SockId>,
    /// Index of the call on its connection, from 0
    #[arg(long, value_name = "N")]
    call: Option<u64>,
    /// First call that begins in this step: from the mark with this name to the next mark
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// Print the map as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    width: DrawingWidth,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Layers {
    pub(super) fn run(&self) -> CommandResult {
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        let mut events = AnnotatedEvents::with_contracts(Timeline::of(traces), &self.contracts.read()?);
        let selection = Selection { sock: self.sock, call: self.call, step: self.step.clone() };
        let Some(map) = collect(&mut events, &selection)? else {
            return Err(Failed::Usage(not_found(events.timeline())));
        };
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            write_json(&mut out, &map)?;
        } else {
            out.write_all(text::text(&map, self.width.columns(), colored()).as_bytes())?;
        }
        out.flush()?;
        for trace in events.timeline().traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }
}

fn not_found(timeline: &Timeline) -> String {
    if let Some(source) = packets_alone(timeline) {
        return no_sockets(source);
    }
    if timeline.recordings().iter().all(|recording| recording.header.capture == 0) {
        "the recording has no payload, so its calls are unknown; record with --capture".to_owned()
    } else {
        "the recording has no such call; `socket-trace show` lists the data of each read and write".to_owned()
    }
}
