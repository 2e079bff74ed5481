//! `socket-trace sockets`: lists the sockets of running programs.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::Args;

use super::failed::{CommandResult, Failed};
use super::terminal::{colored, warn, write_json};
use crate::escaped_json::EscapedJson;
use crate::reader::Trace;
use crate::sockets::changes::{Marked, mark, unmarked};
use crate::sockets::traced::Traced;
use crate::sockets::{Filter, age, table, text};

const HELP: &str = "Examples:\n  \
    socket-trace sockets --port 3000\n  \
    socket-trace sockets --trace rest-server.jsonl --watch\n  \
    socket-trace sockets --json | jq '.[] | select(.state == \"CLOSE_WAIT\")'\n\n\
    Without a filter, all TCP and UDP sockets are shown; with several filters, sockets that match any. A \
    connection between two programs of this machine is two sockets, in two rows. --port and --trace show both; \
    --pid shows the sockets of the process, and those it accepted that are left in TIME_WAIT.\n\n\
    With --watch, new rows are marked +, changed rows *, and closed rows -.\n\n\
    Exit codes: 0 shown; 2 no such process, a trace cannot be read, or a system other than Linux.";

/// List the sockets of running programs, as netstat does, and explain their states
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Sockets {
    /// Sockets of this process; may be given several times
    #[arg(long, value_name = "PID")]
    pid: Vec<u32>,
    /// Sockets with this port, on either side; may be given several times
    #[arg(long, value_name = "PORT")]
    port: Vec<u16>,
    /// Sockets of the program that recorded this trace; may be given several times
    #[arg(long, value_name = "FILE")]
    trace: Vec<PathBuf>,
    /// Refresh the table every second, or at this interval in seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "1")]
    watch: Option<u64>,
    /// Print the rows as a JSON array; with --watch, one array per line
    #[arg(long)]
    json: bool,
}

impl Sockets {
    pub(super) fn run(&self) -> CommandResult {
        let filter = self.filter()?;
        match self.watch {
            Some(seconds) => self.watch(&filter, Duration::from_secs(seconds.max(1))),
            None => {
                let rows = table(&filter).map_err(Failed::Sockets)?;
                let mut out = io::BufWriter::new(io::stdout().lock());
                if self.json {
                    write_json(&mut out, &rows)?;
                } else {
                    write!(out, "{}", page(&unmarked(&rows), false))?;
                }
                out.flush()?;
                Ok(0)
            }
        }
    }

    fn filter(&self) -> CommandResult<Filter> {
        let mut filter = Filter::default();
        for pid in &self.pid {
            if age(*pid).map_err(Failed::Sockets)?.is_none() {
                return Err(Failed::Usage(format!("process {pid} does not exist")));
            }
            filter.add(Filter::pid(*pid));
        }
        filter.ports.extend(&self.port);
        for file in &self.trace {
            let Traced { filter: traced, gone } = Traced::of(Trace::open(file)?)?;
            if let Some(pid) = gone {
                let file = file.display();
                warn(&format!(
                    "process {pid}, which recorded {file}, has ended; its recorded addresses are shown"
                ))?;
            }
            filter.add(traced);
        }
        // An empty filter would match all sockets.
        match self.trace.is_empty() || !filter.is_empty() {
            true => Ok(filter),
            false => Err(Failed::Usage("the traces contain no socket with an address".to_owned())),
        }
    }

    /// Prints the table again at each interval, until standard output is closed or the user presses Ctrl-C.
    fn watch(&self, filter: &Filter, every: Duration) -> CommandResult {
        let is_screen = io::stdout().is_terminal() && !self.json;
        let mut before = None;
        loop {
            let now = table(filter).map_err(Failed::Sockets)?;
            let marked = before.as_deref().map_or_else(|| unmarked(&now), |before| mark(before, &now));
            let mut out = io::stdout().lock();
            if self.json {
                serde_json::to_writer(EscapedJson(&mut out), &marked).map_err(io::Error::from)?;
                writeln!(out)?;
            } else if is_screen {
                out.write_all(frame(&marked, before.is_none()).as_bytes())?;
            } else {
                writeln!(out, "{}", page(&marked, false))?;
            }
            out.flush()?;
            drop(out);
            before = Some(now);
            thread::sleep(every);
        }
    }
}

/// Formats the table of sockets and its legend.
fn page(marked: &[Marked], color: bool) -> String {
    format!("{}\n{}", text::rows(marked, color), text::legend(marked))
}

/// Formats the table as an update of the terminal's screen. The first update (`first`) clears the screen. Later
/// ones overwrite the lines without clearing them, which avoids flicker. Lines below the end of the screen are
/// omitted and counted.
fn frame(marked: &[Marked], first: bool) -> String {
    let page = page(marked, colored());
    let height = terminal_size::terminal_size().map_or(usize::MAX, |(_, height)| usize::from(height.0));
    let lines: Vec<&str> = page.lines().collect();
    let visible = if lines.len() < height { lines.len() } else { height.saturating_sub(2) };
    let clear = if first { "\x1b[2J" } else { "" };
    // Turn off line wrapping during the update: a wrapped line would take up two.
    let mut frame = format!("{clear}\x1b[H\x1b[?7l");
    for line in lines.iter().take(visible) {
        frame += line;
        frame += "\x1b[K\n";
    }
    if visible < lines.len() {
        frame += &format!("… {} more lines\x1b[K", lines.len() - visible);
    }
    frame + "\x1b[J\x1b[?7h"
}
