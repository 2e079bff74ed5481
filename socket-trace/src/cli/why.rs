//! `socket-trace why`: explains why connections ended, and whether their calls may be repeated.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use socket_dissect::Detail;
use socket_tap::event::SockId;

use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::socket_traces::{no_sockets, packets_alone};
use super::terminal::{DrawingWidth, warn_of_defects};
use crate::escaped_json::EscapedJson;
use crate::reader::{Error, Trace};
use crate::timeline::{AnnotatedEvents, Timeline};
use crate::why::{Explanation, explain, text};

const HELP: &str = "Explains each connection in the order in which they end: who ended it, on which level (socket, TLS, \
    HTTP/1.1, HTTP/2, gRPC, WebSocket), the first cause, and the events that show it. Events are numbered like those of \
    `show` with the same files. For each call without a complete response it says whether the server processed it, \
    and so whether a retry is safe (RFC 9110, section 9.2.2; RFC 9113, sections 6.8 and 8.7). Give the recordings of both \
    ends if you have them: what one end does not show is unknown. A cause also needs the payload (`capture`), and what limited \
    the sending needs TCP_INFO, which the close has on Linux.\n\n\
    Examples:\n  \
    socket-trace why rest-server.jsonl                      every connection of a server\n  \
    socket-trace why traces/rest-*.jsonl --sock 2           socket 2, with both ends recorded\n  \
    socket-trace why --json grpc.jsonl | jq 'select(.in_flight[].retry == \"unsafe\")'\n  \
    socket-trace show grpc.jsonl --json | jq '.[41]'        event 42\n\n\
    Exit codes: 0 explained; 2 no connection, a trace cannot be read, or wrong usage.";

/// Explain why connections ended, and whether a retry of their calls is safe
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Why {
    /// Trace files; - is standard input
    #[arg(required = true, value_name = "TRACE")]
    files: Vec<PathBuf>,
    /// Only connections with this socket number, in any of the recordings
    #[arg(long, value_name = "N")]
    sock: Option<SockId>,
    /// Print one JSON object per connection, on a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    width: DrawingWidth,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Why {
    pub(super) fn run(&self) -> CommandResult {
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        let timeline = Timeline::of(traces);
        if let Some(source) = packets_alone(&timeline) {
            return Err(Failed::Usage(no_sockets(source)));
        }
        let detail = Detail { connection_fields: true, ..Detail::default() };
        let mut events =
            AnnotatedEvents::with_contracts(timeline, &self.contracts.read()?).with_detail(detail);
        let mut out = io::BufWriter::new(io::stdout().lock());
        let mut count = 0_u64;
        explain(&mut events, |explanation| {
            if self.selects(&explanation) {
                self.write(&explanation, count, &mut out)?;
                count += 1;
            }
            Ok::<(), Failed>(())
        })?;
        out.flush()?;
        if count == 0 {
            return Err(Failed::Usage(self.not_found()));
        }
        for trace in events.timeline().traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }

    fn selects(&self, explanation: &Explanation) -> bool {
        self.sock.is_none_or(|sock| explanation.ends.iter().any(|end| end.sock == sock))
    }

    fn write(&self, explanation: &Explanation, count: u64, out: &mut impl io::Write) -> CommandResult<()> {
        if self.json {
            serde_json::to_writer(EscapedJson(&mut *out), explanation).map_err(io::Error::from)?;
            return Ok(writeln!(out)?);
        }
        let separator = if count > 0 { "\n" } else { "" };
        Ok(write!(out, "{separator}{}", text::paragraph(explanation, self.width.columns()))?)
    }

    fn not_found(&self) -> String {
        match self.sock {
            Some(sock) => format!("no connection has the socket {sock}; list them with `show --summary`"),
            None => "the recording has no connection".to_owned(),
        }
    }
}
