//! The scenarios and the conditions of the network.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::Impairments;

/// Maximum round-trip time in milliseconds.
pub const MAX_RTT: u32 = 500;

/// Maximum share of lost packets in percent. With more, most calls fail.
pub const MAX_LOSS: f64 = 30.0;

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// One call over each API, each on a new connection.
    Call,
    /// A TCP connection that is opened and closed, without payload.
    Handshake,
    /// A client that shuts down its side and still receives; then the end of the connection.
    Close,
    /// A lost segment over TCP, then a lost datagram over UDP.
    Lost,
    /// A listener whose backlog is full.
    Backlog,
    /// Three calls at once with one segment lost: three HTTP/1.1 connections, then one HTTP/2 connection.
    Blocking,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: [Self; 6] =
        [Self::Call, Self::Handshake, Self::Close, Self::Lost, Self::Backlog, Self::Blocking];

    /// Returns the identifier in requests, and the name of the directory of the recordings.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Handshake => "handshake",
            Self::Close => "close",
            Self::Lost => "lost",
            Self::Backlog => "backlog",
            Self::Blocking => "blocking",
        }
    }

    /// Returns the title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Call => "one call",
            Self::Handshake => "handshake",
            Self::Close => "half-close",
            Self::Lost => "one lost packet",
            Self::Backlog => "full backlog",
            Self::Blocking => "head-of-line blocking",
        }
    }

    /// Returns `true` if the scenario needs the TCP states of both ends. Observing them takes time of the processor.
    pub(super) fn is_about_states(self) -> bool {
        matches!(self, Self::Handshake | Self::Close | Self::Backlog)
    }

    /// Returns a sentence that describes the scenario.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Call => "Gets a book over each API, each on a new connection.",
            Self::Handshake => "Opens a TCP connection and closes it, without sending anything.",
            Self::Close => {
                "The client shuts down its side and still receives. Then the server closes, and the client is left in \
                 TIME_WAIT."
            }
            Self::Lost => {
                "The network drops the request: over TCP the kernel sends it again, over UDP the program does."
            }
            Self::Backlog => {
                "A server listens with a backlog of 1 and accepts nothing. Its kernel ignores the third SYN."
            }
            Self::Blocking => {
                "Makes three calls at once, over three HTTP/1.1 connections and over one HTTP/2 connection. One segment \
                 of a response is lost."
            }
        }
    }
}

/// A request to run a scenario.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The scenario.
    pub scenario: Scenario,
    /// Round-trip time in milliseconds.
    #[serde(default = "default_rtt")]
    pub rtt: u32,
    /// Share of lost packets in percent.
    #[serde(default)]
    pub loss: f64,
    /// Seed of the loss.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The side whose first packet with payload is dropped, over each API. Only [`Scenario::Call`] uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop: Option<Sender>,
}

/// The sender of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// The client.
    Client,
    /// The server.
    Server,
}

fn default_rtt() -> u32 {
    40
}

fn default_seed() -> u64 {
    1
}

impl Request {
    /// Returns the request for a scenario under the default conditions.
    #[must_use]
    pub fn new(scenario: Scenario) -> Self {
        Self { scenario, rtt: default_rtt(), loss: 0.0, seed: default_seed(), drop: None }
    }

    /// Returns an error message if a value is outside its range.
    ///
    /// # Errors
    /// The message names the value and its range.
    pub fn check(&self) -> Result<(), String> {
        if self.rtt > MAX_RTT {
            return Err(format!("rtt must be a number from 0 to {MAX_RTT} (milliseconds), is {}", self.rtt));
        }
        if !(0.0..=MAX_LOSS).contains(&self.loss) {
            return Err(format!("loss must be a number from 0 to {MAX_LOSS} (percent), is {}", self.loss));
        }
        if self.drop.is_some() && self.scenario != Scenario::Call {
            let id = self.scenario.id();
            return Err(format!("drop applies to the scenario call only, not to {id}; omit it"));
        }
        Ok(())
    }

    /// Returns the round-trip time.
    #[must_use]
    pub fn round_trip(&self) -> Duration {
        Duration::from_millis(self.rtt.into())
    }

    /// Returns the impairments of each direction.
    #[must_use]
    pub fn impairments(&self) -> Impairments {
        Impairments::delay(self.round_trip() / 2).with_loss(self.loss / 100.0)
    }
}
