//! A flag for each connection-level limit.

use clap::{Args, value_parser};
use hardening_http::Limits;

use crate::Seconds;

/// The flags of [`Limits`]. In each doc comment, the first paragraph is the help of the flag, and the second
/// is the reason for its default.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitFlags {
    /// Maximum number of open connections; further clients wait in the kernel's backlog
    ///
    /// A waiting client costs the server nothing, and most waits are short.
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.max_connections,
        value_parser = value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// Time for a new connection's first complete request head
    ///
    /// Closes connections that stay silent, send a byte now and then, or never complete a head. Later requests fall under
    /// the idle timeout.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.head_timeout.into())]
    pub head_timeout: Seconds,

    /// Time that a connection may stay open without a request in progress
    ///
    /// Most proxies use the same value. A connection whose client does not read the response counts as idle.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.idle_timeout.into())]
    pub idle_timeout: Seconds,

    /// Time from the end of a request head to the response head
    ///
    /// Handlers respond within milliseconds. Only waiting for the rest of a request body takes longer.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.request_timeout.into())]
    pub request_timeout: Seconds,

    /// Time that a write may wait for the client to read
    ///
    /// Unread bytes are held in memory. While a write waits, the server does not read from the client either.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.write_timeout.into())]
    pub write_timeout: Seconds,

    /// Time without a frame from an HTTP/2 client until the server sends a PING
    ///
    /// Detects clients that disappeared, and keeps a quiet event stream alive behind a NAT.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.ping_interval.into())]
    pub ping_interval: Seconds,

    /// Time for an HTTP/2 client to acknowledge a PING
    ///
    /// Every HTTP/2 library acknowledges by itself, within a round trip.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.ping_timeout.into())]
    pub ping_timeout: Seconds,

    /// Maximum number of concurrent requests on an HTTP/2 connection
    ///
    /// The minimum that RFC 9113 (6.5.2) recommends.
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.max_streams,
        value_parser = value_parser!(u32).range(1..))]
    pub max_streams: u32,

    /// Maximum size of a request head
    ///
    /// Node.js has the same limit. nginx and Apache allow half of it for each header line.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::DEFAULT.max_header_bytes,
        value_parser = value_parser!(u32).range(8192..))]
    pub max_header_bytes: u32,

    /// Time that an HTTP/1.1 connection stays open for one more request after SIGINT or SIGTERM
    ///
    /// A request may already be on its way. Its response has `connection: close`. HTTP/2 uses GOAWAY instead.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.linger.into())]
    pub linger: Seconds,

    /// Time for in-flight requests to complete after SIGINT or SIGTERM
    ///
    /// Half of the time after which `docker stop` kills a container.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.grace.into())]
    pub grace: Seconds,

    /// Requests per second of one client, which is an address and a User-Agent; further ones wait for up to 3 s
    ///
    /// A client that runs in a loop by mistake would otherwise slow down the others.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1000))]
    pub client_rate: Option<u32>,

    /// Host name that requests may be addressed to, in addition to localhost, if the server listens on a loopback address
    ///
    /// A web page can make a name of its own resolve to this machine, and then read the responses (DNS rebinding).
    #[arg(long = "allowed-host", value_name = "NAME")]
    pub allowed_hosts: Vec<String>,
}

impl From<LimitFlags> for Limits {
    fn from(flags: LimitFlags) -> Self {
        Self {
            max_connections: flags.max_connections,
            max_per_network: None,
            head_timeout: flags.head_timeout.into(),
            idle_timeout: flags.idle_timeout.into(),
            request_timeout: flags.request_timeout.into(),
            write_timeout: flags.write_timeout.into(),
            ping_interval: flags.ping_interval.into(),
            ping_timeout: flags.ping_timeout.into(),
            max_streams: flags.max_streams,
            max_header_bytes: flags.max_header_bytes,
            linger: flags.linger.into(),
            grace: flags.grace.into(),
            client_rate: flags.client_rate,
            allowed_hosts: flags.allowed_hosts,
        }
    }
}
