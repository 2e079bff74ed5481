//! Decides what becomes of each packet. The decisions depend on the seed, on the impairments and on each packet's index,
//! and only those of the queue also on time.

use std::collections::VecDeque;
use std::time::Duration;

use crate::chance::{Purpose, draw};
use crate::packet::Packet;
use crate::record::DropReason;
use crate::rule::Action;
use crate::{Direction, Impairments, Rule};

/// The plan for one direction.
#[derive(Debug)]
pub(crate) struct Plan {
    seed: u64,
    direction: Direction,
    impairments: Impairments,
    rules: Vec<Rule>,
    /// Number of packets that were decided.
    packets: u64,
    /// Time at which the link has transmitted all packets in its queue.
    link_free: u64,
    /// Times at which the packets in the queue leave it.
    departures: VecDeque<u64>,
    /// Latest time of a delivery, which no later packet overtakes.
    last_due: u64,
}

/// The decision about a packet. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Drop(DropReason),
    Deliver {
        /// Time of the delivery.
        due: u64,
        /// The packet is delivered twice.
        twice: bool,
        /// Number of packets that overtake this one.
        overtaken_by: u32,
    },
}

impl Plan {
    pub(crate) fn new(seed: u64, direction: Direction, impairments: Impairments) -> Self {
        Self {
            seed,
            direction,
            impairments,
            rules: Vec::new(),
            packets: 0,
            link_free: 0,
            departures: VecDeque::new(),
            last_due: 0,
        }
    }

    /// Changes the impairments for the packets that follow. Packets in flight keep their time.
    pub(crate) fn set(&mut self, impairments: Impairments) {
        self.impairments = impairments;
    }

    /// Adds a rule, which counts from the next packet.
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Decides about a packet that was sent at the time `now`. Returns its index, which begins with 1, and the verdict.
    /// `packet` is `None` if it could not be parsed.
    pub(crate) fn decide(
        &mut self,
        now: u64,
        bytes: usize,
        packet: Option<&Packet>,
        is_retransmission: bool,
    ) -> (u64, Verdict) {
        self.packets += 1;
        let actions = self.matching(packet, is_retransmission);
        let verdict = if actions.drop {
            Verdict::Drop(DropReason::Rule)
        } else if self.happens(Purpose::Loss, self.impairments.loss) {
            Verdict::Drop(DropReason::Loss)
        } else {
            self.transmit(now, bytes).map_or(Verdict::Drop(DropReason::Queue), |sent| Verdict::Deliver {
                due: self.arrival(sent),
                twice: actions.duplicate || self.happens(Purpose::Duplicate, self.impairments.duplicate),
                overtaken_by: self.overtaken_by(actions.hold_back),
            })
        };
        (self.packets, verdict)
    }

    /// Counts the packet for all rules, and removes those that apply to it.
    fn matching(&mut self, packet: Option<&Packet>, is_retransmission: bool) -> Actions {
        let mut actions = Actions::default();
        self.rules.retain_mut(|rule| {
            if !rule.counts(packet, is_retransmission) {
                return true;
            }
            rule.nth = rule.nth.saturating_sub(1);
            if rule.nth == 0 {
                actions.add(rule.action);
            }
            rule.nth > 0
        });
        actions
    }

    fn happens(&self, purpose: Purpose, rate: f64) -> bool {
        rate > 0.0 && draw(self.seed, self.direction, self.packets, purpose) < rate
    }

    fn overtaken_by(&self, hold_back: u32) -> u32 {
        let reordered = self.happens(Purpose::Reorder, self.impairments.reorder);
        hold_back.max(if reordered { self.impairments.reorder_by } else { 0 })
    }

    /// Returns the time at which the link has transmitted the packet, or `None` if the queue is full.
    fn transmit(&mut self, now: u64, bytes: usize) -> Option<u64> {
        let Some(bits_per_second) = self.impairments.bandwidth else { return Some(now) };
        while self.departures.front().is_some_and(|departure| *departure <= now) {
            self.departures.pop_front();
        }
        if self.departures.len() >= self.impairments.queue {
            return None;
        }
        let time = bytes as u128 * 8 * 1_000_000_000 / u128::from(bits_per_second);
        let sent = self.link_free.max(now).saturating_add(u64::try_from(time).unwrap_or(u64::MAX));
        self.link_free = sent;
        self.departures.push_back(sent);
        Some(sent)
    }

    fn arrival(&mut self, sent: u64) -> u64 {
        let Impairments { delay, jitter, .. } = self.impairments;
        let mut delay = nanoseconds(delay);
        if !jitter.is_zero() {
            let share = draw(self.seed, self.direction, self.packets, Purpose::Jitter);
            let range = nanoseconds(jitter);
            delay = (delay + (share * 2.0 * range as f64) as u64).saturating_sub(range);
        }
        self.last_due = self.last_due.max(sent.saturating_add(delay));
        self.last_due
    }
}

/// The actions of all rules that apply to one packet.
#[derive(Clone, Copy, Debug, Default)]
struct Actions {
    drop: bool,
    duplicate: bool,
    hold_back: u32,
}

impl Actions {
    fn add(&mut self, action: Action) {
        match action {
            Action::Drop => self.drop = true,
            Action::Duplicate => self.duplicate = true,
            Action::HoldBack { packets } => self.hold_back = self.hold_back.max(packets),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
