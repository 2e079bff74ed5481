//! The command `socket-trace`, with a module per subcommand.

mod compare;
mod completions;
mod contracts;
mod export;
mod failed;
mod layers;
mod lint;
mod output;
mod private_file;
mod report;
mod sequence;
mod show;
mod sockets;
mod verify;

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::reader::{Ending, Trace};
use failed::Failed;

/// Reads recordings made with socket-tap
#[derive(Debug, Parser)]
#[command(name = "socket-trace", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 success, or equal; 1 different, or findings; 2 inconclusive, an error, or wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Show),
    Sequence(sequence::Sequence),
    Layers(layers::Layers),
    Compare(compare::Compare),
    Verify(verify::Verify),
    Lint(lint::Lint),
    Sockets(sockets::Sockets),
    Export(export::Export),
    Report(report::ReportCommand),
    Completions(completions::Completions),
}

/// Result of a subcommand: its exit code, or the reason why it failed.
type Done<T = u8> = Result<T, Failed>;

/// Parses the command line, runs the subcommand, and returns the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Flags::parse().command {
        Command::Show(show) => show.run(),
        Command::Sequence(sequence) => sequence.run(),
        Command::Layers(layers) => layers.run(),
        Command::Compare(compare) => compare.run(),
        Command::Verify(verify) => verify.run(),
        Command::Lint(lint) => lint.run(),
        Command::Sockets(sockets) => sockets.run(),
        Command::Export(export) => export.run(),
        Command::Report(report) => report.run(),
        Command::Completions(completions) => completions.run(),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // The reader of the pipe, such as `head`, has closed it.
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failed) => {
            // Standard error may be closed.
            let _ = writeln!(io::stderr(), "socket-trace: error: {failed}");
            ExitCode::from(2)
        }
    }
}

/// Returns `true` if standard output supports colours: a terminal, without `NO_COLOR`.
fn colored() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Returns the width of the terminal; `None` if standard output is not a terminal.
fn width() -> Option<usize> {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map(|(terminal_size::Width(columns), _)| columns.into())
}

fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Warns on standard error of a trace that is incomplete. Call after its last event was read.
fn warn_of_end(trace: &Trace) -> io::Result<()> {
    let source = trace.source();
    let warning = match trace.ending() {
        Ending::Complete(end) if end.lost > 0 => {
            format!("{source} is lossy: {} events are missing", end.lost)
        }
        Ending::Complete(end) if end.events != trace.events() => {
            format!("{source} has {} events, but its end line counts {}", trace.events(), end.events)
        }
        Ending::Complete(_) => return Ok(()),
        Ending::CutShort { torn: false } => {
            format!("{source} has no end line: it was cut short, or is still being written")
        }
        Ending::CutShort { torn: true } => {
            format!("{source} was cut short: its last line is incomplete and was skipped")
        }
        Ending::TextAfterEnd { line } => format!(
            "{source}, line {line}: text after the end line; two programs wrote to the file, and events are missing"
        ),
    };
    warn(&warning)
}

fn warn(warning: &str) -> io::Result<()> {
    writeln!(io::stderr(), "socket-trace: warning: {warning}")
}
