//! Reports the connections that delay a shutdown, each with the reason.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use hardening_http::Shutdown;
use socket_tap::{OpenSocket, Tap};

/// Time between the start of the shutdown and the first report. It is long enough that most servers have
/// stopped by then and print no report.
const DELAY: Duration = Duration::from_secs(1);

/// Interval between reports.
const INTERVAL: Duration = Duration::from_secs(5);

/// Maximum number of connections that a report lists. For the others, it shows only their number.
const MAX_LINES: usize = 10;

/// Prints the open connections one second after the start of the shutdown, and then every five seconds while
/// there are any. Never completes.
pub(crate) async fn report(tap: Tap, name: &'static str, shutdown: Shutdown) {
    shutdown.cancelled().await;
    tokio::time::sleep(DELAY).await;
    loop {
        let open: Vec<OpenSocket> =
            tap.open_sockets().into_iter().filter(|socket| socket.is_stream).collect();
        if !open.is_empty() {
            // A closed standard error must not keep the server from stopping.
            let _ = io::stderr().write_all(text(name, &open).as_bytes());
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

fn text(name: &str, open: &[OpenSocket]) -> String {
    let plural = if open.len() == 1 { "" } else { "s" };
    let mut text = format!("{name}: waiting for {} connection{plural}\n", open.len());
    for socket in open.iter().take(MAX_LINES) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {socket}");
    }
    if open.len() > MAX_LINES {
        let _ = writeln!(text, "  and {} more", open.len() - MAX_LINES);
    }
    text
}

#[cfg(test)]
mod tests {
    use socket_tap::TapStream;
    use socket_tap::sink::Memory;

    use super::*;

    #[tokio::test]
    async fn report_lists_ten_connections_and_counts_the_rest() {
        let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
        let streams: Vec<_> = (0..12).map(|_| TapStream::wrap(&tap, tokio::io::empty(), "memory")).collect();
        let report = text("rest-server", &tap.open_sockets());
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!((lines[0], lines.len()), ("rest-server: waiting for 12 connections", 12));
        assert!(lines[1].starts_with("  #1, open "), "{report}");
        assert_eq!(lines[11], "  and 2 more");
        drop(streams);
        assert!(tap.open_sockets().is_empty());
    }
}
