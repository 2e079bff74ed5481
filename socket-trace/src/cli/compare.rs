//! `socket-trace compare`: whether recordings show the same socket primitives, and what differs.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use socket_tap::format::Side;

use super::{Done, write_json};
use crate::compare::Comparison;
use crate::reader::{Error, Trace};
use crate::summary::{Recording, Summary};
use crate::table;

const HELP: &str = "Examples:\n  \
    socket-trace compare rest.jsonl grpc.jsonl\n  \
    socket-trace compare --json traces/*.jsonl | jq .verdict\n\n\
    Exit codes: 0 the same primitives; 1 different; 2 could not tell (a trace is cut short, lossy or no trace).";

/// Say whether recordings show the same socket primitives, and what differs
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Compare {
    /// The traces, two or more; servers are compared with servers, clients with clients
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
}

impl Compare {
    pub(super) fn run(&self) -> Done {
        let traces = (self.files.iter())
            .map(|file| Summary::of(Trace::open(file)?, Recording::Ended))
            .collect::<Result<Vec<_>, Error>>()?;
        let comparison = Comparison::of(traces);
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            write_json(&mut out, &comparison)?;
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
}
