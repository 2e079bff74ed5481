//! The command `socket-trace`: a file for each subcommand.

mod choices;
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

use crate::reader::Trace;
use crate::summary::ending_defects;
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

/// Warns on standard error of the defects of a trace that was read to its end.
fn warn_of_end(trace: &Trace) -> io::Result<()> {
    ending_defects(trace).iter().try_for_each(|defect| warn(&format!("{}: {defect}", trace.source())))
}

fn warn(warning: &str) -> io::Result<()> {
    writeln!(io::stderr(), "socket-trace: warning: {warning}")
}
