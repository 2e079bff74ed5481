//! `socket-trace compare`: whether recordings show the same socket primitives, and what differs.

mod asserted;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::choices::GroupingName;
use super::failed::{Done, Failed};
use super::terminal::{colored, write_json};
use crate::assertion::evidence;
use crate::assertion::judge::{Judgement, exit_code, judge};
use crate::assertion::watch::Watch;
use crate::compare::Comparison;
use crate::reader::Trace;
use crate::summary::{RecordingState, Summary};
use crate::table::page;
use asserted::Asserted;

const HELP: &str = "Examples:\n  \
    socket-trace compare rest.jsonl grpc.jsonl\n  \
    socket-trace compare --json traces/*.jsonl | jq .verdict\n  \
    socket-trace compare --by operation before/rest.jsonl after/rest.jsonl\n  \
    socket-trace compare rest.jsonl --max-connections 1 --max-writes-per-call 1\n\n\
    A step of a workflow on GitHub that fails when what must hold does not, and shows why on its page:\n  \
    - run: |\n      \
    rest-server --trace rest.jsonl --capture 16384 & server=$!\n      \
    curl --no-progress-meter --retry 9 --retry-connrefused http://127.0.0.1:3000/v1/books/[1-9]\n      \
    kill $server; wait $server\n      \
    socket-trace compare rest.jsonl --assert clean-ends --max-connections 1 \\\n        \
    --max-writes-per-call 1 --max-bytes-per-call 2000 --markdown >> $GITHUB_STEP_SUMMARY\n\n\
    What bytes are spent on, and calls, can be told only of recordings with payload (--capture). A call is a request \
    and its answer, whatever carries it: an HTTP/1.1 exchange, an HTTP/2 stream, an operation on a WebSocket. A read or \
    write that carries parts of two calls counts in both. The first call on a connection is shown with what the \
    connection itself takes, its end included. Encrypted data of TLS is payload, unless a tap above TLS was recorded, too: then it \
    counts as what it is in plaintext, and what TLS adds counts as TLS. Times are medians. A recording that was made twice, before and after a \
    change, shows what has changed.\n\n\
    Exit codes: 0 the same primitives, or all that is asserted holds; 1 they differ, or something does not hold; 2 \
    could not tell (a trace is cut short, lossy, without the payload that is needed, or no trace).";

/// Say whether recordings show the same socket primitives, what differs, and whether what must hold does
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Compare {
    /// The traces; servers are compared with servers, clients with clients; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What stands beside each other; unless it is said, steps when there are any, else operations that all have
    #[arg(long, value_enum, value_name = "WHAT")]
    by: Option<GroupingName>,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
    /// Print the comparison as Markdown, to post in a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    #[command(flatten)]
    asserted: Asserted,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    assertions: &'a [Judgement],
}

impl Compare {
    pub(super) fn run(&self) -> Done {
        if self.asserted.compares() && self.files.len() < 2 {
            return Err(Failed::Usage(
                "--assert same-primitives compares: give two traces or more".to_owned(),
            ));
        }
        let assertions = self.asserted.all();
        let (mut summaries, mut watches) = (Vec::new(), Vec::new());
        for file in &self.files {
            let trace = Trace::open(file)?;
            let mut watch = Watch::new(&assertions);
            summaries
                .push(Summary::with_calls(trace, RecordingState::Finished, &mut |call| watch.call(call))?);
            watches.push(watch);
        }
        let comparison = Comparison::of(summaries);
        let mut judgements = judge(&assertions, &comparison, &watches);
        evidence::look_up(judgements.iter_mut().flat_map(Judgement::evidence_mut), &self.files);
        self.print(&comparison, &judgements)?;
        Ok(if assertions.is_empty() { comparison.verdict.exit_code() } else { exit_code(&judgements) })
    }

    fn print(&self, comparison: &Comparison, judgements: &[Judgement]) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let by = self.by.map(Into::into);
        match (self.json, self.markdown) {
            (true, _) => write_json(&mut out, &Report { comparison, assertions: judgements })?,
            (_, true) => out.write_all(page::markdown(comparison, judgements, by).as_bytes())?,
            _ => out.write_all(page::text(comparison, judgements, by, colored()).as_bytes())?,
        }
        out.flush()
    }
}
