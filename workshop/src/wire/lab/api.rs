//! The APIs of the command, and the plain protocols beside them.

use std::path::{Path, PathBuf};

use serde::Serialize;
use socket_tap::event::Protocol;
use socket_tap::format::Side;

use super::servers::{PLAIN_PORT, PORTS};

/// An API, or the service without an API over TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// REST over HTTP/1.1.
    Rest,
    /// GraphQL over HTTP/1.1.
    Graphql,
    /// gRPC over HTTP/2.
    Grpc,
    /// Lines of text over TCP.
    Tcp,
    /// Lines of text over UDP.
    Udp,
}

impl Api {
    /// All APIs, in the order of the report.
    pub const ALL: [Self; 5] = [Self::Rest, Self::Graphql, Self::Grpc, Self::Tcp, Self::Udp];

    /// Returns the position in [`ALL`](Self::ALL).
    #[must_use]
    pub fn position(self) -> usize {
        self as usize
    }

    /// Returns the name in headings.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Rest => "REST",
            Self::Graphql => "GraphQL",
            Self::Grpc => "gRPC",
            Self::Tcp => "plain TCP",
            Self::Udp => "plain UDP",
        }
    }

    /// Returns the name of the recordings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Graphql => "graphql",
            Self::Grpc => "grpc",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }

    /// Returns the path of a recording in a directory.
    #[must_use]
    pub fn path(self, directory: &Path, side: Side) -> PathBuf {
        directory.join(format!("{}-{}.jsonl", self.name(), side.name()))
    }

    /// Returns the API whose server has this port.
    #[must_use]
    pub fn of_port(port: u16, protocol: &Protocol) -> Option<Self> {
        let [rest, graphql, grpc] = PORTS;
        match (port, protocol) {
            (PLAIN_PORT, Protocol::Udp) => Some(Self::Udp),
            (_, Protocol::Udp) => None,
            (PLAIN_PORT, _) => Some(Self::Tcp),
            (port, _) if port == rest => Some(Self::Rest),
            (port, _) if port == graphql => Some(Self::Graphql),
            (port, _) if port == grpc => Some(Self::Grpc),
            _ => None,
        }
    }
}
