//! `socket-trace show`: a recording, a line for each socket call.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use socket_tap::format::text::{Lines, printable};

use super::{Done, colored, warn_of_end};
use crate::reader::Trace;

/// Print a recording, a line for each socket call
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  socket-trace show rest.jsonl\n  socket-trace show - < rest.jsonl")]
pub(super) struct Show {
    /// The trace; - is standard input
    file: PathBuf,
    /// Print the events as JSON, one array
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(&self) -> Done {
        let mut trace = Trace::open(&self.file)?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            show_json(&mut trace, &mut out)?;
        } else {
            show_lines(&mut trace, &mut out)?;
        }
        out.flush()?;
        warn_of_end(&trace)?;
        Ok(0)
    }
}

fn show_lines(trace: &mut Trace, out: &mut impl Write) -> Done<()> {
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
    let mut lines = Lines::new().color(colored());
    let mut text = String::new();
    while let Some(event) = trace.next_event()? {
        text.clear();
        lines.push(&event, &mut text);
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn show_json(trace: &mut Trace, out: &mut impl Write) -> Done<()> {
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
