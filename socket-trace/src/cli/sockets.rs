//! `socket-trace sockets`: the sockets of running programs.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::Args;

use super::failed::{Done, Failed};
use super::terminal::{colored, write_json};
use crate::reader::Trace;
use crate::sockets::changes::{Marked, mark, unmarked};
use crate::sockets::traced::Traced;
use crate::sockets::{Filter, age, table, text};

const HELP: &str = "Examples:\n  \
    socket-trace sockets --port 3000\n  \
    socket-trace sockets --trace rest-server.jsonl --watch\n  \
    socket-trace sockets --json | jq '.[] | select(.state == \"CLOSE_WAIT\")'\n\n\
    Without a filter, all sockets of TCP and UDP are shown; with several, those that fit any. A connection between two \
    programs of this machine is two sockets, and has two rows. With --port and --trace both are shown; with --pid \
    those of the process, and what is left in TIME_WAIT of those that it accepted.\n\n\
    A row that is new since the last look is marked +, one that has changed *, and one that is gone -.\n\n\
    Exit codes: 0 shown; 2 not to be had: on a system other than Linux, or no such process.";

/// Show the sockets of running programs, as netstat does, and what their states mean
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Sockets {
    /// Sockets of this process; may be given several times
    #[arg(long, value_name = "PID")]
    pid: Vec<u32>,
    /// Sockets with this port, on either side; may be given several times
    #[arg(long, value_name = "PORT")]
    port: Vec<u16>,
    /// Sockets of the program that records, or has recorded, this trace; may be given several times
    #[arg(long, value_name = "FILE")]
    trace: Vec<PathBuf>,
    /// Look again every second, or after so many
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "1")]
    watch: Option<u64>,
    /// Print the rows as JSON, an array; with --watch one array a line
    #[arg(long)]
    json: bool,
}

impl Sockets {
    pub(super) fn run(&self) -> Done {
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

    fn filter(&self) -> Done<Filter> {
        let mut filter = Filter::default();
        for pid in &self.pid {
            if age(*pid).map_err(Failed::Sockets)?.is_none() {
                return Err(Failed::Usage(format!("no process has the id {pid}")));
            }
            filter.add(Filter::pid(*pid));
        }
        filter.ports.extend(&self.port);
        for file in &self.trace {
            let Traced { filter: traced, gone } = Traced::of(Trace::open(file)?)?;
            if let Some(pid) = gone {
                let file = file.display();
                writeln!(
                    io::stderr(),
                    "socket-trace: warning: the process {pid} that recorded {file} has ended; its ports are shown"
                )?;
            }
            filter.add(traced);
        }
        // Else a trace without sockets would ask for all there are.
        match self.trace.is_empty() || !filter.is_empty() {
            true => Ok(filter),
            false => Err(Failed::Usage("the traces speak of no socket with an address".to_owned())),
        }
    }

    /// Until the reader has seen enough, or somebody presses Ctrl-C.
    fn watch(&self, filter: &Filter, every: Duration) -> Done {
        let screen = io::stdout().is_terminal() && !self.json;
        let mut before = None;
        loop {
            let now = table(filter).map_err(Failed::Sockets)?;
            let marked = before.as_deref().map_or_else(|| unmarked(&now), |before| mark(before, &now));
            let mut out = io::stdout().lock();
            if self.json {
                serde_json::to_writer(&mut out, &marked).map_err(io::Error::from)?;
                writeln!(out)?;
            } else if screen {
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

/// The table and its legend.
fn page(marked: &[Marked], color: bool) -> String {
    format!("{}\n{}", text::rows(marked, color), text::legend(marked))
}

/// The same for a terminal, in place of what is there. Each line is overwritten, not wiped first, so that nothing
/// flickers; what does not fit is counted.
fn frame(marked: &[Marked], first: bool) -> String {
    let page = page(marked, colored());
    let height = terminal_size::terminal_size().map_or(usize::MAX, |(_, height)| usize::from(height.0));
    let lines: Vec<&str> = page.lines().collect();
    let room = if lines.len() < height { lines.len() } else { height.saturating_sub(2) };
    let wipe = if first { "\x1b[2J" } else { "" };
    // Lines that are too long are cut by the terminal meanwhile: a broken one would take the place of two.
    let mut frame = format!("{wipe}\x1b[H\x1b[?7l");
    for line in lines.iter().take(room) {
        frame += line;
        frame += "\x1b[K\n";
    }
    if room < lines.len() {
        frame += &format!("… {} lines more\x1b[K", lines.len() - room);
    }
    frame + "\x1b[J\x1b[?7h"
}
