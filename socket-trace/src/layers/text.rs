//! Formats the map of an API call as text: rows of boxes for its reads, writes, frames and messages.

use std::fmt::Write as _;

use socket_tap::format::Side;

use super::grid;
use super::map::{Direction, Level, Map};
use crate::units::wrapped;
use socket_dissect::Class;

/// Formats the map as text of `width` columns: for each direction, one row of boxes for each protocol
/// level. With `color`, boxes without bytes of the mapped API call are dimmed.
#[must_use]
pub fn text(map: &Map, width: usize, color: bool) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let call = format!("{}   (call {} on {})", map.operation, map.call, map.ends.join(" ↔ "));
    out += &wrapped(&call, width);
    for direction in &map.directions {
        let _ = write!(out, "\n{}", wrapped(&heading(direction), width));
        out.push_str(&grid::draw(&direction.levels, width, color));
        out += &wrapped(&breakdown(direction), width);
    }
    if map.more > 0 {
        let _ = writeln!(out, "\n… and {} more reads and writes", map.more);
    }
    out
}

/// Formats the heading of a direction: `client → server: 1 message, 2 frames, 3 writes, 1 read`.
fn heading(direction: &Direction) -> String {
    let (from, to) = match direction.to {
        Side::Server => ("client", "server"),
        Side::Client | Side::Wire => ("server", "client"),
    };
    let count = |level: &Level| {
        let of_call = level.blocks.iter().filter(|block| block.of_call);
        // A block that continues an earlier one is not counted again.
        let count = of_call.enumerate().filter(|(at, block)| *at == 0 || !block.begun).count();
        let unit = level.unit;
        if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
    };
    // Messages first, reads and writes last. Among transfers, those of the sender come first.
    let height = |level: &&Level| match level.unit {
        "statement" => 0,
        "message" => 1,
        "read" | "write" => 3,
        "record" => 4,
        "TCP read" | "TCP write" => 5,
        "segment" => 6,
        "retransmission" => 7,
        _ => 2,
    };
    let mut levels: Vec<&Level> = direction.levels.iter().collect();
    levels.sort_by_key(height);
    let counts: Vec<String> = levels.into_iter().map(count).collect();
    format!("{from} → {to}: {}", counts.join(", "))
}

fn breakdown(direction: &Direction) -> String {
    let total = direction.bytes.values().fold(0_u64, |total, bytes| total.saturating_add(*bytes));
    let words = |class: &Class| match class {
        Class::Connection => "connection",
        Class::Framing => "framing",
        Class::Headers => "headers",
        Class::Payload => "payload",
        Class::Tls => "TLS",
        Class::Unknown => "unknown",
    };
    let parts: Vec<String> =
        direction.bytes.iter().map(|(class, bytes)| format!("{bytes} {}", words(class))).collect();
    format!("{total} B belong to the call: {}", parts.join(", "))
}
