//! A flag for each limit on TCP connections. UDP needs no limits, because a datagram is complete when it
//! arrives.

use clap::{Args, value_parser};
use hardening_http::Limits;
use server_kit::Seconds;

/// Command-line flags for those [`Limits`] that also apply to a server without HTTP.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitFlags {
    /// Maximum number of open connections; further clients wait in the kernel's backlog
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.max_connections,
        value_parser = value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// Time that a connection may stay open without sending a complete request line
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.idle_timeout.into())]
    pub idle_timeout: Seconds,

    /// Time that a write may wait for the client to read
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.write_timeout.into())]
    pub write_timeout: Seconds,

    /// Time for in-flight requests to complete after SIGINT or SIGTERM
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::DEFAULT.grace.into())]
    pub grace: Seconds,
}

impl From<LimitFlags> for Limits {
    fn from(flags: LimitFlags) -> Self {
        Self {
            max_connections: flags.max_connections,
            idle_timeout: flags.idle_timeout.into(),
            write_timeout: flags.write_timeout.into(),
            grace: flags.grace.into(),
            ..Self::DEFAULT
        }
    }
}
