//! `socket-trace compare`: compares the socket calls of recordings.

mod asserted;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::choices::GroupingName;
use super::failed::{CommandResult, Failed};
use super::socket_traces;
use super::terminal::{colored, write_json};
use crate::assertion::evidence;
use crate::assertion::judge::{Judgement, exit_code, judge};
use crate::assertion::limits::LimitChecker;
use crate::compare::Comparison;
use crate::summary::{EndedCall, RecordingState, Scope, Summary};
use crate::table::page;
use asserted::Asserted;

const HELP: &str = "Examples:\n  \
    socket-trace compare rest.jsonl grpc.jsonl\n  \
    socket-trace compare --json traces/*.jsonl | jq .verdict\n  \
    socket-trace compare --by operation before/rest.jsonl after/rest.jsonl\n  \
    socket-trace compare rest.jsonl --max-connections 1 --max-writes-per-call 1\n\n\
    A GitHub workflow step that fails if an assertion fails, and shows the reasons on the page of the run:\n  \
    - run: |\n      \
    rest-server --trace rest.jsonl --capture 16384 & server=$!\n      \
    curl --no-progress-meter --retry 9 --retry-connrefused http://127.0.0.1:3000/v1/books/[1-9]\n      \
    kill $server; wait $server\n      \
    socket-trace compare rest.jsonl --assert clean-ends --max-connections 1 \\\n        \
    --max-writes-per-call 1 --max-bytes-per-call 2000 --markdown >> $GITHUB_STEP_SUMMARY\n\n\
    The byte breakdown and the cost of calls need recordings with payload (--capture). A call is a request and its \
    response: an HTTP/1.1 exchange, an HTTP/2 stream, or an operation on a WebSocket. A read or write with parts \
    of two calls counts for both. The first call on a connection includes the cost of opening and closing the \
    connection. Data encrypted with TLS counts as payload. If a tap above TLS was recorded, too, the data counts \
    as its plaintext does, and the overhead of TLS counts as TLS. Times are medians. To see the effect of a change, \
    compare a recording from before with one from after.\n\n\
    Exit codes: 0 the same primitives, or all assertions hold; 1 different primitives, or an assertion fails; 2 \
    inconclusive (a trace is cut short, lossy, lacks payload, or is not a trace file), or wrong usage.";

/// Compare the socket calls of recordings, and check assertions on them
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Compare {
    /// Trace files; - is standard input. Servers are compared with servers, and clients with clients
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare each step of the traces, or each operation such as GET /v1/books/{} [default: operations if no
    /// trace has steps but all traces share an operation; else steps]
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

/// JSON output of `socket-trace compare`.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    assertions: &'a [Judgement],
}

impl Compare {
    pub(super) fn run(&self) -> CommandResult {
        if self.asserted.compares() && self.files.len() < 2 {
            return Err(Failed::Usage("--assert same-primitives needs at least two traces".to_owned()));
        }
        let assertions = self.asserted.all();
        let (files, traces): (Vec<_>, Vec<_>) = socket_traces::open(&self.files)?.into_iter().unzip();
        let mut checkers: Vec<_> = traces.iter().map(|_| LimitChecker::new(&assertions)).collect();
        let mut check = |index: usize, call: EndedCall<'_>| {
            if let Some(checker) = checkers.get_mut(index) {
                checker.call(call);
            }
        };
        let summaries = Summary::of_all(traces, RecordingState::Finished, Scope::default(), &mut check)?;
        let comparison = Comparison::of(summaries);
        let mut judgements = judge(&assertions, &comparison, &checkers);
        evidence::look_up(judgements.iter_mut().flat_map(Judgement::evidence_mut), &files);
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
