//! Draws the text above and below the lifelines.

use socket_tap::format::Side;

use super::super::shapes::{At, escaped, words};
use super::{MARGIN, Panel, TOP};
use crate::show::description::truncate;

impl Panel<'_> {
    /// Draws the box with the name of a side, at the top of its lifeline.
    pub(super) fn draw_head(&self, out: &mut String, side: Side, recording: Option<&str>) {
        let x = match side {
            Side::Client | Side::Wire => self.client,
            Side::Server => self.server,
        };
        let (left, top, width, height) = (x - 85.0, 64.0, 170.0, TOP - 64.0);
        let class = side.name();
        out.push_str(&format!(
            "<rect class=\"box {class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"8\"/>\n"
        ));
        words(out, "who", "middle", At { x, y: top + 24.0 }, class);
        let recording = truncate(recording.unwrap_or("not recorded"), 20);
        words(out, "soft", "middle", At { x, y: top + 44.0 }, &escaped(&recording));
    }

    /// Draws notes below the lifelines, e.g. `… and 3 more calls`. Returns the vertical position below the
    /// last note.
    pub(super) fn draw_foot(&self, out: &mut String, bottom: f64) -> f64 {
        let mut y = bottom + 24.0;
        let mut note = |text: &str| {
            words(out, "soft", "start", At { x: MARGIN, y }, text);
            y += 20.0;
        };
        if self.sequence.more > 0 {
            note(&format!("… and {} more calls", self.sequence.more));
        }
        if self.sequence.more_packets > 0 {
            note(&format!("… and {} more packets", self.sequence.more_packets));
        }
        if self.sequence.packets.is_empty() {
            note("dashed: TCP segments that the kernels exchange by themselves, inferred from the calls");
        } else {
            note("arrows: packets from sending to arrival; dashed: without data; with a cross: dropped");
        }
        let missing = match (&self.sequence.client, &self.sequence.server) {
            (None, _) => "the client was not recorded: its side is inferred from the calls of the server",
            (_, None) => "the server was not recorded: its side is inferred from the calls of the client",
            _ => return y + 4.0,
        };
        note(missing);
        y + 4.0
    }
}
