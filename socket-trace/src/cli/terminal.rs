//! Writes to standard output and standard error.

use std::io::{self, IsTerminal as _, Write};

use clap::Args;
use serde::Serialize;
use socket_tap::format::text::printable;

use crate::escaped_json::EscapedJson;
use crate::reader::Trace;
use crate::summary::ending_defects;

/// Returns `true` if standard output is a terminal that shows colours, and `NO_COLOR` is not set.
pub(super) fn colored() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !no_color && !is_dumb
}

/// Returns the number of columns of the terminal, or `None` if standard output is not a terminal.
pub(super) fn width() -> Option<usize> {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map(|(terminal_size::Width(columns), _)| columns.into())
}

/// Number of columns of a drawing whose reader is not a terminal.
const DEFAULT_WIDTH: usize = 80;

/// Minimum number of columns of a drawing.
const MIN_WIDTH: u16 = 40;

/// The width of a drawing.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct DrawingWidth {
    /// Width in columns, from 40 to 1000 [default: that of the terminal, or 80 if there is none]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(i64::from(MIN_WIDTH)..=1_000))]
    width: Option<u16>,
}

impl DrawingWidth {
    /// Returns the number of columns.
    pub(super) fn columns(self) -> usize {
        let terminal = || width().map(|width| width.max(MIN_WIDTH.into()));
        self.width.map(usize::from).or_else(terminal).unwrap_or(DEFAULT_WIDTH)
    }
}

/// Writes a value as indented JSON and a line feed.
pub(super) fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(EscapedJson(&mut *out), value)?;
    writeln!(out)
}

/// Writes a warning to standard error for each defect of a trace, such as a missing end line. The trace must
/// have been read to its end.
pub(super) fn warn_of_defects(trace: &Trace) -> io::Result<()> {
    ending_defects(trace).iter().try_for_each(|defect| warn(&format!("{}: {defect}", trace.source())))
}

/// Writes a warning to standard error.
pub(super) fn warn(warning: &str) -> io::Result<()> {
    print_notice("warning", warning)
}

/// Writes a line to standard error: `socket-trace: warning: …`. The text is made printable, since it may contain the name of
/// a foreign file.
pub(super) fn print_notice(kind: &str, text: &str) -> io::Result<()> {
    writeln!(io::stderr(), "socket-trace: {kind}: {}", printable(text))
}

/// Makes each line of a text printable. Used where the text has several lines of its own.
pub(super) fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}
