//! `socket-trace report`: recordings as a page, in one file.

use std::path::PathBuf;

use clap::Args;

use super::failed::{Done, Failed};
use super::output::Output;
use super::terminal::{warn, warn_of_defects};
use crate::page_feed::{MAX_BYTES, MAX_EVENTS};
use crate::reader::Trace;
use crate::report::{Error, Report};

const HELP: &str = "The page is the one that the workshop serves: every socket call on a common time line, who did it, what \
    it carried, and the comparison. It is one file: it loads nothing, so it can be sent, kept, and opened without a \
    server and without a network. What was recorded is in it, payload included: give it to whom you would give the \
    traces.\n\n\
    Recordings of the same name, a server's and its clients', share a lane. Those that are called rest, graphql and grpc \
    have titles; udp and tcp have a screen of their own.\n\n\
    The page keeps 20,000 events, and 32 MiB of them: of longer recordings it has the last ones.\n\n\
    Examples:\n  \
    socket-trace report traces/*.jsonl -o report.html\n  \
    socket-trace report rest.jsonl -o rest.html            one server, whoever its clients were\n  \
    socket-trace report traces/rest-*.jsonl -o - | gzip > rest.html.gz\n\n\
    Exit codes: 0 done; 2 a trace cannot be read, or the page not written.";

/// Write recordings as a page: one HTML file, to look at, to send, to keep
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct ReportCommand {
    /// The traces
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl ReportCommand {
    pub(super) fn run(&self) -> Done {
        if self.traces.iter().any(|trace| trace.as_os_str() == "-") {
            return Err(Failed::Usage("standard input cannot be read twice: give the file".to_owned()));
        }
        // Before the output is opened, which may be there already and is to be spared when a name is wrong.
        for trace in &self.traces {
            Trace::open(trace)?;
        }
        let mut out = self.output.create(&self.traces)?;
        let Report { html, left_out, timeline } = Report::of(&self.traces).map_err(|error| match error {
            Error::Trace(error) => Failed::Trace(error),
            Error::Json(error) => self.output.unwritten(error),
        })?;
        out.write_all(html.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| self.output.unwritten(error))?;
        if left_out > 0 {
            let most = MAX_BYTES >> 20;
            warn(&format!(
                "a page keeps {MAX_EVENTS} events, and {most} MiB of them: the {left_out} oldest are left out"
            ))?;
        }
        for trace in timeline.traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }
}
