//! PostgreSQL messages for tests.

use super::super::fixture::{Fixture, lines};
use super::super::{Class, Layer, Part};

/// Returns a message with the type byte `kind`.
pub(super) fn message(kind: u8, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], &length[..], body].concat()
}

/// Returns a packet, which has no type byte, such as a `StartupMessage`.
pub(super) fn packet(code: u32, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
    [&length[..], &code.to_be_bytes(), body].concat()
}

/// Returns a `StartupMessage`.
pub(super) fn startup() -> Vec<u8> {
    packet(196_608, b"user\0app\0client_encoding\0UTF8\0database\0shop\0application_name\0rest-server\0\0")
}

/// Returns values with their lengths, as in `Bind` and `DataRow`.
pub(super) fn values(values: &[&[u8]]) -> Vec<u8> {
    let count = u16::try_from(values.len()).unwrap().to_be_bytes();
    let value = |value: &&[u8]| [&u32::try_from(value.len()).unwrap().to_be_bytes()[..], value].concat();
    [count.to_vec(), values.iter().map(value).collect::<Vec<_>>().concat()].concat()
}

pub(super) fn row(columns: &[&[u8]]) -> Vec<u8> {
    message(b'D', values(columns))
}

/// Returns a `RowDescription` of text columns.
pub(super) fn description(columns: &[&str]) -> Vec<u8> {
    let count = u16::try_from(columns.len()).unwrap().to_be_bytes();
    let columns = columns.iter().map(|name| [name.as_bytes(), &[0; 19]].concat());
    message(b'T', [count.to_vec(), columns.collect::<Vec<_>>().concat()].concat())
}

pub(super) fn parse(name: &str, statement: &str) -> Vec<u8> {
    message(b'P', format!("{name}\0{statement}\0\0\0"))
}

/// Returns a `Bind` of the prepared statement `name`, with one binary parameter, to the unnamed portal.
pub(super) fn bind(name: &str, parameter: &[u8]) -> Vec<u8> {
    let parameters = [&[0, 1, 0, 1][..], &values(&[parameter]), &[0, 1, 0, 1]].concat();
    message(b'B', [b"\0", name.as_bytes(), b"\0", &parameters].concat())
}

pub(super) fn execute() -> Vec<u8> {
    message(b'E', [0; 5])
}

pub(super) fn sync() -> Vec<u8> {
    message(b'S', [])
}

pub(super) fn complete(tag: &str) -> Vec<u8> {
    message(b'C', format!("{tag}\0"))
}

pub(super) fn ready(state: u8) -> Vec<u8> {
    message(b'Z', [state])
}

/// Returns an `ErrorResponse` from a server with German messages: its localized severity is `FEHLER`, and its
/// severity `ERROR`.
pub(super) fn error(sqlstate: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("SFEHLER\0VERROR\0C{sqlstate}\0M{text}\0Fparse.c\0\0"))
}

/// Returns a fixture of a server's connection, after start-up and authentication.
pub(super) fn started() -> Fixture {
    let mut server = Fixture::new();
    server.reads(startup());
    server.writes([message(b'R', [0; 4]), ready(b'I')].concat());
    server
}

/// Formats each PostgreSQL message as a line with its class, name and text, such as `payload Query: SELECT
/// 1`. The class is that of the message's last part; the line omits the class `framing`, that of `Sync`.
pub(super) fn messages(parts: &[Part]) -> Vec<String> {
    assert!(parts.iter().all(|part| part.layer == Layer::Postgres), "{:?}", lines(parts));
    let message = |parts: &[Part]| {
        let last = parts.last().unwrap();
        let class = |part: &Part| match part.class {
            Class::Framing => "",
            Class::Connection => "connection ",
            Class::Headers => "headers ",
            Class::Payload => "payload ",
            Class::Tls | Class::Unknown => panic!("{part:?}"),
        };
        let text = format!("{}{}: {}", class(last), last.name, last.text);
        text.trim_end_matches([':', ' ']).to_owned()
    };
    parts.chunk_by(|one, next| one.unit == next.unit).map(message).collect()
}
