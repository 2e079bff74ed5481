//! The parts of a call's latency. They follow each other without a gap, so their sum is the latency.

use serde::Serialize;

/// Number of parts.
pub const PARTS: usize = 10;

/// A part of a call's latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the scheduled arrival to the real one.
    Arrival,
    /// From the arrival until the call had its turn and a connection.
    Queue,
    /// From there until the kernel first sent the request, without the handshake.
    Client,
    /// Opening of the call's own connection, from the first SYN to the arrival of the SYN ACK.
    Handshake,
    /// From the first transmission of the request's last byte until the server's kernel had all of it.
    Request,
    /// From there until the server read the request.
    ServerRead,
    /// From there to the first transmission of the response's last byte.
    Server,
    /// From there until the client's kernel had all of it.
    Response,
    /// From there until the client read it.
    ClientRead,
    /// From there until the call had its response.
    Receive,
}

/// The duration of each part in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Durations {
    pub(super) arrival_ns: u64,
    pub(super) queue_ns: u64,
    pub(super) client_ns: u64,
    pub(super) handshake_ns: u64,
    pub(super) request_ns: u64,
    pub(super) server_read_ns: u64,
    pub(super) server_ns: u64,
    pub(super) response_ns: u64,
    pub(super) client_read_ns: u64,
    pub(super) receive_ns: u64,
}

impl Durations {
    /// Returns the parts with their durations, in the order of time.
    #[must_use]
    pub fn parts(&self) -> [(Part, u64); PARTS] {
        [
            (Part::Arrival, self.arrival_ns),
            (Part::Queue, self.queue_ns),
            (Part::Client, self.client_ns),
            (Part::Handshake, self.handshake_ns),
            (Part::Request, self.request_ns),
            (Part::ServerRead, self.server_read_ns),
            (Part::Server, self.server_ns),
            (Part::Response, self.response_ns),
            (Part::ClientRead, self.client_read_ns),
            (Part::Receive, self.receive_ns),
        ]
    }
}
