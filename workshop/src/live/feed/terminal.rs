//! Prints the servers' socket calls in the terminal, with the numbers of connections that the page shows.

use server_kit::recording::stdout_has_color;
use socket_tap::event::SockId;
use socket_tap::format::Side;
use socket_tap::format::text::Lines;
use socket_tap::sink::{LiveLines, Sink as _};
use socket_trace::timeline::{AnnotatedEvent, Recording};

use crate::gated_stdout::GatedStdout;

/// Lines of the servers' socket calls. A recorder numbers its sockets, each with a number of its own in each recording; these
/// lines have the number of the connection instead, as the page does.
pub(crate) struct Terminal {
    /// For each recording, its lines; `None` for a recording of clients, and after an error of the output.
    lines: Vec<Option<LiveLines<GatedStdout>>>,
    /// For each recording, the value of the monotonic clock at its start, in nanoseconds.
    began: Vec<u64>,
    output: GatedStdout,
}

impl Terminal {
    pub(crate) fn new(recordings: &[Recording], output: GatedStdout) -> Self {
        let lines = recordings.iter().map(|Recording { header, .. }| {
            let lines = Lines::new().label(&header.name).color(stdout_has_color());
            let mut lines = LiveLines::new(lines, output.clone()).time_origin(output.created_ns());
            (header.side == Side::Server && lines.begin(header).is_ok()).then_some(lines)
        });
        let lines = lines.collect();
        let began = recordings.iter().map(|recording| recording.header.monotonic_ns).collect();
        Self { lines, began, output }
    }

    /// Prints an event of a server, unless it is older than the opening of the output. Never waits for a reader.
    pub(crate) fn print(&mut self, annotated: &AnnotatedEvent) {
        let timed = &annotated.timed;
        let began = self.began.get(timed.recording).copied().unwrap_or(0);
        if self.output.opened_ns().is_none_or(|opened| began.saturating_add(timed.event.t) < opened) {
            return;
        }
        let Some(lines) = self.lines.get_mut(timed.recording) else { return };
        let mut event = timed.event.clone();
        if let Some(connection) = &annotated.connection {
            event.sock = SockId::new(connection.number);
        }
        if lines.as_mut().is_some_and(|lines| lines.events(&[event]).is_err()) {
            *lines = None;
        }
    }
}
