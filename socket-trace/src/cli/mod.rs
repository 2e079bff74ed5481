//! The command `socket-trace`: a file for each subcommand.

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
    "Exit codes: 0 done, or the same; 1 different, or findings; 2 could not tell, or wrong usage.";

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

/// What a subcommand comes to: its exit code, when nothing failed.
type Done<T = u8> = Result<T, Failed>;

/// Reads the command line, does what it says, and returns the exit code.
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
        // The reader, `head` for example, has seen enough.
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failed) => {
            // Nobody may be reading.
            let _ = writeln!(io::stderr(), "socket-trace: error: {failed}");
            ExitCode::from(2)
        }
    }
}

/// Whether standard output takes colours: a terminal, without `NO_COLOR`.
fn colored() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// How wide lines may be: as the terminal; `None` when it is none.
fn width() -> Option<usize> {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map(|(terminal_size::Width(columns), _)| columns.into())
}

fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Says on standard error what is wrong with the end of a trace that has been read.
fn warn_of_end(trace: &Trace) -> io::Result<()> {
    let source = trace.source();
    let warning = match trace.ending() {
        Ending::Complete(end) if end.lost > 0 => {
            format!("{source} is lossy: {} events are missing", end.lost)
        }
        Ending::Complete(end) if end.events != trace.events() => {
            format!("{source}: its end line counts {} events, but {} are there", end.events, trace.events())
        }
        Ending::Complete(_) => return Ok(()),
        Ending::CutShort { torn: false } => {
            format!("{source} has no end line: it was cut short, or is being written")
        }
        Ending::CutShort { torn: true } => {
            format!("{source} was cut short: its last line breaks off and was left out")
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
