//! Connection-level limits and their defaults, the same for every server.

use std::time::Duration;

/// Maximum number of HTTP/2 streams that a client may reset before their handlers start, per connection
/// (CVE-2023-44487). h2 currently has the same default, but a later version of h2 could change it.
pub const MAX_RESETS_BY_CLIENT: usize = 20;

/// Maximum number of HTTP/2 streams that the server may reset because of protocol errors, per connection.
pub const MAX_RESETS_BY_SERVER: usize = 1024;

/// HTTP/2 flow-control window of a stream: the number of bytes of a request body that a client may send
/// before the handler reads them. The default of RFC 9113 (6.5.2).
pub const STREAM_WINDOW: u32 = 65_535;

/// HTTP/2 flow-control window of a connection. With hyper's default of 1 MiB, 10,000 connections could fill
/// 10 GiB.
pub const CONNECTION_WINDOW: u32 = 4 * STREAM_WINDOW;

/// Time for a client to send a request body. Each API limits the body's length itself.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Time to read and discard the bytes that a client still sends after the last response. A well-behaved
/// client closes the connection within a round trip.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Maximum number of bytes to read and discard after the last response. A client that sends more probably
/// never reads that response.
pub const MAX_DRAIN_BYTES: usize = 16 * 1024 * 1024;

/// Limits that a server enforces on its connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of open connections.
    pub max_connections: u32,
    /// Maximum number of open connections from one network: an IPv4 address, or a prefix of 64 bits in IPv6. Further ones are
    /// closed when they are accepted. One of eight connections is then reserved for clients on the same machine. `None` means no
    /// limit.
    pub max_per_network: Option<u32>,
    /// Time from accept to the end of the first request head.
    pub head_timeout: Duration,
    /// Time that a connection may stay open without a request in progress.
    pub idle_timeout: Duration,
    /// Time from the end of a request head to the response head.
    pub request_timeout: Duration,
    /// Time that a write may wait for the client to read.
    pub write_timeout: Duration,
    /// Time without a frame from an HTTP/2 client until the server sends a PING.
    pub ping_interval: Duration,
    /// Time for an HTTP/2 client to acknowledge a PING.
    pub ping_timeout: Duration,
    /// Maximum number of concurrent requests on an HTTP/2 connection.
    pub max_streams: u32,
    /// Maximum size of a request head, in bytes.
    pub max_header_bytes: u32,
    /// Time that an HTTP/1.1 connection stays open for one more request after the shutdown begins.
    pub linger: Duration,
    /// Time for in-flight requests to complete after the shutdown begins.
    pub grace: Duration,
    /// Requests per second of one client: an address and a `User-Agent`. Further ones wait. `None` means no limit.
    pub client_rate: Option<u32>,
    /// Host names that requests may be addressed to, in addition to `localhost`, if the server listens on a loopback
    /// address.
    pub allowed_hosts: Vec<String>,
}

impl Limits {
    /// The default limits. The help of the server commands gives the reason for each.
    pub const DEFAULT: Self = Self {
        max_connections: 10_000,
        max_per_network: None,
        head_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(60),
        request_timeout: Duration::from_secs(30),
        write_timeout: Duration::from_secs(30),
        ping_interval: Duration::from_secs(20),
        ping_timeout: Duration::from_secs(10),
        max_streams: 100,
        max_header_bytes: 16 * 1024,
        linger: Duration::from_millis(500),
        grace: Duration::from_secs(5),
        client_rate: None,
        allowed_hosts: Vec::new(),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
