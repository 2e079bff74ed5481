//! The relay: reads the packets of each side, and delivers them to the other.

use std::os::fd::AsFd as _;
use std::sync::Arc;

use socket_tap::monotonic_ns;

use crate::control::{Change, Control, Phase, Request};
use crate::journal::{Journal, NewEntry};
use crate::lane::{Flight, Lane};
use crate::packet::{Packet, Retransmissions};
use crate::plan::{Plan, Verdict};
use crate::side::QUEUE;
use crate::stats::Stats;
use crate::timer::Timer;
use crate::tuns::{Tuns, is_multicast};
use crate::{Direction, Error};

/// Number of packets read from one side before the other side has its turn.
const BATCH: usize = 32;

/// Longest time for which a relay drains, in nanoseconds.
const LONGEST_DRAIN: u64 = 5_000_000_000;

/// The relay between two network interfaces. It runs on a thread of its own.
#[derive(Debug)]
pub(crate) struct Relay {
    tuns: Tuns,
    plans: [Plan; 2],
    lanes: [Lane; 2],
    retransmissions: [Retransmissions; 2],
    journal: Journal,
    stats: Stats,
    control: Arc<Control>,
    /// Requested changes, each with the number of packets that may have been sent before the request.
    requests: Vec<(Request, u32)>,
    timer: Timer,
}

impl Relay {
    /// Creates a relay.
    pub(crate) fn new(
        tuns: Tuns,
        plans: [Plan; 2],
        journal: Journal,
        control: Arc<Control>,
    ) -> Result<Self, Error> {
        let (lanes, retransmissions, stats) = Default::default();
        Ok(Self {
            tuns,
            plans,
            lanes,
            retransmissions,
            journal,
            stats,
            control,
            requests: Vec::new(),
            timer: Timer::new()?,
        })
    }

    /// Relays packets until the control ends it.
    pub(crate) fn run(mut self) -> Stats {
        // The longest IP packet.
        let mut buffer = vec![0; 65_536];
        let mut deadline = u64::MAX;
        loop {
            let requests = self.control.take_requests().into_iter();
            self.requests.extend(requests.map(|request| (request, QUEUE)));
            let mut is_idle = true;
            for direction in Direction::BOTH {
                is_idle &= !self.read_batch(direction, &mut buffer);
            }
            self.deliver_due();
            let is_empty = self.lanes.iter().all(Lane::is_empty);
            match self.control.phase() {
                Phase::Ending => break,
                Phase::Draining if is_idle && is_empty || monotonic_ns() > deadline => break,
                Phase::Draining if deadline == u64::MAX => deadline = monotonic_ns() + LONGEST_DRAIN,
                Phase::Running | Phase::Draining => {}
            }
            if is_idle && self.wait(deadline).is_err() {
                break;
            }
        }
        self.stats.omitted_records = self.journal.finish();
        self.stats
    }

    /// Blocks until a packet arrives or is due.
    fn wait(&mut self, deadline: u64) -> rustix::io::Result<()> {
        let dues = self.lanes.iter().filter_map(Lane::next_due);
        let until = dues.chain((deadline < u64::MAX).then_some(deadline)).min();
        let [client, server] = self.tuns.descriptors();
        let result = self.timer.wait(until, [client, server, self.control.wake.as_fd()]);
        let _ = rustix::io::read(&self.control.wake, &mut [0; 8]);
        result
    }

    /// Reads packets of one direction. Returns `true` if there was one.
    fn read_batch(&mut self, direction: Direction, buffer: &mut [u8]) -> bool {
        for count in 0..BATCH {
            let Some(packet) = self.tuns.read(direction, buffer) else {
                self.make_changes(direction, QUEUE);
                return count > 0;
            };
            self.receive(direction, packet);
            self.make_changes(direction, 1);
            // Packets that are due do not wait for the end of the batch.
            self.deliver_due();
        }
        true
    }

    /// Makes the changes for which all packets that were sent before the request have been read: after as many packets as
    /// the kernel's queue can hold, or when the queue is empty.
    fn make_changes(&mut self, direction: Direction, read: u32) {
        for (request, before) in &mut self.requests {
            if request.direction == direction {
                *before = before.saturating_sub(read);
            }
        }
        for (request, _) in self.requests.extract_if(.., |(_, before)| *before == 0) {
            let plan = &mut self.plans[direction.number()];
            match request.change {
                Change::Impairments(impairments) => plan.set(impairments),
                Change::Rule(rule) => plan.add(rule),
            }
        }
    }

    /// Decides what becomes of a packet.
    fn receive(&mut self, direction: Direction, bytes: &[u8]) {
        let sent = monotonic_ns();
        let counts = self.stats.direction_mut(direction);
        if is_multicast(bytes) {
            counts.multicast += 1;
            return;
        }
        let packet = Packet::parse(bytes);
        let known = packet.as_ref().ok();
        let is_retransmission =
            known.is_some_and(|packet| self.retransmissions[direction.number()].observe(packet));
        counts.packets += 1;
        counts.bytes += bytes.len() as u64;
        counts.retransmissions += u64::from(is_retransmission);
        let plan = &mut self.plans[direction.number()];
        let (index, verdict) = plan.decide(sent, bytes.len(), known, is_retransmission);
        let is_unimpaired =
            matches!(verdict, Verdict::Deliver { due, twice: false, overtaken_by: 0 } if due <= sent);
        if is_unimpaired && !self.journal.is_recording() && self.lanes[direction.number()].is_empty() {
            let is_delivered = self.tuns.write(direction, bytes);
            counts.delivered += u64::from(is_delivered);
            counts.dropped += u64::from(!is_delivered);
            return;
        }
        let entry = NewEntry { direction, index, sent, is_retransmission, packet, bytes };
        let serial = self.journal.add(entry);
        self.carry_out(direction, serial, verdict);
    }

    fn carry_out(&mut self, direction: Direction, serial: u64, verdict: Verdict) {
        let counts = self.stats.direction_mut(direction);
        match verdict {
            Verdict::Drop(reason) => {
                counts.dropped += 1;
                self.journal.drop(serial, reason);
            }
            Verdict::Deliver { due, twice, overtaken_by } => {
                counts.duplicated += u64::from(twice);
                self.journal.launch(serial, due, twice);
                self.lanes[direction.number()].add(serial, due, twice, overtaken_by);
            }
        }
    }

    /// Delivers all packets that are due.
    fn deliver_due(&mut self) {
        if self.lanes.iter().all(Lane::is_empty) {
            return;
        }
        for direction in Direction::BOTH {
            let now = monotonic_ns();
            while let Some(flight) = self.lanes[direction.number()].pop_due(now) {
                self.deliver(direction, flight);
            }
        }
    }

    fn deliver(&mut self, direction: Direction, flight: Flight) {
        // Before the write: during it, the receiver's kernel already processes the packet.
        let now = monotonic_ns();
        let counts = self.stats.direction_mut(direction);
        counts.max_lateness = counts.max_lateness.max(now.saturating_sub(flight.due));
        let bytes = self.journal.bytes(flight.serial).unwrap_or_default();
        let is_delivered = self.tuns.write(direction, bytes);
        counts.delivered += u64::from(is_delivered);
        counts.dropped += u64::from(!is_delivered);
        self.journal.land(flight, is_delivered.then_some(now));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Requests that come now would wait without effect.
        self.control.close();
    }
}
