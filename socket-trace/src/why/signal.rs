//! The signs of a connection's end in one event: messages that announce it, and calls that carry it out.

use socket_dissect::{Layer, Part};
use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Event, Failure, Op};
use socket_tap::format::Side;

use super::explanation::Level;
use super::goaway::Goaway;

/// A sign of a connection's end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sign {
    /// `Connection: close` in a message.
    ConnectionClose,
    /// A response with status 408.
    RequestTimeout,
    Goaway(Goaway),
    /// Many `RST_STREAM` frames of one side.
    RstStreamBurst,
    /// A message that breaks a rule of its protocol.
    Violation(Level),
    /// A WebSocket close frame; `true` if it reports an error.
    WebsocketClose(bool),
    TlsAlert,
    /// `Terminate` of PostgreSQL.
    Terminate,
    Fin,
    /// A RST. `unread` is `true` if received bytes were unread.
    Reset {
        unread: bool,
    },
    TimedOut,
    NetworkError,
}

/// A sign with its place and its sender.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    pub(super) sign: Sign,
    /// The side that sent it. `None` for errors of the network.
    pub(super) by: Option<Side>,
    pub(super) recorded_by: Side,
    pub(super) event: u64,
    pub(super) at: u64,
    pub(super) what: String,
    /// Number of calls that had ended before.
    pub(super) completed: u64,
    /// A call had begun and not ended.
    pub(super) in_flight: bool,
}

impl Sign {
    /// Returns `true` for the end itself, and `false` for a message that announces it.
    pub(super) fn is_end(&self) -> bool {
        matches!(self, Self::Fin | Self::Reset { .. } | Self::TimedOut | Self::NetworkError)
    }

    /// Returns `true` if the peer may end the connection because of the sign.
    pub(super) fn is_offence(&self) -> bool {
        matches!(self, Self::Violation(_) | Self::RstStreamBurst)
    }

    /// Returns `true` if the sign reports that the peer has made an error.
    pub(super) fn is_complaint(&self) -> bool {
        match self {
            Self::Goaway(goaway) => goaway.is_error(),
            Self::WebsocketClose(is_error) => *is_error,
            Self::TlsAlert => true,
            _ => false,
        }
    }

    /// Returns `true` if both signs are of the same kind. Each `GOAWAY` is a kind of its own.
    pub(super) fn is_repetition_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Goaway(one), Self::Goaway(other)) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

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
        (Layer::Http2, "GOAWAY") => vec![(Sign::Goaway(Goaway::of_text(&part.text)), text())],
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
    if part.name == "response head" && part.text.starts_with("408") {
        signs.push((Sign::RequestTimeout, format!("response {}", part.text)));
    }
    let options = field(part, "connection").into_iter().flat_map(|value| value.split(','));
    if options.map(str::trim).any(|option| option.eq_ignore_ascii_case("close")) {
        let message = part.name.trim_end_matches(" head");
        signs.push((Sign::ConnectionClose, format!("Connection: close in the {message} {}", part.text)));
    }
    signs
}

/// Returns the value of a header field of a head.
pub(super) fn field<'a>(part: &'a Part, name: &str) -> Option<&'a str> {
    part.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Returns the sign in a socket call of `side`: the sign, the side that ended the connection, and a text.
pub(super) fn in_call(event: &Event, side: Side) -> Option<(Sign, Option<Side>, String)> {
    let peer = Some(side.other());
    match (&event.op, &event.error) {
        (Op::Read(_) | Op::Write(_), Some(failure)) => {
            let sign = in_failure(failure)?;
            let by = peer.filter(|_| matches!(sign, Sign::Reset { .. }));
            Some((sign, by, format!("{} failed: {failure}", event.op.name())))
        }
        (_, Some(_)) => None,
        (Op::Read(transfer), None) if transfer.eof => {
            Some((Sign::Fin, peer, "read returned 0 bytes: the peer's FIN".to_owned()))
        }
        (Op::Shutdown, None) => Some((Sign::Fin, Some(side), "shutdown sent a FIN".to_owned())),
        (Op::Close(close), None) => in_close(close, side),
        _ => None,
    }
}

fn in_close(close: &Close, side: Side) -> Option<(Sign, Option<Side>, String)> {
    if close.aborted {
        let bytes = close.tcp.as_ref().map_or(0, |tcp| tcp.unread);
        let what = match bytes {
            0 => "close sent a RST".to_owned(),
            _ => format!("close sent a RST: {bytes} received bytes were unread"),
        };
        return Some((Sign::Reset { unread: bytes > 0 }, Some(side), what));
    }
    let peer = Some(side.other());
    Some(match close.ended_by? {
        EndedBy::Local => (Sign::Fin, Some(side), "close sent a FIN".to_owned()),
        EndedBy::Peer => (Sign::Fin, peer, "close after the peer's FIN".to_owned()),
        EndedBy::Reset => (Sign::Reset { unread: false }, peer, "close after the peer's RST".to_owned()),
        EndedBy::Error => {
            let errno = close.errno.map_or(String::new(), |errno| format!(" (errno {errno})"));
            let sign = close.errno.map_or(Sign::NetworkError, of_errno);
            (sign, None, format!("close after an error{errno}"))
        }
        _ => return None,
    })
}

fn in_failure(failure: &Failure) -> Option<Sign> {
    match &*failure.reason {
        "connection reset" | "broken pipe" => Some(Sign::Reset { unread: false }),
        "timed out" => Some(Sign::TimedOut),
        "host unreachable" | "network unreachable" | "network down" | "connection aborted" => {
            Some(Sign::NetworkError)
        }
        _ => None,
    }
}

/// Returns the sign of an error number of Linux.
fn of_errno(errno: i32) -> Sign {
    const ETIMEDOUT: i32 = 110;
    if errno == ETIMEDOUT { Sign::TimedOut } else { Sign::NetworkError }
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
