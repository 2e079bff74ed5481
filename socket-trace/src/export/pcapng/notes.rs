//! Notes for the user: on data that the export lacks, and on settings that Wireshark needs.

use std::collections::{BTreeMap, BTreeSet};

use socket_tap::format::text::printable;
use socket_tap::format::{Header, Side};

use super::protocol::Protocol;
use crate::timeline::started;

/// Counts and names collected during the export, from which [`lines`](Self::lines) makes the notes for the
/// user.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Names of the recordings without payload.
    without_payload: Vec<String>,
    /// Names of the recordings whose header lacks the start time.
    without_time: Vec<String>,
    /// `true` if events are missing from a recording.
    pub(super) lossy: bool,
    /// Number of reads, writes and datagrams with truncated payload.
    pub(super) cut: u64,
    /// Number of streams and datagrams without IP addresses, which are exported with placeholder addresses.
    pub(super) placeholders: u64,
    /// Number of reads, writes and datagrams that are too large for packets, and omitted.
    pub(super) too_large: u64,
    /// Number of connections that lack bytes just before the end of stream. For these, the export detected
    /// the missing bytes only after it had written the FIN.
    pub(super) late_missing: u64,
    /// Number of packets whose bytes were not recorded, and whose headers are unknown.
    pub(super) without_headers: u64,
    /// Server ports, each with its protocol, on which Wireshark does not detect this protocol by itself.
    ports: BTreeSet<(u16, Protocol)>,
}

impl Notes {
    /// Starts a recording. Remembers its name if it has no payload or no start time.
    pub(super) fn begin(&mut self, header: &Header) {
        let name = || {
            let name: String = header.name.chars().take(80).collect();
            printable(&format!("{name} {}", header.side.name()))
        };
        if header.capture == 0 && header.side != Side::Wire {
            self.without_payload.push(name());
        }
        if started(header).is_none() {
            self.without_time.push(name());
        }
    }

    /// Adds the protocol that a server uses on `port`, unless Wireshark detects it there by itself.
    pub(super) fn add_port(&mut self, port: u16, protocol: Protocol) {
        if !protocol.is_known_on(port) {
            self.ports.insert((port, protocol));
        }
    }

    /// Formats one line per note. `file` is the name of the output file.
    pub(super) fn lines(&self, file: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.without_payload.is_empty() {
            lines.push(format!(
                "{recordings} has no payload, so its packets have headers only; record with payload (`--capture \
                 BYTES`, or `capture` of the tap)",
                recordings = self.without_payload.join(", ")
            ));
        }
        if !self.without_time.is_empty() {
            let names = self.without_time.join(", ");
            lines.push(format!(
                "the header of {names} has no start time, so the times of its packets begin in 1970"
            ));
        }
        if self.lossy {
            lines.push(
                "events are missing; the sequence numbers of each open connection skip the bytes that it may have \
                 lost, so that Wireshark reports uncaptured segments and does not join unrelated bytes"
                    .to_owned(),
            );
        }
        for (count, what) in [
            (self.cut, "packets truncated because the recorded payload is truncated"),
            (
                self.placeholders,
                "streams and datagrams without IP addresses, exported with placeholder addresses (see the packet comments)",
            ),
            (self.too_large, "reads, writes and datagrams omitted because they are too large for a packet"),
            (
                self.without_headers,
                "packets omitted because neither their bytes nor their headers were recorded",
            ),
            (self.late_missing, "connections whose last bytes before the FIN are missing"),
        ] {
            if count > 0 {
                lines.push(format!("{what}: {count}"));
            }
        }
        lines.extend(self.decode_as(file));
        lines
    }

    /// Returns commands for tshark and Wireshark that set the protocol of each port. A port with HTTP/1.1 and
    /// HTTP/2 is set to HTTP/1.1.
    fn decode_as(&self, file: &str) -> Option<String> {
        let mut ports = BTreeMap::new();
        for (port, protocol) in self.ports.iter().copied() {
            ports.entry(port).or_insert(protocol);
        }
        if ports.is_empty() {
            return None;
        }
        let decode = |(port, protocol): (u16, Protocol)| format!(" -d tcp.port=={port},{}", protocol.name());
        let decode: String = ports.into_iter().map(decode).collect();
        let file = shell_quoted(file);
        Some(format!(
            "Wireshark needs these options to detect the protocol of these ports from the first byte:\n  \
             tshark -r {file}{decode}\n  wireshark -r {file}{decode}"
        ))
    }
}

/// Quotes a file name for a shell.
fn shell_quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    let name = printable(name);
    if name.chars().all(plain) { name } else { format!("'{}'", name.replace('\'', r"'\''")) }
}
