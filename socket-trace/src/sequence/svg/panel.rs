//! Draws one connection: two vertical lifelines with socket calls, and arrows between the lifelines.

use socket_tap::format::Side;
use socket_tap::format::text::seconds;
use unicode_width::UnicodeWidthStr as _;

use super::super::diagram::{Arrow, Row, pause, rows};
use super::super::model::Sequence;
use super::shapes::{At, arrow, dot, escaped, line, words};
use crate::show::description::truncate;

mod packets;
mod text;

/// Vertical position at which the lifelines start. All positions and sizes are in SVG units.
const TOP: f64 = 120.0;
/// Height of a row with a socket call.
const ROW: f64 = 38.0;
/// Height of a row with a segment that the kernels exchange.
const SEGMENT: f64 = 28.0;
/// Height of a pause between two rows.
const PAUSE: f64 = 44.0;

/// Height of an arrow from its start to its head, if no row below shows the call that receives its bytes.
const FALL: f64 = 20.0;

/// Width of one character of the monospaced font.
const LETTER: f64 = 9.05;
/// Width of the column that shows the times.
const TIMES: f64 = 78.0;
/// Horizontal distance between the lifelines.
const DISTANCE: f64 = 540.0;
/// Margin around the drawing.
const MARGIN: f64 = 28.0;

/// Maximum number of characters of a label on an arrow.
const LABEL: usize = 54;

/// Horizontal distance of text from a lifeline.
const OFFSET: f64 = 16.0;

pub(super) struct Panel<'a> {
    sequence: &'a Sequence,
    rows: Vec<Row>,
    client: f64,
    server: f64,
    width: f64,
}

impl<'a> Panel<'a> {
    pub(super) fn of(sequence: &'a Sequence) -> Self {
        let rows = rows(sequence);
        let widest = |side| {
            let of_side = rows.iter().filter_map(|row| row.call.as_ref()).filter(|(of, _)| *of == side);
            // Room for the heading, of which half extends beyond the lifeline.
            let letters = of_side.map(|(_, text)| text.width()).max().unwrap_or(0).max(12);
            u32::try_from(letters).map_or(0.0, f64::from) * LETTER + OFFSET
        };
        let client = MARGIN + TIMES + widest(Side::Client);
        let server = client + DISTANCE;
        let width = server + widest(Side::Server) + MARGIN;
        Self { sequence, rows, client, server, width }
    }

    pub(super) fn width(&self) -> f64 {
        self.width
    }

    /// Draws the connection into `out`, and returns the height of the drawing.
    pub(super) fn draw(&self, out: &mut String) -> f64 {
        let mut calls = String::new();
        let bottom = if self.sequence.packets.is_empty() {
            self.draw_rows(out, &mut calls)
        } else {
            self.draw_instants(out, &mut calls)
        };
        for (side, recording) in
            [(Side::Client, &self.sequence.client), (Side::Server, &self.sequence.server)]
        {
            self.draw_head(out, side, recording.as_deref());
        }
        // Calls are drawn over the lifelines.
        out.push_str(&calls);
        let title = At { x: MARGIN, y: 42.0 };
        words(out, "title", "start", title, &escaped(&truncate(&self.sequence.title, 24)));
        self.draw_foot(out, bottom)
    }

    /// Draws lifelines and arrows into `out`, and socket calls into `calls`. Returns the vertical position at
    /// which the lifelines end.
    fn draw_rows(&self, out: &mut String, calls: &mut String) -> f64 {
        let (mut y, mut drawn_to) = (TOP + ROW, TOP);
        for (index, row) in self.rows.iter().enumerate() {
            if let Some(ns) = row.pause {
                drawn_to = self.draw_pause(out, calls, ns, drawn_to, y);
                y += PAUSE;
            }
            y = self.draw_row(calls, index, row, y);
        }
        self.draw_lifelines(out, "life", drawn_to, y);
        y
    }

