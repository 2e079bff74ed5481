//! `socket-trace lint`: what a recording shows that its program could do better.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::failed::Done;
use super::terminal::{colored, write_json};
use crate::lint::report::Report;
use crate::lint::text::Text;
use crate::lint::{Options, lint, rules};
use crate::reader::Trace;

const HELP: &str = "Examples:\n  \
    socket-trace lint rest-server.jsonl\n  \
    socket-trace lint --explain small-writes-with-nagle\n  \
    socket-trace lint --skip write-after-end --skip unread-bytes traces/*.jsonl\n  \
    socket-trace lint --json shop.jsonl | jq '.[].findings[] | {rule, count}'\n\n\
    Each finding comes with the lines of the trace that show it, why it is a trouble, and what to do. Each trace is \
    looked at by itself.\n\n\
    Exit codes: 0 nothing found; 1 findings; 2 could not tell: nothing found, but a trace is cut short or lossy, so \
    that some rules had to be left out (it says which), or is no trace.";

/// Look for what a program could do better with its sockets
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Lint {
    /// The traces; - is standard input
    #[arg(required_unless_present_any = ["list", "explain"], value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Ask only this rule; may be given several times
    #[arg(long, value_name = "RULE", value_parser = names(), hide_possible_values = true)]
    only: Vec<String>,
    /// Leave this rule out; may be given several times
    #[arg(long, value_name = "RULE", value_parser = names(), hide_possible_values = true)]
    skip: Vec<String>,
    /// How long a connection that is open at the end may be quiet
    #[arg(long, value_name = "SECONDS", default_value_t = Options::default().idle.as_secs())]
    idle: u64,
    /// Print the reports as JSON, an array
    #[arg(long)]
    json: bool,
    /// Name the rules, and end
    #[arg(long)]
    list: bool,
    /// Explain a rule, and end: when it speaks, why, and what to do
    #[arg(long, value_name = "RULE", value_parser = names(), hide_possible_values = true, conflicts_with = "list")]
    explain: Option<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(rules().into_iter().map(|about| about.name))
}

impl Lint {
    pub(super) fn run(&self) -> Done {
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
        let reports = (self.files.iter())
            .map(|file| Ok(lint(Trace::open(file)?, &options)?))
            .collect::<Done<Vec<Report>>>()?;
        if self.json {
            write_json(&mut out, &reports)?;
        } else {
            let mut text = Text::new(colored());
            for (number, report) in reports.iter().enumerate() {
                let between = if number > 0 { "\n" } else { "" };
                write!(out, "{between}{}", text.report(report))?;
            }
        }
        out.flush()?;
        Ok(exit_code(&reports))
    }

    fn explain(&self, out: &mut impl Write) -> Done<()> {
        let wanted = |name| self.explain.as_deref().is_none_or(|wanted| wanted == name);
        let rules: Vec<_> = rules().into_iter().filter(|about| wanted(about.name)).collect();
        match (self.json, self.list) {
            (true, _) => write_json(out, &rules)?,
            (false, true) => {
                for about in rules {
                    writeln!(out, "{:<33}{}", about.name, about.title)?;
                }
            }
            (false, false) => {
                for about in rules {
                    write!(out, "{}", about.to_text(colored()))?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

/// A finding in one trace says more than that nothing could be said of another.
fn exit_code(reports: &[Report]) -> u8 {
    let has = |code| reports.iter().any(|report| report.exit_code() == code);
    match (has(1), has(2)) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    }
}
