//! `socket-trace story`: draws the calls of a step in phases, for several APIs.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::terminal::{warn_of_defects, width, write_json};
use crate::reader::{Error, Trace};
use crate::report::title;
use crate::story::{stories, text};
use crate::timeline::{AnnotatedEvents, Timeline};

/// Width of the picture if standard output is not a terminal.
const WIDTH: usize = 80;

const HELP: &str = "A connection has five phases: open, agree (on the protocol), request, response, close. Calls of a phase \
    with the same purpose are counted: `2 writes 114 B`. Below them is what the bytes mean. Give the recordings of the \
    server, of the client, or both. Recordings with the same name form one column. Terminals of 154 columns or more show \
    three APIs side by side.\n\n\
    Examples:\n  \
    socket-trace story traces/*.jsonl --step \"get a book\"   three APIs, one call\n  \
    socket-trace story rest.jsonl                           the whole recording\n\n\
    Exit codes: 0 drawn; 2 the step has no call, a trace cannot be read, or wrong usage.";

/// Draw the calls of a step in phases, several APIs side by side
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Story {
    /// Trace files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// First run of this step: from the mark with this name to the next mark [default: the whole recording]
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// Print the stories as JSON, an array with one for each API
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Story {
    pub(super) fn run(&self) -> CommandResult {
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        let mut events = AnnotatedEvents::with_contracts(Timeline::of(traces), &self.contracts.read()?);
        let stories = stories(&mut events, self.step.as_deref())?;
        if stories.is_empty() {
            return Err(Failed::Usage(self.not_found()));
        }
        let mut out = io::stdout().lock();
        if self.json {
            write_json(&mut out, &stories)?;
        } else {
            let titled: Vec<_> = stories.into_iter().map(|story| (title(&story.api), story)).collect();
            out.write_all(text::picture(&titled, width().unwrap_or(WIDTH)).as_bytes())?;
        }
        out.flush()?;
        for trace in events.timeline().traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }

    fn not_found(&self) -> String {
        match &self.step {
            Some(step) => {
                format!("no connection makes a call in step {step:?}; list the steps with `show --op mark`")
            }
            None => "the recording has no connection".to_owned(),
        }
    }
}
