//! `socket-trace report`: writes recordings as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::failed::{CommandResult, Failed};
use super::output::Output;
use super::socket_traces;
use super::terminal::{warn, warn_of_defects};
use crate::page_feed::{MAX_BYTES, MAX_EVENTS};
use crate::report::{Error, Report};

const HELP: &str = "The page is the same as that of the workshop: every socket call on a common time line, the \
    program that made it, the data it transferred, and the comparison. It is one self-contained file: send it, \
    keep it, and open it without a server or a network. It contains the recorded data, payload included: share it \
    only with those who may see the traces.\n\n\
    Recordings of the same name, a server's and its clients', share a lane. Recordings named rest, graphql and \
    grpc have titles; udp and tcp have a screen of their own.\n\n\
    The page holds at most 20,000 events and 32 MiB of them. It omits the oldest events of longer recordings. The packets of recordings of the network are apart, with the same limit.\n\n\
    Examples:\n  \
    socket-trace report traces/*.jsonl -o report.html\n  \
    socket-trace report rest.jsonl -o rest.html            one server with all its clients\n  \
    socket-trace report traces/wire/call/*.jsonl -o wire.html   with the packets between both ends\n  \
    socket-trace report traces/rest-*.jsonl -o - | gzip > rest.html.gz\n\n\
    Exit codes: 0 written; 2 a trace cannot be read, or the page cannot be written.";

/// Write recordings as a page: one self-contained HTML file
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct ReportCommand {
    /// Trace files
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl ReportCommand {
    pub(super) fn run(&self) -> CommandResult {
        if self.traces.iter().any(|trace| trace.as_os_str() == "-") {
            return Err(Failed::Usage(
                "standard input cannot be read twice; give the name of the file".to_owned(),
            ));
        }
        // Check all traces before the output is opened, so that a wrong name does not overwrite an existing file.
        socket_traces::open(&self.traces)?;
        let mut out = self.output.create(&self.traces)?;
        let Report { html, omitted, timeline } = Report::of(&self.traces).map_err(|error| match error {
            Error::Trace(error) => Failed::Trace(error),
            Error::Json(error) => self.output.write_error(error),
        })?;
        out.write_all(html.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| self.output.write_error(error))?;
        if omitted > 0 {
            let most = MAX_BYTES >> 20;
            warn(&format!(
                "a page holds at most {MAX_EVENTS} events and {most} MiB; the {omitted} oldest events were omitted"
            ))?;
        }
        for trace in timeline.traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }
}
