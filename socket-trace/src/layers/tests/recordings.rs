//! Recordings of HTTP/1.1 and gRPC calls for tests.

use socket_tap::format::Side;

use crate::timeline::fixture::{header, server, transfer};

/// Returns recordings of the gRPC call `GetBook`, made by tonic's client and server. Empty frames are
/// omitted.
pub(crate) fn grpc() -> [Vec<String>; 2] {
    let client = [
        r#"{"t":10,"sock":1,"op":"connect","local":"127.0.0.1:9","peer":"127.0.0.1:80"}"#,
        r#"{"t":20,"sock":1,"op":"write","bytes":24,"data":"UFJJICogSFRUUC8yLjANCg0KU00NCg0K"}"#,
        r#"{"t":30,"sock":1,"op":"write","bytes":9,"data":"AAAABAAAAAAA"}"#,
        r#"{"t":40,"sock":1,"op":"write","bytes":89,"data":"AABQAQQAAAABg4ZBiwidXAuBcNxl8TLvBJxiM5+qJy0Sr9wr3Tn6onLRLuLZ3MQrGIqbpz9fQIJJf4ZNgzUFsR9fix110GINJj1MTWVkeolJ6jEYAuFpd/8="}"#,
        r#"{"t":50,"sock":1,"op":"write","bytes":25,"data":"AAAHAAAAAAABAAAAAAIIAQAAAAABAAAAAQ=="}"#,
        r#"{"t":90,"sock":1,"op":"close","ended_by":"local","rx":0,"tx":147,"reads":0,"writes":4}"#,
    ];
    let server = [
        r#"{"t":11,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:9"}"#,
        r#"{"t":21,"sock":2,"op":"read","bytes":24,"data":"UFJJICogSFRUUC8yLjANCg0KU00NCg0K"}"#,
        r#"{"t":51,"sock":2,"op":"read","bytes":123,"data":"AAAABAAAAAAAAABQAQQAAAABg4ZBiwidXAuBcNxl8TLvBJxiM5+qJy0Sr9wr3Tn6onLRLuLZ3MQrGIqbpz9fQIJJf4ZNgzUFsR9fix110GINJj1MTWVkeolJ6jEYAuFpd/8AAAcAAAAAAAEAAAAAAggBAAAAAAEAAAAB"}"#,
    ];
    let recording = |side: Side, events: &[&str]| {
        std::iter::once(header("shop", side, 0, 640))
            .chain(events.iter().map(|line| (*line).to_owned()))
            .collect()
    };
    [recording(Side::Client, &client), recording(Side::Server, &server)]
}

/// Returns a recording of one connection with three API calls in two steps.
pub(crate) fn three_calls() -> Vec<String> {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    for call in 1..=3 {
        let request = format!("GET /v1/books/{call} HTTP/1.1\r\n\r\n");
        if call == 3 {
            lines.push(r#"{"t":50130000,"op":"mark","label":"last"}"#.to_owned());
        }
        lines.push(transfer(50_130_000, 2, "read", request.as_bytes()));
        let response = b"HTTP/1.1 204 No Content\r\n\r\n";
        lines.push(transfer(50_130_001, 2, "write", response));
    }
    lines
}
