//! Builds recordings of one connection, ended in many ways.

use socket_dissect::Detail;
use socket_tap::format::Side;

use super::{Cause, Ender, Explanation, Level, explain};
use crate::reader::Error;
use crate::timeline::fixture::{header, timeline, transfer};
use crate::timeline::{AnnotatedEvents, Timeline};

/// A recording of one end of a connection. Each event is a millisecond after the one before.
pub(crate) struct Script {
    lines: Vec<String>,
    t: u64,
    sock: u64,
}

impl Script {
    /// Returns the recording of a client that connects.
    pub(crate) fn client() -> Self {
        Self { lines: vec![header("shop", Side::Client, 2_000, 4_096)], t: 0, sock: 1 }
            .line(r#""sock":1,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000""#)
    }

    /// Returns the recording of a server that accepts the connection. It begins with the client's.
    pub(crate) fn server() -> Self {
        Self { lines: vec![header("shop", Side::Server, 2_000, 4_096)], t: 0, sock: 2 }
            .line(r#""sock":1,"op":"listen","backlog":16"#)
            .line(r#""sock":2,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234""#)
    }

    /// Returns the recording of a client without payload.
    pub(super) fn client_without_payload() -> Self {
        let mut script = Self::client();
        script.lines[0] = header("shop", Side::Client, 2_000, 0);
        script
    }

    /// Adds an event with these JSON fields.
    pub(super) fn line(mut self, fields: &str) -> Self {
        self.t += 1_000_000;
        self.lines.push(format!(r#"{{"t":{},{fields}}}"#, self.t));
        self
    }

    /// Chooses the socket of the following events.
    pub(super) fn on(mut self, sock: u64) -> Self {
        self.sock = sock;
        self
    }

    /// Lets time pass before the next event.
    pub(crate) fn wait(mut self, ms: u64) -> Self {
        self.t += ms * 1_000_000;
        self
    }

    pub(crate) fn write(self, data: impl AsRef<[u8]>) -> Self {
        self.transfer("write", data.as_ref())
    }

    pub(crate) fn read(self, data: impl AsRef<[u8]>) -> Self {
        self.transfer("read", data.as_ref())
    }

    fn transfer(mut self, op: &str, data: &[u8]) -> Self {
        self.t += 1_000_000;
        self.lines.push(transfer(self.t, self.sock, op, data));
        self
    }

    /// Adds a read of 0 bytes: the peer's FIN.
    pub(crate) fn eof(self) -> Self {
        let sock = self.sock;
        self.line(&format!(r#""sock":{sock},"op":"read","bytes":0,"eof":true"#))
    }

    pub(crate) fn shutdown(self) -> Self {
        let sock = self.sock;
        self.line(&format!(r#""sock":{sock},"op":"shutdown","how":"write""#))
    }

    pub(crate) fn failed(self, op: &str, reason: &str, errno: i32) -> Self {
        let sock = self.sock;
        self.line(&format!(r#""sock":{sock},"op":"{op}","bytes":0,"error":"{reason}","errno":{errno}"#))
    }

    /// Adds a close. `more` contains further JSON fields.
    pub(crate) fn close(self, ended_by: &str, more: &str) -> Self {
        let sock = self.sock;
        self.line(&format!(
            r#""sock":{sock},"op":"close","ended_by":"{ended_by}","rx":0,"tx":0,"reads":0,"writes":0{more}"#
        ))
    }

    /// Returns the lines of a complete recording.
    pub(crate) fn end(mut self) -> Vec<String> {
        let events = self.lines.len() - 1;
        self.lines.push(format!(r#"{{"end":true,"events":{events},"lost":0}}"#));
        self.lines
    }

    /// Returns the lines of a recording that was cut.
    pub(super) fn cut(self) -> Vec<String> {
        self.lines
    }
}

/// Explains the connections of the recordings.
pub(super) fn explain_all(traces: &[Vec<String>]) -> Vec<Explanation> {
    explain_timeline(timeline(traces))
}

fn explain_timeline(timeline: Timeline) -> Vec<Explanation> {
    let detail = Detail { connection_fields: true, ..Detail::default() };
    let mut events = AnnotatedEvents::new(timeline).with_detail(detail);
    let mut explanations = Vec::new();
    explain(&mut events, |explanation| {
        explanations.push(explanation);
        Ok::<(), Error>(())
    })
    .unwrap();
    explanations
}

/// Explains the only connection of the recordings.
pub(super) fn explained(traces: &[Vec<String>]) -> Explanation {
    let mut all = explain_all(traces);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// A read of `recorded` with this number of further bytes that were not recorded.
pub(super) fn cut_read(recorded: &[u8], missing: usize) -> String {
    let line = transfer(0, 2, "read", recorded);
    let fields = line.split_once(',').unwrap().1.trim_end_matches('}');
    let bytes = format!(r#""bytes":{}"#, recorded.len());
    assert!(fields.contains(&bytes), "{fields}");
    fields.replace(&bytes, &format!(r#""bytes":{}"#, recorded.len() + missing))
}

pub(crate) const GET: &[u8] = b"GET /v1/books/1 HTTP/1.1\r\nhost: shop\r\n\r\n";
pub(super) const POST: &[u8] = b"POST /v1/books HTTP/1.1\r\nhost: shop\r\ncontent-length: 2\r\n\r\n{}";
pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
/// A response of which 8 bytes are missing.
pub(super) const HALF_OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}";

/// HTTP/2: the client's preface with empty SETTINGS.
pub(crate) fn preface() -> Vec<u8> {
    [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[])].concat()
}

/// HTTP/2: empty SETTINGS, with which a server begins.
pub(crate) fn settings() -> Vec<u8> {
    frame(4, 0, 0, &[])
}

/// HTTP/2: a frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// HTTP/2: the request `GET /` or `POST /` on a stream, complete.
pub(crate) fn request(stream: u32, method: &str) -> Vec<u8> {
    // Entries of HPACK's static table: the method, `:path: /` and `:scheme: http`.
    let method = if method == "GET" { 0x82 } else { 0x83 };
    frame(1, 5, stream, &[method, 0x84, 0x86])
}

/// HTTP/2: a response with status 200 on a stream; complete if `ends` is `true`.
pub(crate) fn response(stream: u32, ends: bool) -> Vec<u8> {
    frame(1, if ends { 5 } else { 4 }, stream, &[0x88])
}

/// HTTP/2: a GOAWAY.
pub(crate) fn goaway(last: u32, code: u32, debug: &[u8]) -> Vec<u8> {
    frame(7, 0, 0, &[&last.to_be_bytes()[..], &code.to_be_bytes(), debug].concat())
}

/// HTTP/2: a RST_STREAM.
pub(crate) fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(3, 0, stream, &code.to_be_bytes())
}

/// HTTP/2: a PING, or the response to one.
pub(super) fn ping(ack: bool) -> Vec<u8> {
    frame(6, u8::from(ack), 0, &[7; 8])
}

/// Asserts who ended the only connection of a recording, on which level and why.
#[track_caller]
pub(super) fn assert_verdict(lines: Vec<String>, expected: (Ender, Level, Cause)) -> Explanation {
    let explanation = explained(&[lines]);
    let verdict = (explanation.ended_by, explanation.level, explanation.cause);
    assert_eq!(verdict, expected, "{explanation:#?}");
    explanation
}
