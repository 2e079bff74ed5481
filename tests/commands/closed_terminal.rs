//! Commands whose terminal is closed while they run: writing to it fails, and they end at a signal nevertheless.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

use crate::support::process::{command, signal_to};
use crate::support::raw;
use crate::support::tour::{PORTS, recordings};

/// Maximum time from the signal to the end. Not reached unless the command ignores the signal.
const LONGEST: Duration = Duration::from_secs(30);

/// A command that runs in a terminal of its own.
struct InTerminal {
    child: Child,
    screen: BufReader<File>,
}

impl InTerminal {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let terminal = ptsname(&master, Vec::new()).unwrap();
        let terminal = || File::from(open(&terminal, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap());
        let mut command = Command::new(command(name));
        command.args(arguments).stdin(terminal()).stdout(terminal()).stderr(terminal());
        Self { child: command.spawn().unwrap(), screen: BufReader::new(File::from(master)) }
    }

    /// Reads from the screen up to a line that contains `last`.
    fn read_until(&mut self, last: &str) -> String {
        let mut text = String::new();
        while !text.lines().last().is_some_and(|line| line.contains(last)) {
            assert_ne!(self.screen.read_line(&mut text).unwrap(), 0, "{text}");
        }
        text
    }

    /// Closes the terminal, makes a call, sends SIGTERM and asserts that the command ends.
    fn end_without_terminal(mut self, server: SocketAddr) {
        drop(self.screen);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = raw::get::<clients::Rest>();
        assert_eq!(runtime.block_on(raw::statuses(server, &request)), [200]);
        signal_to(&self.child, Signal::TERM);
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > LONGEST {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                panic!("SIGTERM has no effect");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(status.success(), "{status}");
    }
}

fn assert_complete(trace: &Path) {
    let text = std::fs::read_to_string(trace).unwrap();
    let end = text.lines().last().unwrap();
    assert!(end.starts_with("{\"end\":true") && end.contains("\"lost\":0"), "{}: {end}", trace.display());
}

#[test]
fn workshop_completes_its_recordings_after_its_terminal_is_closed() {
    let traces = TempDir::new().unwrap();
    let flags = [&PORTS[..], &["--traces", traces.path().to_str().unwrap()]].concat();
    let mut workshop = InTerminal::start("workshop", &flags);
    let said = workshop.read_until("Press Ctrl-C to stop");
    let (_, rest) = said.split_once("curl -i 'http://").unwrap();
    let server = rest.split('/').next().unwrap().parse().unwrap();
    workshop.end_without_terminal(server);
    for (_, _, trace) in recordings(traces.path()) {
        assert_complete(&trace);
    }
}

#[test]
fn server_completes_its_recording_after_its_terminal_is_closed() {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("rest.jsonl");
    for flags in [&["--trace", trace.to_str().unwrap()][..], &[]] {
        let mut server = InTerminal::start("rest-server", &[&["--listen", "0"], flags].concat());
        let said = server.read_until(" listens on ");
        let (_, rest) = said.split_once(" listens on ").unwrap();
        let address = rest.split(';').next().unwrap().parse().unwrap();
        server.end_without_terminal(address);
    }
    assert_complete(&trace);
}
