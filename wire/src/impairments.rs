//! Delay, loss and the other impairments of one direction.

use std::time::Duration;

use crate::Error;

/// The impairments of the packets of one direction. The default delivers each packet at once.
///
/// A packet passes loss, then the queue and the link, then the delay. Packets never overtake each other because of
/// `jitter`; only `reorder` changes their order.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Impairments {
    /// Time from the end of a packet's transmission to its delivery.
    pub delay: Duration,
    /// Maximum deviation from `delay`, up or down. Uniformly distributed.
    pub jitter: Duration,
    /// Share of the packets that are dropped, from 0 to 1.
    pub loss: f64,
    /// Share of the packets that are delivered twice, from 0 to 1.
    pub duplicate: f64,
    /// Share of the packets that are overtaken by those behind them, from 0 to 1.
    pub reorder: f64,
    /// Number of packets that overtake a reordered one. If fewer follow within 20 ms, it is delivered nevertheless.
    pub reorder_by: u32,
    /// Transmission rate of the link in bits per second, IP headers included. `None` transmits at once.
    pub bandwidth: Option<u64>,
    /// Number of packets that can wait for the link, including the one in transmission. Further packets are dropped.
    /// Without effect if `bandwidth` is `None`.
    pub queue: usize,
}

impl Default for Impairments {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: 0.0,
            duplicate: 0.0,
            reorder: 0.0,
            reorder_by: 1,
            bandwidth: None,
            queue: 100,
        }
    }
}

impl Impairments {
    /// Creates impairments that only delay.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self { delay, ..Self::default() }
    }

    /// Sets the jitter.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Duration) -> Self {
        self.jitter = jitter;
        self
    }

    /// Sets the share of lost packets.
    #[must_use]
    pub fn with_loss(mut self, loss: f64) -> Self {
        self.loss = loss;
        self
    }

    /// Sets the share of duplicated packets.
    #[must_use]
    pub fn with_duplicates(mut self, duplicate: f64) -> Self {
        self.duplicate = duplicate;
        self
    }

    /// Sets the share of reordered packets, and how many packets overtake each of them.
    #[must_use]
    pub fn with_reordering(mut self, reorder: f64, by: u32) -> Self {
        (self.reorder, self.reorder_by) = (reorder, by);
        self
    }

    /// Sets the transmission rate in bits per second, and the number of packets that can wait for the link.
    #[must_use]
    pub fn with_bandwidth(mut self, bits_per_second: u64, queue: usize) -> Self {
        (self.bandwidth, self.queue) = (Some(bits_per_second), queue);
        self
    }

    /// Returns an error if a value is outside its range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (option, rate) in [("loss", self.loss), ("duplicate", self.duplicate), ("reorder", self.reorder)]
        {
            if !(0.0..=1.0).contains(&rate) {
                return Err(Error::invalid(option, rate, "from 0 to 1"));
            }
        }
        if let Some(0) = self.bandwidth {
            return Err(Error::invalid("bandwidth", 0, "at least 1 bit per second"));
        }
        if self.queue == 0 {
            return Err(Error::invalid("queue", 0, "at least 1 packet"));
        }
        if self.reorder_by == 0 {
            return Err(Error::invalid("reorder_by", 0, "at least 1 packet"));
        }
        let longest = Duration::from_secs(60);
        for (option, time) in [("delay", self.delay), ("jitter", self.jitter)] {
            if time > longest {
                return Err(Error::invalid(option, format_args!("{time:?}"), "at most 60 s"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_their_range_are_rejected() {
        let base = Impairments::default();
        base.check().unwrap();
        let invalid = [
            base.with_loss(1.5),
            base.with_loss(f64::NAN),
            base.with_duplicates(-0.1),
            base.with_reordering(0.5, 0),
            base.with_bandwidth(0, 10),
            base.with_bandwidth(1_000, 0),
            Impairments::delay(Duration::from_secs(61)),
        ];
        for impairments in invalid {
            impairments.check().unwrap_err();
        }
    }

    #[test]
    fn invalid_value_is_named_with_its_range() {
        let error = Impairments::default().with_loss(20.0).check().unwrap_err();
        assert_eq!(error.to_string(), "loss is 20, but must be from 0 to 1");
    }
}
