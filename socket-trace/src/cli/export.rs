//! `socket-trace export`: converts recordings to formats of other tools.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Args;

use super::choices::FormatName;
use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::output::Output;
use super::terminal::{printable_lines, warn_of_defects};
use crate::export::{self, Error, Format, SecondEnds, continues, har, perfetto};
use crate::reader::{Error as TraceError, Trace};
use crate::timeline::{AnnotatedEvents, Timeline};

const HELP: &str = "Examples:\n  \
    socket-trace export rest.jsonl -o rest.pcapng\n  \
    wireshark rest.pcapng\n  \
    socket-trace export rest.jsonl --to pcapng -o - | tshark -r - -Y http\n\n  \
    socket-trace export rest-client.jsonl rest-server.jsonl -o rest.har    # import it in a browser's network panel\n  \
    socket-trace export traces/*.jsonl -o all.pftrace    # for https://ui.perfetto.dev\n  \
    socket-trace export grpc.jsonl -o grpc.sqlog    # for https://qvis.quictools.info\n\n  \
    socket-trace export traces/*.jsonl -o events.csv\n  \
    duckdb -c \"select recording, op, count(*), sum(bytes) from 'events.csv' group by all\"\n\n\
    pcapng and har need payload: record with --capture. Packets are synthesised from the calls, and a comment in each \
    packet names its call. They contain nothing that the trace does not record, such as retransmissions. A recording \
    of the network is exported with its packets as they were, which replace those of its socket calls. A connection of which both ends were recorded is \
    exported once, from the server's recording and with its times, or from the client's if only that has payload; har \
    prefers the client's. In perfetto, arrows lead from each write to the read of its bytes.\n\n\
    The parts of one recording (shop.0.jsonl shop.1.jsonl shop.jsonl), given in order, are exported as one.\n\n\
    In CSV, a text that a spreadsheet would execute as a formula is preceded by an apostrophe.\n\n\
    Exit codes: 0 exported; 2 a trace cannot be read, or the export cannot be written.";

/// Convert recordings for Wireshark, browsers, Perfetto, qvis, spreadsheets and DuckDB
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Export {
    /// Trace files; - is standard input
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    /// Output format [default: by the extension of the output: .pcapng, .har, .pftrace, .sqlog, .csv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<FormatName>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Export {
    pub(super) fn run(&self) -> CommandResult {
        let name = self.format()?;
        // Open all traces before the output, so that a wrong name does not overwrite an existing file.
        let traces = self.traces.iter().map(Trace::open).collect::<Result<Vec<_>, TraceError>>()?;
        let notes = match name {
            FormatName::Pcapng => self.events(Format::Pcapng, traces)?,
            FormatName::Qlog => self.events(Format::Qlog, traces)?,
            FormatName::Csv => self.events(Format::Csv, traces)?,
            FormatName::Har | FormatName::Perfetto => self.timeline(name, traces)?,
        };
        for note in notes {
            writeln!(io::stderr(), "socket-trace: note: {}", printable_lines(&note))?;
        }
        Ok(0)
    }

    /// Exports packets or events, one recording after the other.
    fn events(&self, format: Format, mut traces: Vec<Trace>) -> CommandResult<Vec<String>> {
        if !format.holds_several() && recordings(&traces) > 1 {
            return Err(Failed::Usage(
                "a qlog file holds one recording; export each to its own file".to_owned(),
            ));
        }
        let name = self.output.output.display().to_string();
        let out = self.create(format == Format::Pcapng)?;
        let mut export =
            export::Export::to(format, out, &name).map_err(|error| self.output.write_error(error))?;
        export.omit(self.second_ends(format, &traces)?);
        for trace in &mut traces {
            export.add(trace).map_err(|error| self.failed(error))?;
            warn_of_defects(trace)?;
        }
        export.finish().map_err(|error| self.output.write_error(error))
    }

    /// Exports the merged recordings.
    fn timeline(&self, format: FormatName, traces: Vec<Trace>) -> CommandResult<Vec<String>> {
        let contracts = self.contracts.read()?;
        let out = self.create(format.is_binary())?;
        let mut events = AnnotatedEvents::with_contracts(Timeline::of(traces), &contracts);
        let notes = match format {
            FormatName::Har => {
                events = events.with_detail(har::DETAIL);
                har::write(&mut events, &contracts, out)
            }
            _ => perfetto::write(&mut events, out),
        };
        let notes = notes.map_err(|error| self.failed(error))?;
        events.timeline().traces().try_for_each(warn_of_defects)?;
        Ok(notes)
    }

    fn failed(&self, error: Error) -> Failed {
        match error {
            Error::Trace(error) => Failed::Trace(error),
            Error::Output(error) => self.output.write_error(error),
        }
    }

    /// Finds the connections of which both ends were recorded. A capture contains each connection once; a table of events
    /// contains all events. The traces are read once more, so standard input is exported as it is.
    fn second_ends(&self, format: Format, traces: &[Trace]) -> CommandResult<SecondEnds> {
        let is_read_once = self.traces.iter().any(|path| path.as_os_str() == "-");
        if format != Format::Pcapng || is_read_once || recordings(traces) < 2 {
            return Ok(SecondEnds::default());
        }
        let again = self.traces.iter().map(Trace::open).collect::<Result<Vec<_>, TraceError>>()?;
        // An invalid line is reported when its trace is exported, after the events before it.
        Ok(SecondEnds::find(again).unwrap_or_default())
    }

    fn format(&self) -> CommandResult<FormatName> {
        let extension = || self.output.output.extension()?.to_str().and_then(FormatName::of_extension);
        self.to.or_else(extension).ok_or_else(|| {
            let name = self.output.name();
            Failed::Usage(format!(
                "the extension of {name} names no export format; pass --to pcapng, har, perfetto, qlog or csv"
            ))
        })
    }

    fn create(&self, is_binary: bool) -> CommandResult<Box<dyn Write>> {
        if self.output.is_standard() && is_binary && io::stdout().is_terminal() {
            return Err(Failed::Usage("the format is binary; write it to a file or a pipe".to_owned()));
        }
        self.output.create(&self.traces)
    }
}

/// Returns the number of recordings in the traces. Consecutive files of a rotated recording count once.
fn recordings(traces: &[Trace]) -> usize {
    let continuations = traces.windows(2).filter(|pair| match pair {
        [from, to] => continues(from.header(), to.header()),
        _ => false,
    });
    traces.len() - continuations.count()
}
