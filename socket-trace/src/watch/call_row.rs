//! A row in the list of API calls.

use socket_dissect::Layer;
use socket_tap::format::text::printable;

/// A call: the number of its connection, and its number on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId {
    /// Number of the connection.
    pub connection: u64,
    /// Number of the call on its connection, from 0.
    pub number: u64,
}

/// An API call, as the end saw it that was the first to transfer its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// The call.
    pub id: CallId,
    /// Index of the recording.
    pub recording: usize,
    /// Protocol of the call, such as `HTTP/1.1` or `gRPC`.
    pub protocol: &'static str,
    /// Operation, such as `GET /v1/books/1`. Empty until it is known.
    pub operation: String,
    /// Status, such as `200`. `None` until the call has ended, or if the recording has none.
    pub status: Option<String>,
    /// Time of the first byte on the time line, in nanoseconds.
    pub began: u64,
    /// Time of the last byte so far.
    pub last: u64,
    /// `true` once the call has ended.
    pub has_ended: bool,
    /// Number of bytes to the server.
    pub to_server: u64,
    /// Number of bytes to the client.
    pub to_client: u64,
}

impl CallRow {
    /// Returns the time from the first to the last byte so far, in milliseconds.
    #[must_use]
    pub fn ms(&self) -> f64 {
        self.last.saturating_sub(self.began) as f64 / 1e6
    }

    /// Returns `true` if the call has the status of an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        let Some(status) = &self.status else { return false };
        let is_http_error = status.starts_with(['4', '5']);
        let is_good = status.starts_with(['1', '2', '3']) || matches!(status.as_str(), "OK" | "complete");
        let is_command = status.starts_with(|first: char| first.is_ascii_uppercase()) && status.contains(' ');
        is_http_error || status.contains("error") || (!is_good && !is_command) || status.starts_with("ERROR")
    }

    pub(super) fn set_operation(&mut self, operation: &str) {
        self.operation = printable(operation);
        if ["query ", "mutation ", "subscription "].iter().any(|kind| operation.starts_with(kind)) {
            self.protocol = "GraphQL";
        }
    }
}

/// Returns the name of a protocol.
pub(super) fn protocol(layer: Layer) -> &'static str {
    match layer {
        Layer::Http1 => "HTTP/1.1",
        Layer::Http2 => "HTTP/2",
        Layer::Grpc => "gRPC",
        Layer::Websocket => "WebSocket",
        Layer::Sse => "SSE",
        Layer::Tls => "TLS",
        Layer::Postgres => "PostgreSQL",
        Layer::Unknown => "unknown",
    }
}
