//! `socket-trace verify`: checks that a recording contains exactly the calls that strace logged.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use socket_tap::format::Side;

use super::failed::{CommandResult, Failed};
use super::socket_traces::no_sockets;
use super::terminal::write_json;
use crate::reader::Trace;
use crate::verify::log::Log;
use crate::verify::{Failure, verify};

const HELP: &str = "Example, on Linux:\n  \
    strace -f -ttt -s 0 -o rest.strace \\\n    \
    -e \"trace=%network,read,write,readv,writev,sendfile,splice,close,close_range,\\\n\
fcntl,dup,?dup2,dup3,clone,clone3,?fork,?vfork\" rest-server --trace rest.jsonl\n  \
    socket-trace verify rest.jsonl --strace rest.strace\n\n\
    -f and -o are required, and all the listed calls: each can open, use or close a socket, or start a thread. -s \
    0 keeps payload out of the log. -ttt adds times, which are needed to place the adoption or release of a socket \
    if the calls alone leave it open. Two differences are accepted, since tokio hides the calls from the program: \
    calls that would have blocked, and a shutdown of a connection that no longer existed.\n\n\
    A socket that the tap adopts is compared from its adoption on, and one that it releases up to its release. \
    Streams without a file descriptor (TapStream::wrap), such as those above TLS, are not compared; the report counts \
    them.\n\n\
    Exit codes: 0 the trace is exact; 1 it differs: a call is missing, was never made, or has another result; 2 \
    inconclusive: the trace is cut short or lossy, the log is incomplete or of another process, there is nothing \
    to compare, or the log does not show when a socket was adopted or released. The report gives the reason and \
    the remedy.";

/// Check that a recording has exactly the socket calls that strace logged
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Verify {
    /// Trace file
    trace: PathBuf,
    /// Log that strace wrote while the trace was recorded, by the command below
    #[arg(long, value_name = "LOG")]
    strace: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(&self) -> CommandResult {
        let trace = Trace::open(&self.trace)?;
        if trace.header().side == Side::Wire {
            return Err(Failed::Usage(no_sockets(trace.source())));
        }
        let report = verify(trace, Log::open(&self.strace).map_err(Failure::Log)?)?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            write_json(&mut out, &report)?;
        } else {
            write!(out, "{report}")?;
        }
        out.flush()?;
        Ok(report.verdict.exit_code())
    }
}
