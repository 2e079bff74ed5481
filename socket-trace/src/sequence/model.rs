//! The socket calls and packets of one connection, in the order in which a diagram shows them.

use serde::Serialize;

use super::call::Call;
use super::packet::Packet;

/// The socket calls of one connection on both sides, including those that opened the listening socket, and the packets
/// between the sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Title of the diagram: the name of the recording, such as `rest`.
    pub title: String,
    /// Name of the client's recording and number of its socket, `rest-client #1`; `None` if the client was
    /// not recorded. If only packets were recorded, the address of the client.
    pub client: Option<String>,
    /// Name of the server's recording and number of its socket; `None` if the server was not recorded.
    /// If only packets were recorded, the address of the server.
    pub server: Option<String>,
    /// The socket calls of both sides, in order.
    pub calls: Vec<Call>,
    /// Number of socket calls that `calls` lacks, because the number of calls in a diagram is limited.
    pub more: u64,
    /// The packets in the order in which they were sent. Empty if the network was not recorded: a diagram then shows
    /// the segments that the calls imply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packets: Vec<Packet>,
    /// Number of packets that are omitted because there are too many.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_packets: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
