//! The command `socket-trace`.

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Parser, Subcommand};
use socket_tap::format::Side;
use socket_tap::format::text::{Lines, printable};

use crate::compare::Comparison;
use crate::reader::{Ending, Error, Trace};
use crate::summary::{Recording, Summary};
use crate::table;
use crate::verify::log::Log;
use crate::verify::{Failure, verify};

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
    /// Say whether a recording is exact: whether the kernel saw the same calls, by a log of strace
    #[command(after_help = VERIFY_HELP)]
    Verify {
        /// The trace
        trace: PathBuf,
        /// What strace wrote while the trace was recorded, by the command below
        #[arg(long, value_name = "LOG")]
        strace: PathBuf,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
}

const VERIFY_HELP: &str = "Example, on Linux:\n  \
    strace -f -ttt -s 0 -o rest.strace \\\n    \
    -e \"trace=%network,read,write,readv,writev,sendfile,splice,close,close_range,\\\n\
fcntl,dup,?dup2,dup3,clone,clone3,?fork,?vfork\" rest-server --trace rest.jsonl\n  \
    socket-trace verify rest.jsonl --strace rest.strace\n\n\
    Of the flags of strace, -f and -o are needed, and all the calls: each can open, use or close a socket, or make a \
    thread. -s 0 keeps what was said out of the log, -ttt says when. Two things are no differences, as tokio keeps them \
    from the program: a call that would have blocked, and that a connection was gone already when it was shut down.\n\n\
    Exit codes: 0 the trace is exact; 1 it differs; 2 could not tell (a trace that is cut short or lossy, a log that \
    breaks off or is of another process).";

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
        Command::Verify { trace, strace, json } => check(&trace, &strace, json),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(Failed::Trace(error)) => complain(&error),
        Err(Failed::Verify(error)) => complain(&error),
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
    Verify(Failure),
    Output(io::Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Trace(error)
    }
}

impl From<Failure> for Failed {
    fn from(error: Failure) -> Self {
        Self::Verify(error)
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
        Ending::Complete(end) if end.events != trace.events() => {
            format!("{source}: its end line counts {} events, but {} are there", end.events, trace.events())
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
        printable(&header.name),
        header.side.name(),
        printable(&header.program),
        header.pid,
        printable(&header.started)
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

fn check(trace: &PathBuf, strace: &PathBuf, json: bool) -> Result<u8, Failed> {
    let report = verify(Trace::open(trace)?, Log::open(strace).map_err(Failure::Log)?)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{report}")?;
    }
    out.flush()?;
    Ok(report.verdict.exit_code())
}
