//! `socket-trace lint`: finds avoidable problems in recordings.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::failed::CommandResult;
use super::socket_traces;
use super::terminal::{colored, write_json};
use crate::lint::report::Report;
use crate::lint::text::Text;
use crate::lint::{Options, lint, rules};

const HELP: &str = "Examples:\n  \
    socket-trace lint rest-server.jsonl\n  \
    socket-trace lint --explain small-writes-with-nagle\n  \
    socket-trace lint --skip write-after-end --skip unread-bytes traces/*.jsonl\n  \
    socket-trace lint --json shop.jsonl | jq '.[].findings[] | {rule, count}'\n\n\
    Each finding has the lines of the trace that prove it, the cause, and ways to fix it. Each trace is checked \
    separately.\n\n\
    Exit codes: 0 no findings; 1 findings; 2 inconclusive: no findings, but some rules could not be checked \
    because a trace is cut short or lossy (the report lists them), or a file is not a trace file.";

/// Find avoidable problems in the socket use of a program
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Lint {
    /// Trace files; - is standard input
    #[arg(required_unless_present_any = ["list", "explain"], value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Check only this rule; may be given several times
    #[arg(long, value_name = "RULE", value_parser = names(), hide_possible_values = true)]
    only: Vec<String>,
    /// Skip this rule; may be given several times
    #[arg(long, value_name = "RULE", value_parser = names(), hide_possible_values = true)]
    skip: Vec<String>,
    /// Report a connection that the recording leaves open if it was idle for at least this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Options::default().idle.as_secs())]
    idle: u64,
    /// Print the reports as a JSON array
    #[arg(long)]
    json: bool,
    /// List the rules and exit
    #[arg(long)]
    list: bool,
    /// Explain a rule and exit: its conditions, the cause, and ways to fix it
    #[arg(long, value_name = "RULE", value_parser = names(), hide_possible_values = true, conflicts_with = "list")]
    explain: Option<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(rules().into_iter().map(|rule| rule.name))
}

impl Lint {
    pub(super) fn run(&self) -> CommandResult {
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.list || self.explain.is_some() {
            self.explain(&mut out)?;
            return Ok(0);
        }
        let options = Options {
            only: self.only.clone(),
            skip: self.skip.clone(),
            idle: Duration::from_secs(self.idle),
        };
        let reports = (socket_traces::open(&self.files)?.into_iter())
            .map(|(_, trace)| Ok(lint(trace, &options)?))
            .collect::<CommandResult<Vec<Report>>>()?;
        if self.json {
            write_json(&mut out, &reports)?;
        } else {
            let mut text = Text::new(colored());
            for (number, report) in reports.iter().enumerate() {
                let separator = if number > 0 { "\n" } else { "" };
                write!(out, "{separator}{}", text.report(report))?;
            }
        }
        out.flush()?;
        Ok(exit_code(&reports))
    }

    fn explain(&self, out: &mut impl Write) -> CommandResult<()> {
        let selected = |name| self.explain.as_deref().is_none_or(|selected| selected == name);
        let rules: Vec<_> = rules().into_iter().filter(|rule| selected(rule.name)).collect();
        match (self.json, self.list) {
            (true, _) => write_json(out, &rules)?,
            (false, true) => {
                for rule in rules {
                    writeln!(out, "{:<33}{}", rule.name, rule.title)?;
                }
            }
            (false, false) => {
                for rule in rules {
                    write!(out, "{}", rule.to_text(colored()))?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

/// Returns the exit code. Problems found in one trace take precedence over rules that could not be checked in
/// another.
fn exit_code(reports: &[Report]) -> u8 {
    let has = |code| reports.iter().any(|report| report.exit_code() == code);
    match (has(1), has(2)) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    }
}
