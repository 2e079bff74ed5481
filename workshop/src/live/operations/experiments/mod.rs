//! Experiments with plain sockets of this process, for the lessons of the page.
//!
//! Each runs on loopback addresses, without a server or an API, and is recorded as a named step. The lessons read the
//! results in the recording.
//!
//! # Layout
//!
//! - `privileged_port`: binds to a port below 1024
//! - `bind_addresses`: listens on one address and on all addresses
//! - `connected_udp`: connects a UDP socket
//! - `full_buffer`: sends more datagrams than a receive buffer has space for
//! - `reset`: closes a connection with unread bytes

mod bind_addresses;
mod connected_udp;
mod full_buffer;
mod privileged_port;
mod reset;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::plain::Plain;

/// A loopback address with a port that the kernel chooses.
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// An experiment with plain sockets.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Experiment {
    PrivilegedPort,
    BindAddresses,
    ConnectedUdp,
    FullBuffer,
    Reset,
}

/// The results of an experiment that are not in its recording.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    step: &'static str,
    /// The first port that needs no privilege, if the system has such a setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_unprivileged_port: Option<u32>,
}

impl Experiment {
    /// Returns the name of the step under which the experiment is recorded.
    fn step(self) -> &'static str {
        match self {
            Self::PrivilegedPort => "bind to a port below 1024",
            Self::BindAddresses => "listen on one address and on all",
            Self::ConnectedUdp => "connect a UDP socket",
            Self::FullBuffer => "fill a receive buffer",
            Self::Reset => "reset a connection",
        }
    }

    /// Runs the experiment. Failures that the experiment provokes are in the recording.
    ///
    /// # Errors
    /// A message if a call failed unexpectedly.
    pub(crate) async fn run(self, Plain { udp, tcp, .. }: &Plain) -> Result<Report, String> {
        let session = if matches!(self, Self::ConnectedUdp | Self::FullBuffer) { udp } else { tcp };
        let (server, client) = (&session.recordings.server, session.client());
        let experiment = async {
            let result: io::Result<()> = match self {
                Self::PrivilegedPort => privileged_port::run(server).await,
                Self::BindAddresses => bind_addresses::run(server, client).await,
                Self::ConnectedUdp => connected_udp::run(server, client).await,
                Self::FullBuffer => full_buffer::run(server, client).await,
                Self::Reset => reset::run(server, client).await,
            };
            result.map_err(|error| format!("{}: {error}", self.step()))
        };
        let result = session.step(self.step().to_owned(), 0, experiment).await;
        session.end_step();
        result?;
        let first_unprivileged_port =
            if matches!(self, Self::PrivilegedPort) { privileged_port::first_unprivileged() } else { None };
        Ok(Report { step: self.step(), first_unprivileged_port })
    }
}
