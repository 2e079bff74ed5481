//! Builds traces, and runs `socket-trace export`.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use socket_tap::format::Side;
use tempfile::TempDir;

use crate::header::{header_line, shop};

/// A directory for one test.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a trace and exports it. Returns the output file and standard error.
    pub(crate) fn export(&self, trace: &Text, to: &str) -> (PathBuf, String) {
        std::fs::write(self.path("trace.jsonl"), trace.text()).unwrap();
        let ran = self.run(&["export", "trace.jsonl", "-o", to]);
        (self.path(to), ran.ok().1)
    }

    /// Runs `socket-trace export` in the directory.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
        Ran::of(command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()))
    }
}

/// Result of running `socket-trace export`.
#[derive(Debug)]
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self(command.env("NO_COLOR", "1").output().unwrap())
    }

    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    pub(crate) fn stdout(&self) -> &[u8] {
        &self.0.stdout
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Returns standard output and standard error. Panics unless the command succeeded.
    pub(crate) fn ok(self) -> (String, String) {
        assert_eq!(self.code(), 0, "{}", self.stderr());
        (String::from_utf8_lossy(&self.0.stdout).into_owned(), self.stderr())
    }
}

/// A trace that is being built. Its events are one microsecond apart.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    header: String,
    lines: Vec<String>,
    lost: u64,
}

/// Fields of the `accept` event of the connection that most tests use.
pub(crate) const ACCEPT: &str =
    r#""sock":2,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234""#;

impl Text {
    pub(crate) fn of(side: Side, capture: u64) -> Self {
        let mut header = shop(side);
        (header.pid, header.monotonic_ns, header.capture) = (7, 5, capture);
        header.started = "2026-11-22T15:04:05.000000001Z".to_owned();
        let header = header_line(&header);
        Self { header, lines: Vec::new(), lost: 0 }
    }

    /// Returns a server's trace without events. Its header states that payload is recorded.
    pub(crate) fn server() -> Self {
        Self::of(Side::Server, 1 << 20)
    }

    /// Adds an event, given without its time and braces.
    pub(crate) fn event(mut self, fields: &str) -> Self {
        let t = 1_000 * (self.lines.len() as u64 + 1);
        self.lines.push(format!("{{\"t\":{t},{fields}}}"));
        self
    }

    pub(crate) fn read(self, data: &[u8]) -> Self {
        self.transfer("read", data.len(), data)
    }

    pub(crate) fn write(self, data: &[u8]) -> Self {
        self.transfer("write", data.len(), data)
    }

    /// Adds a read or write of `bytes` bytes on socket 2, of which only `data` is recorded.
    pub(crate) fn transfer(self, op: &str, bytes: usize, data: &[u8]) -> Self {
        let data = STANDARD.encode(data);
        self.event(&format!(r#""sock":2,"op":"{op}","bytes":{bytes},"data":"{data}""#))
    }

    pub(crate) fn gap(mut self, reads: u64, rx: u64, writes: u64, tx: u64) -> Self {
        self.lost += reads + writes;
        self.event(&format!(
            r#""op":"gap","rx":{rx},"tx":{tx},"reads":{reads},"writes":{writes},"payloads":0"#
        ))
    }

    /// Adds the last events of a connection that the peer closes first.
    pub(crate) fn ended_by_peer(self, rx: usize, tx: usize) -> Self {
        self.event(r#""sock":2,"op":"read","bytes":0,"eof":true"#)
            .event(r#""sock":2,"op":"shutdown","how":"write""#)
            .close("peer", rx, tx)
    }

    pub(crate) fn close(self, ended_by: &str, rx: usize, tx: usize) -> Self {
        self.event(&format!(
            r#""sock":2,"op":"close","ended_by":"{ended_by}","rx":{rx},"tx":{tx},"reads":1,"writes":1"#
        ))
    }

    /// Returns the trace as text, with its end line.
    pub(crate) fn text(&self) -> String {
        let (events, lost) = (self.lines.len(), self.lost);
        let end = format!(r#"{{"end":true,"events":{events},"lost":{lost}}}"#);
        [self.header.clone()]
            .iter()
            .chain(&self.lines)
            .chain([&end])
            .map(|line| line.clone() + "\n")
            .collect()
    }
}
