//! Starts the recording of a server command, and reports its errors.

use std::io::{self, IsTerminal as _};

use clap::Args;
use socket_tap::format::text::Lines;
use socket_tap::sink::LiveLines;
use socket_tap::{RecordingError, Tap};

use crate::flags::Flags;
use crate::program::Program;
use crate::stderr::print_line;

/// Starts the recording that `flags` describe.
pub(crate) fn start_tap<L: Args>(program: &Program, flags: &Flags<L>) -> io::Result<Tap> {
    if flags.no_tap || (flags.quiet && flags.trace.is_none()) {
        return Ok(Tap::off());
    }
    let tap = Tap::server(program.api)
        .program(format!("{} {}", program.name, program.version))
        .capture(flags.capture)
        .on_error(print_recording_error(program.name));
    let tap = match flags.tcp_info {
        Some(interval) => tap.tcp_info_every(interval.into()),
        None => tap,
    };
    match &flags.trace {
        Some(path) => tap.sink(flags.trace_limit.create(path)?).start(),
        None => tap.sink(LiveLines::new(Lines::new().color(stdout_has_color()), io::stdout())).start(),
    }
}

/// Returns a callback that prints recording errors, so that a user learns when a full disk stops the
/// recording.
pub fn print_recording_error(name: &'static str) -> impl Fn(&RecordingError) + Send + 'static {
    move |error| {
        print_line(format_args!("{name}: {error}"));
    }
}

/// Returns `true` if standard output supports colors: it is a terminal, `TERM` is not `dumb`, and `NO_COLOR`
/// is not set.
#[must_use]
pub fn stdout_has_color() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !no_color && !is_dumb
}
