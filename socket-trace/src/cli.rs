//! The command `socket-trace`.

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Parser, Subcommand};
use socket_tap::format::Side;
use socket_tap::format::text::Lines;

use crate::compare::Comparison;
use crate::reader::{Ending, Error, Trace};
use crate::summary::{Recording, Summary};
use crate::table;

/// Reads recordings made with socket-tap
#[derive(Debug, Parser)]
#[command(name = "socket-trace", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, or the same; 1 different; 2 could not tell, or wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a recording, a line for each socket call
    #[command(after_help = "Examples:\n  socket-trace show rest.jsonl\n  socket-trace show - < rest.jsonl")]
    Show {
        /// The trace; - is standard input
        file: PathBuf,
        /// Print the events as JSON, one array
        #[arg(long)]
        json: bool,
    },
    /// Say whether recordings show the same socket primitives, and what differs
    #[command(after_help = COMPARE_HELP)]
    Compare {
        /// The traces, two or more; servers are compared with servers, clients with clients
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print the comparison as JSON
        #[arg(long)]
        json: bool,
    },
}

const COMPARE_HELP: &str = "Examples:\n  \
    socket-trace compare rest.jsonl grpc.jsonl\n  \
    socket-trace compare --json traces/*.jsonl | jq .verdict\n\n\
    Exit codes: 0 the same primitives; 1 different; 2 could not tell (a trace is cut short, lossy or no trace).";

/// Reads the command line, does what it says, and returns the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Flags::parse().command {
        Command::Show { file, json } => show(&file, json),
        Command::Compare { files, json } => compare(&files, json),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(Failed::Trace(error)) => complain(&error),
        // The reader, `head` for example, has seen enough.
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failed::Output(error)) => complain(&format!("cannot print: {error}")),
    }
}

fn complain(error: &dyn std::fmt::Display) -> ExitCode {
    // Nobody may be reading.
    let _ = writeln!(io::stderr(), "socket-trace: error: {error}");
    ExitCode::from(2)
}

#[derive(Debug)]
enum Failed {
    Trace(Error),
    Output(io::Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Trace(error)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn show(file: &PathBuf, json: bool) -> Result<u8, Failed> {
    let mut trace = Trace::open(file)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        show_json(&mut trace, &mut out)?;
    } else {
        show_lines(&mut trace, &mut out)?;
    }
    out.flush()?;
    let source = trace.source();
    let warning = match trace.ending() {
        Ending::Complete(end) if end.lost > 0 => {
            format!("{source} is lossy: {} events are missing", end.lost)
        }
        Ending::Complete(_) => return Ok(0),
        Ending::CutShort { torn: false } => {
            format!("{source} has no end line: it was cut short, or is being written")
        }
        Ending::CutShort { torn: true } => {
            format!("{source} was cut short: its last line breaks off and was left out")
        }
    };
    writeln!(io::stderr(), "socket-trace: warning: {warning}")?;
    Ok(0)
}

fn show_lines(trace: &mut Trace, out: &mut impl Write) -> Result<(), Failed> {
    let color = anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let header = trace.header();
    let payload = match header.capture {
        0 => "without payload".to_owned(),
        bytes => format!("with up to {bytes} B of payload each"),
    };
    writeln!(
        out,
        "{} {}, recorded by {} (pid {}) from {}, {payload}",
        header.name,
        header.side.name(),
        header.program,
        header.pid,
        header.started
    )?;
    let mut lines = Lines::new().color(color);
    let mut text = String::new();
    while let Some(event) = trace.next_event()? {
        text.clear();
        lines.push(&event, &mut text);
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn show_json(trace: &mut Trace, out: &mut impl Write) -> Result<(), Failed> {
    let mut before = "[";
    while let Some(event) = trace.next_event()? {
        out.write_all(before.as_bytes())?;
        before = ",";
        socket_tap::format::write_event(out, &event)?;
    }
    if before == "[" {
        out.write_all(b"[")?;
    }
    out.write_all(b"]\n")?;
    Ok(())
}

fn compare(files: &[PathBuf], json: bool) -> Result<u8, Failed> {
    let traces = files
        .iter()
        .map(|file| Summary::of(Trace::open(file)?, Recording::Ended))
        .collect::<Result<Vec<_>, Error>>()?;
    let comparison = Comparison::of(traces);
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        serde_json::to_writer_pretty(&mut out, &comparison).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", table::verdict(&comparison))?;
        for side in [Side::Server, Side::Client] {
            if let Some(table) = table::differences(&comparison.traces, side) {
                writeln!(out, "\nWhat differs, as the {}s recorded it:", side.name())?;
                write!(out, "{table}")?;
            }
        }
    }
    out.flush()?;
    Ok(comparison.verdict.exit_code())
}
