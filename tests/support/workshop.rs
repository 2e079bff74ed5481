//! The workshop that goes on after its tour, with its page.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use rustix::process::Signal;
use socket_tap::format::Side;
use tempfile::TempDir;

use super::browser::Stream;
use super::process::{command, memory, signal_to};
use super::tour::{PORTS, recording};

pub(crate) struct Workshop {
    child: Child,
    directory: TempDir,
    /// What it said until it went on.
    pub(crate) said: String,
    /// What it says then.
    lines: Option<Lines<BufReader<ChildStdout>>>,
    rest: Option<JoinHandle<()>>,
}

impl Workshop {
    /// Starts it on ports of the kernel's choice, and waits until the tour is over.
    pub(crate) fn start() -> Self {
        Self::with(&PORTS)
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let mut workshop = Self::unread(arguments);
        let lines = workshop.lines.take();
        workshop.rest = Some(thread::spawn(move || lines.into_iter().flatten().for_each(drop)));
        workshop
    }

    /// The same, and nobody reads what it says after the tour.
    pub(crate) fn unread(arguments: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let mut child = Command::new(command("workshop"))
            .args(arguments)
            .arg("--traces")
            .arg(directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.by_ref().map(Result::unwrap) {
            said += &line;
            said.push('\n');
            if line.contains("Press Ctrl-C to stop") {
                break;
            }
        }
        Self { child, directory, said, lines: Some(lines), rest: None }
    }

    /// What stands behind those words.
    pub(crate) fn told(&self, before: &str) -> &str {
        let (_, rest) =
            self.said.split_once(before).unwrap_or_else(|| panic!("{before:?} in: {}", self.said));
        rest.split(['/', '\'', '\n', ' ']).next().unwrap()
    }

    /// Where the page is.
    pub(crate) fn page(&self) -> SocketAddr {
        self.told("Live page: http://").parse().unwrap()
    }

    /// Where the REST server is.
    pub(crate) fn rest(&self) -> SocketAddr {
        self.told("curl -i 'http://").parse().unwrap()
    }

    /// What the page is told.
    pub(crate) fn stream(&self) -> Stream {
        Stream::open(self.page(), &[])
    }

    /// Where the traces are.
    pub(crate) fn traces(&self) -> &Path {
        self.directory.path()
    }

    /// A trace.
    pub(crate) fn trace(&self, api: &str, side: Side) -> PathBuf {
        recording(self.traces(), api, side)
    }

    /// How much memory it has (resident, in KiB).
    pub(crate) fn memory(&self) -> u64 {
        memory(&self.child)
    }

    pub(crate) fn interrupt(&self) {
        signal_to(&self.child, Signal::INT);
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        if let Some(rest) = self.rest.take() {
            rest.join().unwrap();
        }
        self.child.wait().unwrap()
    }
}

/// A test that fails leaves no workshop behind.
impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
