//! The processing of calls without a complete response, and the safety of a retry.

use serde::Serialize;

/// A call that was in flight when its connection ended, or that the server refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InFlight {
    /// The operation, such as `GET /v1/books/1`.
    pub operation: String,
    /// Id of the HTTP/2 stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<u32>,
    /// Number of the event with the first byte of the request, if the recording has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<u64>,
    /// Processing by the server.
    pub processed: Processed,
    /// The fact that shows it.
    pub shown_by: &'static str,
    /// Safety of a retry by the client.
    pub retry: Retry,
}

/// The processing of a call by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Processed {
    /// The server began to respond, so its handler ran.
    Processed,
    /// The server cannot have run its handler.
    NotProcessed,
    /// The recording does not show it.
    Unknown,
}

/// The safety of an automatic retry of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// A retry is safe: the call was not processed, or it is idempotent.
    Safe,
    /// A retry may apply the call twice.
    Unsafe,
    /// It depends on the operation, whose semantics are unknown.
    Unknown,
}

/// The facts about a call without a complete response.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CallFacts {
    /// Id of its HTTP/2 stream.
    pub(super) stream: Option<u32>,
    /// Last stream of the server's last `GOAWAY`.
    pub(super) last_stream: Option<u32>,
    /// The server reset the stream with `REFUSED_STREAM`.
    pub(super) refused: bool,
    /// The head of an HTTP/1.1 request was never completed.
    pub(super) lacks_head: bool,
    /// The response had begun.
    pub(super) answered: bool,
    /// The server's recording shows that its program read bytes of the request. `None` if it cannot be known.
    pub(super) received: Option<bool>,
    /// The server's recording shows a complete response.
    pub(super) responded: bool,
}

impl CallFacts {
    /// Returns whether the server processed the call, and the fact that shows it.
    pub(super) fn processed(&self) -> (Processed, &'static str) {
        let is_refused =
            matches!((self.stream, self.last_stream), (Some(stream), Some(last)) if stream > last);
        if self.responded {
            (Processed::Processed, "the server had completed the call")
        } else if self.answered {
            (Processed::Processed, "the response had begun")
        } else if self.refused {
            (Processed::NotProcessed, "the server reset it with REFUSED_STREAM (RFC 9113, section 8.7)")
        } else if self.lacks_head {
            (Processed::NotProcessed, "the head of the request was never complete")
        } else if is_refused {
            (
                Processed::NotProcessed,
                "its stream is above the last stream of the GOAWAY (RFC 9113, section 6.8)",
            )
        } else if self.received == Some(false) {
            (Processed::NotProcessed, "the server's program did not read the request")
        } else if self.received == Some(true) {
            (Processed::Unknown, "the server read the request, and wrote no response")
        } else {
            (Processed::Unknown, "no response was seen, and the server's recording is missing or incomplete")
        }
    }
}

/// Returns whether an operation may be repeated without a further effect: an idempotent method of HTTP (RFC 9110,
/// section 9.2.2), or a query or subscription of GraphQL. `None` if the recording does not tell.
///
/// A gRPC method is not: its contract does not promise it.
///
/// ```
/// use socket_trace::why::retry::is_idempotent;
///
/// assert_eq!(is_idempotent("PUT /v1/books/1"), Some(true));
/// assert_eq!(is_idempotent("mutation { addBook }"), Some(false));
/// assert_eq!(is_idempotent("PURGE /cache"), None);
/// ```
#[must_use]
pub fn is_idempotent(operation: &str) -> Option<bool> {
    let word = operation.split([' ', '{', '(']).next().unwrap_or_default();
    match word {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE" | "query" | "subscription" => Some(true),
        "POST" | "PATCH" | "CONNECT" | "mutation" => Some(false),
        "" if operation.starts_with('{') => Some(true),
        // The name of a gRPC method: `bookshelf.v1.BookshelfService/GetBook`.
        _ if word == operation && word.contains('/') => Some(false),
        _ => None,
    }
}

/// Returns `true` if the text of an operation is one of GraphQL, and not a method of HTTP.
pub(super) fn is_graphql(operation: &str) -> bool {
    let word = operation.split([' ', '{', '(']).next().unwrap_or_default();
    matches!(word, "query" | "mutation" | "subscription") || operation.starts_with('{')
}

/// Returns whether a call may be repeated.
///
/// ```
/// use socket_trace::why::retry::{Processed, Retry, retry};
///
/// assert_eq!(retry(Processed::NotProcessed, "POST /v1/books"), Retry::Safe);
/// assert_eq!(retry(Processed::Unknown, "POST /v1/books"), Retry::Unsafe);
/// assert_eq!(retry(Processed::Unknown, "GET /v1/books/1"), Retry::Safe);
/// ```
#[must_use]
pub fn retry(processed: Processed, operation: &str) -> Retry {
    match (processed, is_idempotent(operation)) {
        (Processed::NotProcessed, _) | (_, Some(true)) => Retry::Safe,
        (_, Some(false)) => Retry::Unsafe,
        (_, None) => Retry::Unknown,
    }
}
