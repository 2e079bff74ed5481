//! The signs of a connection's end in the messages of one read or write.

use socket_dissect::{Layer, Part};

use super::explanation::Level;
use super::signal::Sign;

/// Returns the signs in the messages of one read or write, with their texts.
pub(super) fn in_messages(parts: &[Part]) -> Vec<(Sign, String)> {
    let mut signs = Vec::new();
    for part in parts {
        if let Some(rule) = &part.violation {
            signs.push((Sign::Violation(level(part.layer)), format!("{}: {rule}", part.name)));
        }
        if part.ends {
            signs.extend(in_part(part));
        }
    }
    signs
}

fn in_part(part: &Part) -> Vec<(Sign, String)> {
    let text = || format!("{} {}", part.name, part.text).trim_end().to_owned();
    match (part.layer, part.name) {
        (Layer::Http1, "request head" | "response head") => in_head(part),
        (Layer::Http2, "GOAWAY") => {
            part.goaway.iter().map(|goaway| (Sign::Goaway((**goaway).clone()), text())).collect()
        }
        (Layer::Websocket, "close frame") => {
            let is_normal = ["1000", "1001", ""].iter().any(|code| part.text.split(' ').next() == Some(code));
            vec![(Sign::WebsocketClose(!is_normal), text())]
        }
        (Layer::Tls, "alert") if part.text.starts_with("fatal") || part.text.ends_with("close_notify") => {
            vec![(Sign::TlsAlert, text())]
        }
        (Layer::Postgres, "Terminate") => vec![(Sign::Terminate, text())],
        _ => Vec::new(),
    }
}

fn in_head(part: &Part) -> Vec<(Sign, String)> {
    let mut signs = Vec::new();
    if part.name == "response head" {
        signs.extend(of_status(&part.text).map(|sign| (sign, format!("response {}", part.text))));
    }
    let connection = field(part, "connection");
    if connection.is_none() && !part.is_http10 {
        return signs;
    }
    let has = |option: &str| {
        let options = connection.into_iter().flat_map(|value| value.split(','));
        options.map(str::trim).any(|it| it.eq_ignore_ascii_case(option))
    };
    let what = match () {
        () if has("close") => "Connection: close",
        () if part.is_http10 && !has("keep-alive") => "HTTP/1.0 without keep-alive",
        () => return signs,
    };
    let message = part.name.trim_end_matches(" head");
    signs.push((Sign::ConnectionClose, format!("{what} in the {message} {}", part.text)));
    signs
}

/// Returns the sign in the status of a response. `text` begins with the code.
fn of_status(text: &str) -> Option<Sign> {
    match text.as_bytes().first_chunk()? {
        b"408" => Some(Sign::RequestTimeout),
        // The server could not or would not read the request: Bad Request, Content Too Large, URI Too Long, Request Header
        // Fields Too Large, Not Implemented, HTTP Version Not Supported.
        b"400" | b"413" | b"414" | b"431" | b"501" | b"505" => Some(Sign::Rejection),
        _ => None,
    }
}

/// Returns the value of a header field of a head.
pub(super) fn field<'a>(part: &'a Part, name: &str) -> Option<&'a str> {
    part.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Returns the level of a protocol.
pub(super) fn level(layer: Layer) -> Level {
    match layer {
        Layer::Http1 | Layer::Sse => Level::Http1,
        Layer::Http2 => Level::Http2,
        Layer::Grpc => Level::Grpc,
        Layer::Websocket => Level::Websocket,
        Layer::Tls => Level::Tls,
        Layer::Postgres => Level::Postgres,
        Layer::Unknown => Level::Unknown,
    }
}
