//! HAR 1.2 of HTTP/1.1 and HTTP/2 calls, for the network panels of browsers: <http://www.softwareishard.com/blog/har-12-spec/>.
//!
//! Calls are exported in the order in which they end. What a recording does not contain is -1 or absent.
//!
//! | member | value |
//! |---|---|
//! | `connection` | name of the recording and number of the socket: `rest-client #3`. For packets, the number of the connection |
//! | `timings` | `connect`, and `blocked` until the first use of the connection, for its first call in a client's recording; `send`, `wait` and `receive` as the recorded end saw them. `dns` and `ssl` are not recorded |
//! | `headersSize` | bytes of the head on the wire; in HTTP/2 those of the compressed header block |
//! | `bodySize` | bytes of the body on the wire, without chunk sizes and frame headers |
//! | `content` | the decompressed body. gRPC messages are JSON: one message, or an array of them, for each direction |
//! | `comment` | what is missing, such as the end of a body that exceeds the capture limit |
//! | `_grpcStatus` | `code`, `name` and `message` of a gRPC call |
//! | `_trailers` | trailers, which HAR does not have |
//! | `_resourceType` | `websocket`, `eventsource`, or `fetch` for the calls of an API |
//! | `_error` | reason why a call has no complete response |
//! | `_webSocketMessages` | messages of a WebSocket, as Chromium exports them. They include GraphQL operations over a WebSocket |
//!
//! A connection of which both ends were recorded is exported once, as the client saw it. The calls of a recording of packets are
//! exported if it is given alone, with the times of the packets. Bodies are limited to 8 MiB each,
//! and those of all calls in progress, with their heads, to 64 MiB.
//!
//! # Layout
//!
//! - `entry`: the objects of a HAR file
//! - `file`: the file around the entries
//! - `calls`: follows a time line, and exports its calls
//! - `connection`: the connections of the recordings, with their calls
//! - `exchange`: a request and its response, collected from reads and writes
//! - `message`: one of both; `body`: its body
//! - `build`: the entry of an exchange; `content`: its bodies; `cookies`, `timings`: its other parts
//! - `started`: times of day

mod body;
mod build;
mod calls;
mod connection;
mod content;
mod cookies;
mod entry;
mod exchange;
mod file;
mod message;
mod resource_type;
mod started;
mod timings;

use std::io::Write;

use socket_dissect::{Contracts, Detail};

use self::calls::Calls;
use super::Error;
use crate::timeline::AnnotatedEvents;

/// The detail that the events of an export need.
pub const DETAIL: Detail =
    Detail { header_fields: true, connection_fields: false, full_text: false, messages: true };

/// Exports the HTTP calls of a time line to HAR. The events must have [`DETAIL`]. gRPC messages are decoded with the given
/// contracts. Returns notes for the user.
///
/// # Errors
/// A trace cannot be read, or the export cannot be written.
pub fn write(
    events: &mut AnnotatedEvents,
    contracts: &Contracts,
    out: Box<dyn Write>,
) -> Result<Vec<String>, Error> {
    events.return_packets_as_calls();
    let mut calls = Calls::new(events.timeline().recordings(), contracts, out)?;
    loop {
        match events.next_event() {
            Ok(Some(annotated)) => calls.observe(&annotated)?,
            Ok(None) => return calls.finish(),
            Err(error) => {
                // The file has the calls before the invalid line.
                calls.finish()?;
                return Err(error.into());
            }
        }
    }
}
