//! The limit of the sending on a TCP connection: the application, the peer, the send buffer or the network.
//!
//! The kernel measures for how long a connection had data to send, and for how long the peer's window or the
//! send buffer held it back (`tcpi_busy_time`, `tcpi_rwnd_limited` and `tcpi_sndbuf_limited` of `TCP_INFO`). The
//! rest of the busy time is the network's: the congestion window was full, or the data was on its way.

mod tracker;

use std::fmt;

use serde::Serialize;
use socket_tap::close::TcpSample;

pub use tracker::{SendLimits, Sending};

/// Time below which nothing can be said, in microseconds. The kernel's times have a resolution of up to 10 ms.
const RESOLUTION_US: u64 = 20_000;

/// The sender's view of a period of a TCP connection. The times do not overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SendTime {
    /// Time in which the application had nothing to send, in microseconds. `None` if the length of the period
    /// is unknown.
    pub application_us: Option<u64>,
    /// Time in which the peer's receive window was full, in microseconds.
    pub peer_us: u64,
    /// Time in which the local send buffer was too small, in microseconds.
    pub send_buffer_us: u64,
    /// The remaining time with data to send or unacknowledged data, in microseconds.
    pub network_us: u64,
    /// Number of segments that were retransmitted.
    pub retransmits: u32,
}

/// The cause that limited the sending for the longest time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// The application had nothing to send.
    Application,
    /// The peer did not read: its receive window was full.
    Peer,
    /// The local send buffer was too small for the path.
    SendBuffer,
    /// The congestion window was full, or the data was on its way.
    Network,
}

impl SendTime {
    /// Returns the time between two samples of a connection that lie `elapsed_us` microseconds apart. Without
    /// an `earlier` sample, the period begins with the connection.
    ///
    /// Returns `None` if the kernel does not report the times (Linux before 4.10).
    ///
    /// ```
    /// use socket_tap::close::{TcpSample, TcpState};
    /// use socket_trace::send_limits::{Limit, SendTime};
    ///
    /// let mut close = TcpSample::new(TcpState::CloseWait, 210);
    /// (close.busy_us, close.rwnd_limited_us) = (900_000, 800_000);
    /// let time = SendTime::between(None, &close, Some(1_000_000));
    /// assert_eq!(time.and_then(|time| time.limit()), Some(Limit::Peer));
    /// ```
    #[must_use]
    pub fn between(earlier: Option<&TcpSample>, later: &TcpSample, elapsed_us: Option<u64>) -> Option<Self> {
        // The kernel reports `delivered` since later versions than the times, and it is never 0.
        if later.busy_us == 0 && later.delivered == 0 {
            return None;
        }
        let since = |field: fn(&TcpSample) -> u64| field(later).saturating_sub(earlier.map_or(0, field));
        let busy_us = since(|sample| sample.busy_us);
        // A trace is untrusted input, so the parts may exceed the sum.
        let peer_us = since(|sample| sample.rwnd_limited_us).min(busy_us);
        let send_buffer_us = since(|sample| sample.sndbuf_limited_us).min(busy_us - peer_us);
        let retransmits = since(|sample| sample.retransmits.into());
        Some(Self {
            application_us: elapsed_us.map(|elapsed| elapsed.saturating_sub(busy_us)),
            peer_us,
            send_buffer_us,
            network_us: busy_us - peer_us - send_buffer_us,
            retransmits: u32::try_from(retransmits).unwrap_or(u32::MAX),
        })
    }

    /// Returns the cause that limited the sending for the longest time. Returns `None` if the period is too
    /// short for the kernel's resolution, or if its length is unknown.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        let candidates = [
            (self.peer_us, Limit::Peer),
            (self.send_buffer_us, Limit::SendBuffer),
            (self.network_us, Limit::Network),
            (self.application_us?, Limit::Application),
        ];
        let (longest, limit) = candidates.into_iter().max_by_key(|(us, _)| *us)?;
        (longest >= RESOLUTION_US).then_some(limit)
    }

    /// Returns `true` if something other than the application and an undisturbed network delayed the data: the
    /// peer, the send buffer, or retransmissions.
    #[must_use]
    pub fn is_notable(&self) -> bool {
        self.peer_us >= RESOLUTION_US || self.send_buffer_us >= RESOLUTION_US || self.retransmits > 0
    }
}

/// Lists the causes that delayed the data: `sending waited 812 ms for the peer's window, 90 ms for the network; 3
/// retransmitted`. Empty if there are none.
impl fmt::Display for SendTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = [
            (self.peer_us, "the peer's window"),
            (self.send_buffer_us, "a larger send buffer"),
            (self.network_us, "the network"),
        ];
        let mut before = "sending waited ";
        for (us, cause) in waits.into_iter().filter(|(us, _)| *us >= RESOLUTION_US) {
            write!(f, "{before}{} ms for {cause}", us / 1_000)?;
            before = ", ";
        }
        match self.retransmits {
            0 => Ok(()),
            many if before == ", " => write!(f, "; {many} retransmitted"),
            many => write!(f, "{many} retransmitted"),
        }
    }
}

#[cfg(test)]
#[path = "send_limits_tests.rs"]
mod tests;
