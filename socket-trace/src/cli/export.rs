//! `socket-trace export`: recordings in the formats of other tools.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use socket_tap::format::text::printable;

use super::failed::Failed;
use super::{Done, warn_of_end};
use crate::export::{self, Error, Format, goes_on};
use crate::reader::{Error as TraceError, Trace};

const HELP: &str = "Examples:\n  \
    socket-trace export rest.jsonl -o rest.pcapng\n  \
    wireshark rest.pcapng\n  \
    socket-trace export rest.jsonl --to pcapng -o - | tshark -r - -Y http\n\n  \
    socket-trace export grpc.jsonl -o grpc.sqlog    # for https://qvis.quictools.info\n\n  \
    socket-trace export traces/*.jsonl -o events.csv\n  \
    duckdb -c \"select recording, op, count(*), sum(bytes) from 'events.csv' group by all\"\n\n\
    pcapng needs payload: record with --capture. Packets are synthesised from the calls, each with a comment that names \
    the call; what the trace does not know (retransmissions, the network) is not in it.\n\n\
    Parts of one recording (shop.0.jsonl shop.1.jsonl shop.jsonl), given in their order, are exported as one.\n\n\
    Exit codes: 0 done; 2 a trace cannot be read, or the export not written.";

/// Write recordings for Wireshark, qvis, spreadsheets and DuckDB
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Export {
    /// The traces; - is standard input
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    /// The format; by default the one of the output's extension: .pcapng, .sqlog, .csv
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<Format>,
    /// Where to write; - is standard output. A file that is there is replaced; a new one is its owner's to read only
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Export {
    pub(super) fn run(&self) -> Done {
        let format = self.format()?;
        // All are opened before the output is, which may be there already and is to be spared when a name is wrong.
        let mut traces = self.traces.iter().map(Trace::open).collect::<Result<Vec<_>, TraceError>>()?;
        if !format.holds_several() && recordings(&traces) > 1 {
            return Err(Failed::Usage("a qlog file holds one recording: export each by itself".to_owned()));
        }
        let name = self.output.display().to_string();
        let out = self.create(format)?;
        let mut export = export::Export::to(format, out, &name).map_err(|error| self.unwritten(error))?;
        for trace in &mut traces {
            export.add(trace).map_err(|error| match error {
                Error::Trace(error) => Failed::Trace(error),
                Error::Output(error) => self.unwritten(error),
            })?;
            warn_of_end(trace)?;
        }
        let notes = export.finish().map_err(|error| self.unwritten(error))?;
        for note in notes {
            writeln!(io::stderr(), "socket-trace: note: {note}")?;
        }
        Ok(0)
    }

    fn format(&self) -> Done<Format> {
        let extension = || self.output.extension()?.to_str().and_then(Format::of_extension);
        self.to.or_else(extension).ok_or_else(|| {
            let name = printable(&self.output.display().to_string());
            Failed::Usage(format!(
                "the format of {name} is not clear: say --to pcapng, --to qlog or --to csv"
            ))
        })
    }

    fn create(&self, format: Format) -> Done<Box<dyn Write>> {
        if self.output.as_os_str() == "-" {
            let out = io::stdout();
            if format == Format::Pcapng && out.is_terminal() {
                return Err(Failed::Usage(
                    "pcapng is nothing for a terminal: give a file, or a pipe".to_owned(),
                ));
            }
            return Ok(Box::new(out));
        }
        if let Some(trace) = self.traces.iter().find(|trace| is_same(trace, &self.output)) {
            let name = printable(&trace.display().to_string());
            return Err(Failed::Usage(format!("{name} is both a trace and the output: it would be lost")));
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Whoever may not read the trace may not read this.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.output).map_err(|error| self.unwritten(error))?;
        Ok(Box::new(file))
    }

    fn unwritten(&self, error: io::Error) -> Failed {
        match error.kind() {
            // For whoever has seen enough.
            io::ErrorKind::BrokenPipe => Failed::Output(error),
            _ => Failed::Write { name: printable(&self.output.display().to_string()), error },
        }
    }
}

/// How many recordings the traces are.
fn recordings(traces: &[Trace]) -> usize {
    let joints = traces.windows(2).filter(|pair| match pair {
        [from, to] => goes_on(from.header(), to.header()),
        _ => false,
    });
    traces.len() - joints.count()
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
