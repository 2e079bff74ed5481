//! Options of a wire.

use std::time::Duration;

use crate::{Direction, Error, Impairments, Rule};

/// Options of a [`Wire`](crate::Wire). By default the network is perfect, and packets are recorded.
///
/// ```
/// use std::time::Duration;
/// use wire::{Direction, Impairments, Kind, Options, Rule};
///
/// let options = Options::new()
///     .both(Impairments::delay(Duration::from_millis(20)).with_loss(0.02))
///     .rule(Direction::ToServer, Rule::drop(Kind::Data, 3))
///     .seed(7);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Options {
    pub(crate) seed: u64,
    pub(crate) mtu: u16,
    pub(crate) impairments: [Impairments; 2],
    pub(crate) rules: Vec<(Direction, Rule)>,
    pub(crate) records: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, mtu: 1_500, impairments: Default::default(), rules: Vec::new(), records: 65_536 }
    }
}

impl Options {
    /// Creates the default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the seed of all random decisions. Runs with the same seed decide the same for packets with the same index.
    /// Default: 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the largest length of an IP packet. Default: 1500. The smallest is 1280, because of IPv6.
    pub fn mtu(mut self, bytes: u16) -> Self {
        self.mtu = bytes;
        self
    }

    /// Sets the impairments of one direction.
    pub fn impairments(mut self, direction: Direction, impairments: Impairments) -> Self {
        self.impairments[direction.number()] = impairments;
        self
    }

    /// Sets the impairments of both directions.
    pub fn both(mut self, impairments: Impairments) -> Self {
        self.impairments = [impairments; 2];
        self
    }

    /// Sets the round-trip time without queues: half of it is the delay of each direction. Other impairments stay.
    pub fn rtt(mut self, rtt: Duration) -> Self {
        self.impairments.iter_mut().for_each(|impairments| impairments.delay = rtt / 2);
        self
    }

    /// Adds a rule for one packet of a direction.
    pub fn rule(mut self, direction: Direction, rule: Rule) -> Self {
        self.rules.push((direction, rule));
        self
    }

    /// Sets the number of records that wait for their reader. With 0, packets are not recorded. Default: 65536.
    pub fn records(mut self, capacity: usize) -> Self {
        self.records = capacity;
        self
    }

    /// Returns an error if a value is outside its range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.mtu < 1_280 {
            return Err(Error::invalid("mtu", self.mtu, "at least 1280 bytes"));
        }
        self.impairments.iter().try_for_each(Impairments::check)
    }
}
