//! The conditions under which calls are made: the network, the connections and the calls at once.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::wire::values::Share;

/// Most connections of a pool, and most calls at once that can be asked for by number.
const MAX: usize = 1_000;

/// The connections that calls use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connections {
    /// This number of connections, which are opened before the first call.
    Kept(usize),
    /// A new connection for each call.
    New,
}

/// The number of calls that can be made at once. Further ones wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// At most this number.
    AtMost(usize),
    /// No limit but that of the connections.
    Many,
}

/// A way to make calls: the connections, and the number of calls at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The connections.
    pub connections: Connections,
    /// The calls at once.
    pub concurrency: Concurrency,
}

/// A network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// Round-trip time.
    pub rtt: Duration,
    /// Share of the packets that are dropped, in each direction.
    pub loss: Share,
}

impl Load {
    /// Returns all combinations, without those with more connections than calls at once: some of their connections would
    /// never be used.
    #[must_use]
    pub fn combinations(connections: &[Connections], concurrency: &[Concurrency]) -> Vec<Self> {
        let pairs = connections.iter().flat_map(|connections| {
            concurrency
                .iter()
                .map(move |concurrency| Self { connections: *connections, concurrency: *concurrency })
        });
        pairs.filter(|load| load.uses_all_connections()).collect()
    }

    /// Returns the maximum number of calls at once. `None` if there is none. `is_shared` says whether a connection carries
    /// several calls at once.
    #[must_use]
    pub fn places(self, is_shared: bool) -> Option<usize> {
        let connections = match self.connections {
            Connections::Kept(number) if !is_shared => Some(number),
            _ => None,
        };
        let calls = match self.concurrency {
            Concurrency::AtMost(number) => Some(number),
            Concurrency::Many => None,
        };
        connections.into_iter().chain(calls).min()
    }

    fn uses_all_connections(self) -> bool {
        match (self.connections, self.concurrency) {
            (_, Concurrency::Many) => true,
            (Connections::Kept(connections), Concurrency::AtMost(calls)) => connections <= calls,
            (Connections::New, Concurrency::AtMost(_)) => false,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.connections {
            Connections::Kept(1) => f.write_str("1 connection")?,
            Connections::Kept(number) => write!(f, "{number} connections")?,
            Connections::New => f.write_str("a new connection for each call")?,
        }
        write!(f, ", {} at once", self.concurrency)
    }
}

impl Network {
    /// Returns the name of the network's directory.
    #[must_use]
    pub fn directory(self) -> String {
        let loss = self.loss.to_string().replace('%', "percent");
        format!("rtt-{}-loss-{loss}", duration(self.rtt)).replace(' ', "-")
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RTT {}, loss {}", duration(self.rtt), self.loss)
    }
}

/// Formats a duration. Zero has a unit, too.
#[must_use]
pub fn duration(duration: Duration) -> String {
    if duration.is_zero() { "0ms".to_owned() } else { humantime::format_duration(duration).to_string() }
}

impl FromStr for Connections {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, number(text)) {
            ("new", _) => Ok(Self::New),
            (_, Some(number)) => Ok(Self::Kept(number)),
            _ => Err(format!("expected a number of connections from 1 to {MAX}, or new for one per call")),
        }
    }
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, number(text)) {
            ("many", _) => Ok(Self::Many),
            (_, Some(number)) => Ok(Self::AtMost(number)),
            _ => Err(format!("expected a number of calls from 1 to {MAX}, or many for no limit")),
        }
    }
}

fn number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| (1..=MAX).contains(number))
}

impl fmt::Display for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(number) => number.fmt(f),
            Self::New => f.pad("new"),
        }
    }
}

impl fmt::Display for Concurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(number) => number.fmt(f),
            Self::Many => f.pad("many"),
        }
    }
}

impl Serialize for Connections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kept(number) => number.serialize(serializer),
            Self::New => "new".serialize(serializer),
        }
    }
}

impl Serialize for Concurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AtMost(number) => number.serialize(serializer),
            Self::Many => "many".serialize(serializer),
        }
    }
}
