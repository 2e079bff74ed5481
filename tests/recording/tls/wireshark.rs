//! Finds the TLS records in a capture with tshark, Wireshark's command.

use std::path::Path;

use crate::support::program::run;

/// TLS records as text: first those to the server, then those to the client.
pub(super) type Directions = [Vec<String>; 2];

/// Returns the TLS records that tshark finds on the server's `port`: first those to the server, then those to
/// the client.
pub(super) fn records(tshark: &Path, pcapng: &str, port: u16) -> Directions {
    let filter = format!("tls && tcp.port == {port}");
    let pdml = run(tshark, &["-r", pcapng, "-Y", &filter, "-T", "pdml"]).ok();
    let mut directions = Directions::default();
    for packet in pdml.split("<packet>").skip(1) {
        let fields: Vec<(&str, &str)> = packet.lines().filter_map(field).collect();
        let from = fields.iter().find(|(name, _)| *name == "tcp.srcport").unwrap().1;
        directions[usize::from(from == port.to_string())].extend(named(&fields));
    }
    directions
}

/// Parses a line of tshark's PDML output, `<field name="tls.record.length" … show="250" …/>`, into name and
/// value.
fn field(line: &str) -> Option<(&str, &str)> {
    let value = |key: &str| line.split_once(&format!(" {key}=\""))?.1.split_once('"').map(|(value, _)| value);
    Some((value("name")?, value("show")?))
}

/// Formats the TLS fields of a packet as text that can be compared with `socket-dissect`'s.
fn named(fields: &[(&str, &str)]) -> Vec<String> {
    let (mut described, mut kind) = (Vec::new(), "");
    // The fields of the current message, and the version at its beginning.
    let (mut said, mut legacy): (Vec<String>, Option<String>) = (Vec::new(), None);
    for (name, value) in fields.iter().chain(&[("end", "")]) {
        if matches!(*name, "end" | "tls.record.length" | "tls.handshake.type") {
            if !said.iter().any(|said| said.starts_with("version")) {
                said.extend(legacy.take());
            }
            legacy = None;
            said.sort();
            described.append(&mut said);
        }
        match *name {
            "tls.record.content_type" | "tls.record.opaque_type" => kind = value,
            "tls.record.length" => described.push(format!("record {kind} {value}")),
            "tls.handshake.type" => described.push(message(value).to_owned()),
            "tls.handshake.extensions_server_name" => said.push(format!("SNI {value}")),
            "tls.handshake.extensions_alpn_str" => said.push(format!("ALPN {value}")),
            "tls.handshake.version" if described.last().is_some_and(|last| last == "ServerHello") => {
                legacy = Some(version(value));
            }
            "tls.handshake.extensions.supported_version" if legacy.is_some() => said.push(version(value)),
            _ => {}
        }
    }
    described
}

fn version(number: &str) -> String {
    match number {
        "0x0304" => "version TLS 1.3".to_owned(),
        "0x0303" => "version TLS 1.2".to_owned(),
        _ => panic!("{number}"),
    }
}

/// Returns the name of a handshake message by its number (RFC 8446, section 4, and RFC 5246, section 7.4).
fn message(number: &str) -> &'static str {
    match number {
        "1" => "ClientHello",
        "2" => "ServerHello",
        "4" => "NewSessionTicket",
        "11" => "Certificate",
        "12" => "ServerKeyExchange",
        "14" => "ServerHelloDone",
        "16" => "ClientKeyExchange",
        "22" => "CertificateStatus",
        _ => panic!("{number}"),
    }
}
