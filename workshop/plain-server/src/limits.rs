//! What a client may do over TCP, and how long. A datagram is over as soon as it is there: UDP needs no such limits.

use std::time::Duration;

use clap::{Args, value_parser};
use hardening_http::limits::{defaults, seconds};

/// Those of the three APIs' servers that are not about HTTP, with the same defaults.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Connections at the same time; more wait in the kernel's backlog
    #[arg(long, value_name = "N", default_value = "10000", value_parser = value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// For the next question of a connection
    #[arg(long = "idle-timeout", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub idle: Duration,

    /// For a client to take something of what is written to it
    #[arg(long = "write-timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub write: Duration,

    /// For what runs, after the signal
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub grace: Duration,
}

impl Default for Limits {
    /// Those of the command line.
    fn default() -> Self {
        defaults()
    }
}

impl From<Limits> for hardening_http::Limits {
    fn from(limits: Limits) -> Self {
        let Limits { max_connections, idle, write, grace } = limits;
        // Whoever types a question by hand takes longer for the first one than a browser does.
        Self { max_connections, head: idle, idle, write, grace, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_other_servers() {
        let others = hardening_http::Limits::default();
        let same = hardening_http::Limits { head: others.idle, ..others };
        assert_eq!(hardening_http::Limits::from(Limits::default()), same);
    }
}
