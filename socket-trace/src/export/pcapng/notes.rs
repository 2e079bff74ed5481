//! What the user is to know about an export.

use std::collections::{BTreeMap, BTreeSet};

use socket_tap::format::Header;
use socket_tap::format::text::printable;

use super::protocol::Protocol;
use super::recording::began;

/// What was found on the way.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Recordings without payload.
    without_payload: Vec<String>,
    /// Recordings that do not say when they began.
    without_time: Vec<String>,
    /// A gap was met.
    pub(super) lossy: bool,
    /// Reads, writes and datagrams of which only the beginning was recorded.
    pub(super) cut: u64,
    /// Streams and datagrams without addresses of IP.
    pub(super) made_up: u64,
    /// Reads, writes and datagrams that are too large for packets.
    pub(super) too_large: u64,
    /// Connections that lack bytes before their end of stream.
    pub(super) found_late: u64,
    /// Ports of servers that speak what Wireshark does not look for there.
    ports: BTreeSet<(u16, Protocol)>,
}

impl Notes {
    /// A recording begins.
    pub(super) fn begin(&mut self, header: &Header) {
        let name = || {
            let name: String = header.name.chars().take(80).collect();
            printable(&format!("{name} {}", header.side.name()))
        };
        if header.capture == 0 {
            self.without_payload.push(name());
        }
        if began(header).is_none() {
            self.without_time.push(name());
        }
    }

    /// A server speaks a protocol on that port.
    pub(super) fn speaks(&mut self, port: u16, protocol: Protocol) {
        if !protocol.is_known_on(port) {
            self.ports.insert((port, protocol));
        }
    }

    /// All of it, in words. `file` is where the export went.
    pub(super) fn lines(&self, file: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.without_payload.is_empty() {
            lines.push(format!(
                "{} has no payload, so its packets have headers only: record with payload to see what was said \
                 (`--capture BYTES`, `capture` of the tap)",
                self.without_payload.join(", ")
            ));
        }
        if !self.without_time.is_empty() {
            let names = self.without_time.join(", ");
            lines
                .push(format!("the header of {names} does not say when it began: its times count from 1970"));
        }
        if self.lossy {
            lines.push(
                "events are missing: on every connection that was open, sequence numbers jump by what it may have \
                 lost, so Wireshark finds segments that were not captured, and never bytes that do not belong together"
                    .to_owned(),
            );
        }
        for (count, what) in [
            (self.cut, "calls whose payload was recorded in part, so that their packets are cut, too"),
            (
                self.made_up,
                "streams and datagrams without IP addresses, which got made-up ones (see the comments)",
            ),
            (self.too_large, "reads, writes and datagrams too large for packets, which were left out"),
            (self.found_late, "connections that lack bytes before their end of stream"),
        ] {
            if count > 0 {
                lines.push(format!("{what}: {count}"));
            }
        }
        lines.extend(self.decode_as(file));
        lines
    }

    /// How to tell Wireshark what is spoken where. A port that speaks both versions of HTTP begins with the first.
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
            "Wireshark does not look for HTTP on these ports, or not from the first byte, unless it is told to:\n  \
             tshark -r {file}{decode}\n  wireshark -r {file}{decode}"
        ))
    }
}

/// A file name as an argument in a shell.
fn shell_quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    let name = printable(name);
    if name.chars().all(plain) { name } else { format!("'{}'", name.replace('\'', r"'\''")) }
}
