//! The explanation of a connection's end.

use serde::Serialize;
use socket_dissect::Goaway;
use socket_tap::event::SockId;
use socket_tap::format::Side;

pub use super::cause::{Cause, Ender, Level};
use super::retry::InFlight;
use super::sending::Sending;
use super::side_name;

/// The reason for a connection's end, and its meaning for the calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Number of the connection on the time line, from 1. `None` if none was established.
    pub connection: Option<u64>,
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
    /// Number of calls that one side ended with `RST_STREAM`, except for those that the server refused.
    #[serde(skip_serializing_if = "is_zero")]
    pub reset: u64,
    /// The party that ended the connection.
    pub ended_by: Ender,
    /// The side whose FIN or RST was the first; `None` if unknown.
    #[serde(serialize_with = "side_name::optional::serialize")]
    pub closed_first: Option<Side>,
    /// The level on which the connection ended.
    pub level: Level,
    /// The first cause.
    pub cause: Cause,
    /// The client's reason in the vocabulary of [gRFC A94](https://github.com/grpc/proposal/blob/master/A94-subchannel-otel-metrics.md)
    /// (`grpc.disconnect_error`), such as `GOAWAY ENHANCE_YOUR_CALM` or `connection reset`. `None` if the connection was not
    /// established or not ended.
    pub disconnect_error: Option<String>,
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
    /// The cause that limited the sending of each recorded end.
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
    #[serde(serialize_with = "side_name::serialize")]
    pub side: Side,
    /// Number of the socket in the recording.
    pub sock: SockId,
}

/// An event that shows the cause of an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Number of the event on the time line, from 1, as `show` lists the events of the same files.
    pub event: u64,
    /// Time of the event, in nanoseconds on the time line.
    pub at: u64,
    /// The side that recorded the event.
    #[serde(serialize_with = "side_name::serialize")]
    pub recorded_by: Side,
    /// The event, such as `GOAWAY NO_ERROR after stream 7`.
    pub what: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
