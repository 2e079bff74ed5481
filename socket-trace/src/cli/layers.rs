//! `socket-trace layers`: one call, from reads and writes up to messages.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::contracts::ContractFlags;
use super::failed::{Done, Failed};
use super::terminal::{colored, warn_of_defects, width, write_json};
use socket_tap::event::SockId;

use crate::layers::{Wanted, collect, text};
use crate::reader::{Error, Trace};
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;

const HELP: &str = "TCP is a stream of bytes: it keeps no borders between messages. One message may need several writes, \
    one write may hold several frames, and the other side reads as much as has arrived. The map shows it: boxes stand \
    above the bytes that they are made of, and `byte` counts those since the connection began.\n\n\
    Over TLS, calls are seen by a tap above it. With another tap below, the map also shows the records of TLS and the reads \
    and writes that carried them, each where its data is.\n\n\
    The recording must have payload (--capture of the servers). Give both sides to see writes and reads in one map.\n\n\
    Examples:\n  \
    socket-trace layers grpc.jsonl                            the first call of the recording\n  \
    socket-trace layers traces/grpc-*.jsonl                   what was written, and what was read\n  \
    socket-trace layers grpc.jsonl --sock 2 --call 1          the second call on a connection\n  \
    socket-trace layers rest.jsonl --step \"list books\"        the first of a step\n  \
    socket-trace layers --json grpc.jsonl | jq '.ways[0].levels[].title'\n\n\
    Exit codes: 0 shown; 2 there is no such call, no payload was recorded, a trace cannot be read, or wrong usage.";

/// Map one call: which reads and writes carried which frames, and those which messages
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Layers {
    /// The traces; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A call on this socket, as the server's recording numbers it; the client's when no server recorded
    #[arg(long, value_name = "N")]
    sock: Option<SockId>,
    /// The call with this number on its connection; the first is 0
    #[arg(long, value_name = "N")]
    call: Option<u64>,
    /// A call that begins in this step
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// Print the map as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Layers {
    pub(super) fn run(&self) -> Done {
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        let mut events = AnnotatedEvents::with_contracts(Timeline::of(traces), &self.contracts.read()?);
        let wanted = Wanted { sock: self.sock, call: self.call, step: self.step.clone() };
        let Some(map) = collect(&mut events, &wanted)? else {
            return Err(Failed::Usage(nothing(events.timeline()).to_owned()));
        };
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            write_json(&mut out, &map)?;
        } else {
            out.write_all(text::text(&map, width().unwrap_or(120), colored()).as_bytes())?;
        }
        out.flush()?;
        for trace in events.timeline().traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }
}

fn nothing(timeline: &Timeline) -> &'static str {
    if timeline.recordings().iter().all(|recording| recording.header.capture == 0) {
        "no payload was recorded, so nothing is known of calls; --capture of the servers records it"
    } else {
        "there is no such call in the recording; `show` says what each read and write carried"
    }
}
