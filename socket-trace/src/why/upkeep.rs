//! Unanswered `PING`s and bursts of `RST_STREAM` of one connection.

use std::collections::VecDeque;

use socket_dissect::{Layer, Part};
use socket_tap::format::Side;

use super::by_side::BySide;

/// Number of `RST_STREAM` frames of one side within [`BURST_TIME`] that count as a burst.
pub(crate) const BURST: usize = 10;

/// Time of a burst, in nanoseconds.
pub(crate) const BURST_TIME: u64 = 1_000_000_000;

/// Time in nanoseconds after which a `PING` without any data from the peer counts as unanswered, if the round-trip time is
/// unknown.
const PING_TIME: u64 = 1_000_000_000;

/// The same if the round-trip time is known: at least this time, and ten round trips.
const LEAST_PING_TIME: u64 = 50_000_000;

/// Place of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) event: u64,
    pub(super) at: u64,
}

/// `PING`s and `RST_STREAM` frames of a connection, by their sender.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    /// The first `PING` after which nothing came from the peer.
    pings: BySide<Option<(Place, Side)>>,
    /// The last resets of each sender, as its own side recorded them, and as its peer did.
    resets: BySide<BySide<VecDeque<Place>>>,
}

impl Upkeep {
    /// Processes a read or write of `recorded_by`. `heard` is `true` if it shows that `sender` is alive to its peer.
    /// Returns the first `RST_STREAM` of a burst.
    pub(super) fn observe(
        &mut self,
        parts: &[Part],
        (sender, recorded_by): (Side, Side),
        heard: bool,
        place: Place,
    ) -> Option<Place> {
        if heard {
            *self.pings.get_mut(sender.other()) = None;
        }
        let mut burst = None;
        for part in parts.iter().filter(|part| part.layer == Layer::Http2 && part.ends) {
            match part.name {
                "PING" if part.text.is_empty() => {
                    self.pings.get_mut(sender).get_or_insert((place, recorded_by));
                }
                "RST_STREAM" => {
                    let resets = self.resets.get_mut(sender).get_mut(recorded_by);
                    resets.push_back(place);
                    if resets.len() > BURST {
                        resets.pop_front();
                    }
                    let first = resets.front().filter(|_| resets.len() == BURST);
                    burst =
                        burst.or(first.filter(|it| place.at.saturating_sub(it.at) <= BURST_TIME).copied());
                }
                _ => {}
            }
        }
        burst
    }

    /// Returns the `PING` of `side` that had no response at the time `at`, and the side that recorded it. `round_trip` is
    /// the round-trip time in nanoseconds, if known.
    pub(super) fn unanswered(&self, side: Side, at: u64, round_trip: Option<u64>) -> Option<(Place, Side)> {
        let least =
            round_trip.map_or(PING_TIME, |time| time.saturating_mul(10).clamp(LEAST_PING_TIME, PING_TIME));
        self.pings.get(side).filter(|(ping, _)| at.saturating_sub(ping.at) >= least)
    }
}
