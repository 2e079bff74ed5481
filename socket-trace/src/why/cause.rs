//! The causes of a connection's end: the side, the level and the first cause.

use serde::Serialize;
use socket_tap::format::Side;

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
    /// A message had `Connection: close`, or was of HTTP/1.0 without `keep-alive` (RFC 9112, sections 9.6 and 9.3).
    ConnectionClose,
    /// No connection was established: `connect` failed.
    ConnectFailed,
    /// The server refused to read a request, such as with 400 or 431, and ended the connection.
    RequestRejected,
    /// The server responded with 408 (Request Timeout).
    RequestTimeout,
    /// The connection was as old as the server allows (gRFC A9).
    MaxConnectionAge,
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
