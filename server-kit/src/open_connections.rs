//! Reports which connections a graceful shutdown waits for, and why.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use socket_tap::{OpenSocket, Tap};

use hardening_http::Shutdown;

/// Most servers have stopped by then, and nothing needs to be said.
const FIRST: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_secs(5);

/// More connections than that are only counted.
const MOST_LINES: usize = 10;

/// Prints the open connections a second after the shutdown has begun, and every five seconds while there are any. Never
/// completes; the runtime drops it.
pub(crate) async fn report(tap: Tap, name: &'static str, shutdown: Shutdown) {
    shutdown.cancelled().await;
    tokio::time::sleep(FIRST).await;
    loop {
        let open: Vec<OpenSocket> =
            tap.open_sockets().into_iter().filter(|socket| socket.is_stream).collect();
        if !open.is_empty() {
            // Standard error may be closed; the server stops all the same.
            let _ = io::stderr().write_all(text(name, &open).as_bytes());
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn text(name: &str, open: &[OpenSocket]) -> String {
    let plural = if open.len() == 1 { "" } else { "s" };
    let mut text = format!("{name}: waiting for {} connection{plural}\n", open.len());
    for socket in open.iter().take(MOST_LINES) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {socket}");
    }
    if open.len() > MOST_LINES {
        let _ = writeln!(text, "  and {} more", open.len() - MOST_LINES);
    }
    text
}

#[cfg(test)]
mod tests {
    use socket_tap::TapStream;
    use socket_tap::sink::Memory;

    use super::*;

    #[tokio::test]
    async fn open_connections_are_listed_up_to_a_limit() {
        let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
        let streams: Vec<_> = (0..12).map(|_| TapStream::wrap(&tap, tokio::io::empty(), "memory")).collect();
        let report = text("rest-server", &tap.open_sockets());
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!((lines[0], lines.len()), ("rest-server: waiting for 12 connections", 12));
        assert!(
            lines[1].starts_with("  #1, open ") && lines[1].ends_with(": the peer sends nothing"),
            "{report}"
        );
        assert_eq!(lines[11], "  and 2 more");
        drop(streams);
        assert!(tap.open_sockets().is_empty());
    }
}
