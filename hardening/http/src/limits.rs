//! Every limit at the level of connections, the same in the three servers: each with its reason, default and flag.

use std::time::Duration;

use clap::{Args, Parser, value_parser};

/// Resets of streams whose requests the server has not even looked at, until it takes them for an attack
/// (CVE-2023-44487). What h2 does by itself, said here so that it stays.
pub const MAX_RESETS_BY_CLIENT: usize = 20;

/// Resets that a client provokes by what it does wrong, until it is taken for an attack.
pub const MAX_RESETS_BY_SERVER: usize = 1024;

/// Bytes of a request's body that an HTTP/2 client may send ahead of what the handler has read: what HTTP/2 begins with.
pub const STREAM_WINDOW: u32 = 65_535;

/// The same for all requests on its connection. hyper's own is 1 MiB: 10,000 connections could have 10 GiB kept for them.
pub const CONNECTION_WINDOW: u32 = 4 * STREAM_WINDOW;

/// How long a client may take to send its body over HTTP. Each API says in its own `limits.rs` how long it may be.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection whose last answer is sent is kept for its client to finish: the answer's way there, and the rest
/// of a body that the server no longer wants. A client that has nothing more to say is done in a round trip.
pub const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Bytes that are read meanwhile, and forgotten. Who sends more than this without looking for an answer is hardly going to.
pub const DRAIN_BYTES: usize = 16 * 1024 * 1024;

/// The limits. The first line of each field is the help of its flag; then comes why it is what it is.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Connections at the same time; more wait in the kernel's backlog
    ///
    /// Waiting costs a client time and the server nothing, and most waits are short.
    #[arg(long, value_name = "N", default_value = "10000", value_parser = value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// For the head of a connection's first request
    ///
    /// Ends what sends nothing, or a byte now and then, or never a request. Later heads have the idle timeout.
    #[arg(long = "head-timeout", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub head: Duration,

    /// For a connection on which no request runs
    ///
    /// As long as most proxies keep theirs. An answer that its client does not take is no request that runs.
    #[arg(long = "idle-timeout", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub idle: Duration,

    /// From the head of a request to the head of its answer
    ///
    /// Every answer is made in milliseconds: what takes longer is a body that does not end.
    #[arg(long = "request-timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub request: Duration,

    /// For a client to take something of what is written to it
    ///
    /// What it does not take is held in memory. Meanwhile nothing is read from it either.
    #[arg(long = "write-timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub write: Duration,

    /// From the last frame of an HTTP/2 client to a PING
    ///
    /// A client that went without a word is noticed, and a quiet stream of changes keeps its way through a NAT.
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub ping_interval: Duration,

    /// For the answer to that PING
    ///
    /// Every HTTP/2 library answers by itself: it takes a round trip.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub ping_timeout: Duration,

    /// Requests at the same time on an HTTP/2 connection
    ///
    /// The least that RFC 9113 (6.5.2) recommends.
    #[arg(long, value_name = "N", default_value = "100", value_parser = value_parser!(u32).range(1..))]
    pub max_streams: u32,

    /// The longest head of a request
    ///
    /// As Node.js has it. nginx and Apache take half of that for each line.
    #[arg(long, value_name = "BYTES", default_value = "16384", value_parser = value_parser!(u32).range(8192..))]
    pub max_header_bytes: u32,

    /// For one more request over HTTP/1.1 after the signal
    ///
    /// It may be under way. Its answer says `connection: close`; HTTP/2 has its GOAWAY for this.
    #[arg(long, value_name = "SECONDS", default_value = "0.5", value_parser = seconds)]
    pub linger: Duration,

    /// For what runs, after the signal
    ///
    /// Half of the time after which `docker stop` kills.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub grace: Duration,
}

impl Default for Limits {
    /// Those of the command line.
    fn default() -> Self {
        defaults()
    }
}

/// What the command line says when nobody asks for anything else: the numbers are there and nowhere else.
///
/// Ends the process when one of `L` has no default.
#[must_use]
pub fn defaults<L: Args>() -> L {
    #[derive(Parser)]
    struct Nothing<L: Args> {
        #[command(flatten)]
        limits: L,
    }
    Nothing::parse_from([""]).limits
}

/// Reads `60` and `0.5`.
///
/// # Errors
/// With what would have been right.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|seconds| !seconds.is_zero()).ok_or_else(|| "give seconds, such as 60 or 0.5".to_owned())
}
