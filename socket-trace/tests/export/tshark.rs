//! Reads exports with tshark, the command-line version of Wireshark.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Ran;

/// Path of tshark, if it is installed. Tests are skipped without it, except in CI, where they fail.
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

    /// Returns the values of `fields` for each packet that passes a filter, a row per packet.
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

    /// Asserts that no packet is malformed or truncated, all checksums are correct, and TCP analysis reports
    /// nothing.
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

    /// Returns the bytes that tshark's `-z follow` prints for the stream `what`, piece by piece, each with
    /// its sender.
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

/// Sender of a piece of a stream: the side that sent first, or the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    First,
    Second,
}

/// Returns all bytes that one side of a stream sent.
pub(crate) fn sent_by(node: Node, pieces: &[(Node, Vec<u8>)]) -> Vec<u8> {
    pieces.iter().filter(|(by, _)| *by == node).flat_map(|(_, bytes)| bytes.clone()).collect()
}

/// Parses hex digits as printed by tshark, with or without colons.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}
