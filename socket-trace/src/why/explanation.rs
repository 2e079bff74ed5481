//! The explanation of a connection's end.

use serde::Serialize;
use socket_tap::event::SockId;
use socket_tap::format::Side;

use super::goaway::Goaway;
use super::retry::InFlight;
use super::sending::Sending;

/// Why a connection ended, and what that means for its calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Number of the connection on the time line, from 1.
    pub connection: u64,
    /// The recorded ends of the connection.
    pub ends: Vec<RecordedEnd>,
    /// Address of the client, if known.
    pub client: Option<String>,
    /// Address of the server, if known.
    pub server: Option<String>,
    /// Protocol of the messages; `None` if unknown.
    pub protocol: Option<&'static str>,
    /// Time at which the connection was opened, in nanoseconds on the time line.
    pub opened: u64,
    /// Time of the last close, in nanoseconds on the time line. `None` if the connection was still open.
    pub closed: Option<u64>,
    /// Number of calls that completed.
    pub completed: u64,
    /// The party that ended the connection.
    pub ended_by: Ender,
    /// The side whose FIN or RST was the first; `None` if unknown.
    #[serde(serialize_with = "side_name")]
    pub closed_first: Option<Side>,
    /// The level on which the connection ended.
    pub level: Level,
    /// The first cause.
    pub cause: Cause,
    /// The client's reason in the vocabulary of gRFC A94 (`grpc.disconnect_error`), such as `GOAWAY ENHANCE_YOUR_CALM`
    /// or `connection reset`.
    pub disconnect_error: String,
    /// A sentence that names the cause.
    pub reason: String,
    /// The `GOAWAY` that counts for retries: the last one of the server, or else the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goaway: Option<Goaway>,
    /// The events that show the cause and the end, in order.
    pub evidence: Vec<Evidence>,
    /// Calls that were in flight at the end, or that the server refused.
    pub in_flight: Vec<InFlight>,
    /// Number of further such calls, which are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_flight_more: u64,
    /// What limited the sending of each recorded end.
    pub sending: Vec<Sending>,
    /// Reasons why something is unknown, such as events that the recorder dropped.
    pub caveats: Vec<&'static str>,
}

/// An end of a connection in a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedEnd {
    /// Label of the recording, such as `rest-client`.
    pub recording: String,
    /// The end of the connection.
    #[serde(serialize_with = "plain_side")]
    pub side: Side,
    /// Number of the socket in the recording.
    pub sock: SockId,
}

/// The party that ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Ender {
    /// The client.
    Client,
    /// The server.
    Server,
    /// The network or the kernel, for example after too many retransmissions.
    Network,
    /// The connection was still open when the recording ended.
    Nobody,
    /// The recording does not show it.
    Unknown,
}

/// The level on which a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Level {
    /// A FIN, a RST or an error of the kernel, without an announcement in the messages.
    #[serde(rename = "socket")]
    Socket,
    /// A TLS alert.
    #[serde(rename = "TLS")]
    Tls,
    /// HTTP/1.1.
    #[serde(rename = "HTTP/1.1")]
    Http1,
    /// HTTP/2.
    #[serde(rename = "HTTP/2")]
    Http2,
    /// gRPC: an HTTP/2 frame with debug data of gRPC.
    #[serde(rename = "gRPC")]
    Grpc,
    /// WebSocket.
    #[serde(rename = "WebSocket")]
    Websocket,
    /// PostgreSQL.
    #[serde(rename = "PostgreSQL")]
    Postgres,
    /// The recording does not show it.
    #[serde(rename = "unknown")]
    Unknown,
}

/// The first cause of a connection's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// A message had `Connection: close` (RFC 9112, section 9.6).
    ConnectionClose,
    /// The server responded with 408 (Request Timeout).
    RequestTimeout,
    /// The connection was idle for as long as the server had announced, in `Keep-Alive` or in a `GOAWAY`.
    IdleTimeout,
    /// A `PING` got no response, and its sender ended the connection.
    KeepAliveTimeout,
    /// An HTTP/2 `GOAWAY`.
    Goaway,
    /// One side sent many `RST_STREAM` frames, and the other side ended the connection with an error.
    RstStreamBurst,
    /// One side broke a rule of its protocol, and the other side ended the connection.
    ProtocolError,
    /// A WebSocket close frame.
    WebsocketClose,
    /// A TLS alert.
    TlsAlert,
    /// A message of the protocol that ends the session, such as `Terminate` of PostgreSQL.
    Terminate,
    /// The server had closed its listener, and then ended the connection.
    Shutdown,
    /// The client closed or reset the connection while a call was in flight.
    ClientGone,
    /// The server closed the connection while a call was in flight.
    ServerGone,
    /// One side closed the socket with received bytes unread, which resets the connection.
    ResetWithUnreadBytes,
    /// One side reset the connection.
    Reset,
    /// The kernel gave up: the peer did not acknowledge.
    TimedOut,
    /// Another error of the network.
    NetworkError,
    /// One side closed the connection while no call was in flight.
    Close,
    /// The connection was open when the recording ended.
    StillOpen,
    /// The recording does not show the cause.
    Unknown,
}

/// An event that shows the cause of an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Number of the event on the time line, from 1, as `show` lists the events of the same files.
    pub event: u64,
    /// Time of the event, in nanoseconds on the time line.
    pub at: u64,
    /// The side that recorded the event.
    #[serde(serialize_with = "plain_side")]
    pub recorded_by: Side,
    /// The event, such as `GOAWAY NO_ERROR after stream 7`.
    pub what: String,
}

impl Ender {
    /// Returns the party of a side of the connection.
    #[must_use]
    pub fn of(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Server => Self::Server,
            Side::Wire => Self::Network,
        }
    }
}

impl Level {
    /// Returns the name of the level.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Tls => "TLS",
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
            Self::Grpc => "gRPC",
            Self::Websocket => "WebSocket",
            Self::Postgres => "PostgreSQL",
            Self::Unknown => "unknown",
        }
    }
}

#[expect(clippy::ref_option, reason = "serde requires this signature")]
fn side_name<S: serde::Serializer>(side: &Option<Side>, serializer: S) -> Result<S::Ok, S::Error> {
    side.map(Side::name).serialize(serializer)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
pub(super) fn plain_side<S: serde::Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(side.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
