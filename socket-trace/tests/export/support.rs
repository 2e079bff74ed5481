//! Builders of traces, the command, and tshark.

use std::path::{Path, PathBuf};
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

    /// Runs the command in the directory.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
        Ran::of(command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()))
    }
}

/// Result of a run.
#[derive(Debug)]
pub(crate) struct Ran(Output);

impl Ran {
    fn of(command: &mut Command) -> Self {
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

/// A trace. Events are one microsecond apart.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    header: String,
    lines: Vec<String>,
    lost: u64,
}

/// The `accept` of the connection that most tests use, on the server's side.
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

    /// A server's trace with payload.
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

    /// Adds a read or write of socket 2 with a prefix of its payload.
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

    /// Adds the events of a connection that the peer closes first.
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

    /// Returns the text, with the end line.
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

/// tshark, if it is installed. Tests without it are skipped, except in CI, where they fail.
pub(crate) struct Tshark(PathBuf);

impl Tshark {
    pub(crate) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path)
            .map(|directory| directory.join("tshark"))
            .find(|file| file.is_file());
        if found.is_none() {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "tshark must be installed in CI");
            eprintln!("skipped: tshark is not installed");
        }
        found.map(Self)
    }

    /// Runs tshark on a file with default settings and all checksums checked. Returns its output.
    pub(crate) fn run(&self, file: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.0);
        command.arg("-r").arg(file).env("HOME", file.parent().unwrap()).env_remove("XDG_CONFIG_HOME");
        for checksum in ["tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "ip.check_checksum:TRUE"] {
            command.args(["-o", checksum]);
        }
        Ran::of(command.args(arguments)).ok().0
    }

    /// Returns fields of the packets that pass a filter, a row per packet.
    pub(crate) fn fields(
        &self,
        file: &Path,
        arguments: &[&str],
        filter: &str,
        fields: &[&str],
    ) -> Vec<Vec<String>> {
        let mut all = vec!["-Y", filter, "-T", "fields", "-E", "separator=\t"];
        all.extend(fields.iter().flat_map(|field| ["-e", field]));
        all.extend(arguments);
        let rows = self.run(file, &all);
        rows.lines().map(|row| row.split('\t').map(str::to_owned).collect()).collect()
    }

    /// Asserts that no packet is malformed or truncated, all checksums are correct, and TCP analysis reports nothing.
    pub(crate) fn assert_clean(&self, file: &Path, arguments: &[&str]) {
        self.assert_none(file, arguments, "_ws.malformed || _ws.short || _ws.unreassembled");
        self.assert_none(file, arguments, "tcp.analysis.flags");
        self.assert_none(file, arguments, "tcp && tcp.checksum.status != 1");
        self.assert_none(file, arguments, "udp && udp.checksum.status != 1");
        self.assert_none(file, arguments, "ip && ip.checksum.status != 1");
    }

    pub(crate) fn assert_none(&self, file: &Path, arguments: &[&str], filter: &str) {
        let found = self.run(file, &[&["-V", "-Y", filter], arguments].concat());
        assert!(found.is_empty(), "{filter}: {found}");
    }

    /// Returns the bytes of a stream as reported by "follow": each piece with its sender.
    pub(crate) fn follow(&self, file: &Path, arguments: &[&str], what: &str) -> Vec<(Node, Vec<u8>)> {
        let text = self.run(file, &[&["-q", "-z", &format!("follow,{what}")], arguments].concat());
        let hex = text.lines().skip_while(|line| !line.starts_with("Node 1:")).skip(1);
        let pieces = hex.take_while(|line| !line.starts_with('='));
        pieces
            .map(|line| match line.strip_prefix('\t') {
                Some(line) => (Node::Second, unhex(line)),
                None => (Node::First, unhex(line)),
            })
            .collect()
    }
}

/// Sender in a stream: the first to send, or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    First,
    Second,
}

/// All bytes sent by one side.
pub(crate) fn sent_by(node: Node, pieces: &[(Node, Vec<u8>)]) -> Vec<u8> {
    pieces.iter().filter(|(by, _)| *by == node).flat_map(|(_, bytes)| bytes.clone()).collect()
}

/// Parses hex digits as printed by tshark, with or without colons.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}