    /// Draws a pause above the position `y`, and the lifelines down to it. The lifelines above are drawn down to
    /// `drawn_to`. Returns the new end of the drawn lifelines.
    fn draw_pause(&self, out: &mut String, calls: &mut String, ns: u64, drawn_to: f64, y: f64) -> f64 {
        self.draw_lifelines(out, "life", drawn_to, y - ROW / 2.0);
        let end = y + PAUSE - ROW / 2.0;
        self.draw_lifelines(out, "life still", y - ROW / 2.0, end);
        // Arrows of packets cross the pause.
        let (anchor, x) = match self.sequence.packets.is_empty() {
            true => ("middle", self.client + DISTANCE / 2.0),
            false => ("start", MARGIN),
        };
        words(calls, "soft", anchor, At { x, y: y + PAUSE / 2.0 - ROW / 2.0 + 5.0 }, &pause(ns));
        end
    }

    /// Draws a row at the position `y`, and returns the position of the next row.
    fn draw_row(&self, out: &mut String, index: usize, row: &Row, y: f64) -> f64 {
        let step = if row.call.is_some() { ROW } else { SEGMENT };
        let mut at = y;
        if let Some(arrow) = &row.arrow {
            let arrives = row.call.as_ref().is_some_and(|(side, _)| *side == arrow.to);
            let is_received = row.call.is_none() || arrives || self.receives_or_replies(index + 1, arrow.to);
            let fall = if is_received { step } else { FALL };
            self.draw_arrow(out, arrow, y, y + fall);
            if arrives {
                at = y + fall;
            }
        }
        if let Some((side, text)) = &row.call {
            self.draw_call(out, *side, text, row.at, at);
        }
        at + step
    }

    /// Returns `true` if an arrow to `side` can end at the row with this index: `side` receives the signal in
    /// this row, or the row is a segment that the kernel of `side` sends in reply.
    fn receives_or_replies(&self, index: usize, side: Side) -> bool {
        match self.rows.get(index).filter(|row| row.pause.is_none()) {
            Some(Row { call: Some((of, _)), receives, .. }) => *receives && *of == side,
            Some(Row { call: None, .. }) => true,
            None => false,
        }
    }

    fn draw_arrow(
        &self,
        out: &mut String,
        Arrow { to, label, kernel, bytes, .. }: &Arrow,
        from: f64,
        until: f64,
    ) {
        let (class, start, end) = match to {
            Side::Server => ("client", self.client + 8.0, self.server - 8.0),
            Side::Client | Side::Wire => ("server", self.server - 8.0, self.client + 8.0),
        };
        let class = if *kernel { "kernel" } else { class };
        let count = bytes.map(|bytes| format!("{bytes} B")).unwrap_or_default();
        let label = escaped(&truncate(label, LABEL.saturating_sub(count.len() + 1)));
        let label = match (count.is_empty(), label.is_empty()) {
            (true, _) => label,
            (false, true) => format!("<tspan class=\"count\">{count}</tspan>"),
            (false, false) => format!("<tspan class=\"count\">{count}</tspan>  {label}"),
        };
        arrow(out, (class, *kernel), At { x: start, y: from }, At { x: end, y: until }, &label);
    }

    fn draw_call(&self, out: &mut String, side: Side, text: &str, at: Option<u64>, y: f64) {
        let (x, anchor, to_words) = match side {
            Side::Client | Side::Wire => (self.client, "end", -OFFSET),
            Side::Server => (self.server, "start", OFFSET),
        };
        dot(out, side.name(), At { x, y });
        words(out, "", anchor, At { x: x + to_words, y: y + 5.0 }, &escaped(text));
        if let Some(at) = at {
            words(out, "soft", "start", At { x: MARGIN, y: y + 5.0 }, &seconds(at));
        }
    }

    fn draw_lifelines(&self, out: &mut String, class: &str, from: f64, to: f64) {
        for (x, recording) in [(self.client, &self.sequence.client), (self.server, &self.sequence.server)] {
            let class = if recording.is_some() { class } else { "life still" };
            line(out, class, At { x, y: from }, At { x, y: to });
        }
    }
}
