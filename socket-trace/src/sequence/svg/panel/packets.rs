//! Draws a connection whose packets were recorded. Each arrow begins where its packet was sent, and ends where it arrived.

use std::collections::HashMap;

use socket_tap::format::Side;
use socket_tap::format::text::seconds;

use super::super::shapes::{At, arrow, at_begin, escaped, lost_arrow, words};
use super::{FALL, LABEL, MARGIN, OFFSET, PAUSE, Panel, ROW, SEGMENT, TOP};
use crate::sequence::call::Call;
use crate::sequence::diagram::{call_text, pause_since};
use crate::sequence::instants::{Instant, instants};
use crate::sequence::packet::Packet;
use crate::show::description::truncate;

/// Maximum number of characters of the description below a socket call.
const CARRIED: usize = 24;

impl Panel<'_> {
    /// Draws lifelines and arrows into `out`, and socket calls into `calls`. Returns the vertical position at which the
    /// lifelines end.
    pub(super) fn draw_instants(&self, out: &mut String, calls: &mut String) -> f64 {
        let (mut y, mut drawn_to, mut last) = (TOP + ROW, TOP, None);
        // Positions at which packets were sent.
        let mut sent: HashMap<u64, f64> = HashMap::new();
        for instant in instants(self.sequence) {
            if let Some(ns) = pause_since(last, instant.at()) {
                drawn_to = self.draw_pause(out, calls, ns, drawn_to, y);
                y += PAUSE;
            }
            last = Some(instant.at());
            let time = At { x: MARGIN, y: y + 5.0 };
            words(calls, "soft", "start", time, &seconds(instant.at()));
            match instant {
                Instant::Call(call) => {
                    self.draw_call_with_data(calls, call, y);
                    y += ROW;
                }
                Instant::Sent(packet) => {
                    sent.insert(packet.number, y);
                    if packet.arrived.is_none() {
                        self.draw_packet(calls, packet, y, y + FALL);
                    }
                    y += SEGMENT;
                }
                Instant::Arrived(packet) => {
                    // A packet never arrives before it is sent, except in an invalid trace.
                    let from = sent.get(&packet.number).copied().unwrap_or(y);
                    self.draw_packet(calls, packet, from, y);
                    y += SEGMENT;
                }
            }
        }
        self.draw_lifelines(out, "life", drawn_to, y);
        y
    }

    fn draw_packet(&self, out: &mut String, packet: &Packet, from: f64, until: f64) {
        let (start, end) = match packet.from {
            Side::Server => (self.server - 8.0, self.client + 8.0),
            Side::Client | Side::Wire => (self.client + 8.0, self.server - 8.0),
        };
        let class = match packet {
            Packet { is_dropped: true, .. } => "lost",
            Packet { is_repetition: true, .. } => "again",
            Packet { bytes: 0, .. } => "kernel",
            packet => packet.from.name(),
        };
        let label = escaped(&truncate(&packet.label(), LABEL));
        let (from, until) = (At { x: start, y: from }, At { x: end, y: until });
        let style = (class, packet.bytes == 0);
        if packet.is_dropped {
            lost_arrow(out, style, from, until);
        } else {
            arrow(out, style, from, until, "");
        }
        // The beginnings of arrows rarely cross.
        at_begin(out, class, (from, until), &label);
    }

    fn draw_call_with_data(&self, out: &mut String, call: &Call, y: f64) {
        self.draw_call(out, call.side, &call_text(call), None, y);
        let (x, anchor) = match call.side {
            Side::Server => (self.server + OFFSET, "start"),
            Side::Client | Side::Wire => (self.client - OFFSET, "end"),
        };
        let carried = escaped(&truncate(&call.carried, CARRIED));
        if !carried.is_empty() {
            words(out, "soft", anchor, At { x, y: y + 20.0 }, &carried);
        }
    }
}
