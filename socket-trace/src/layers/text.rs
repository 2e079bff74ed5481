//! The map for a terminal.

use std::fmt::Write as _;

use socket_tap::format::Side;

use super::grid;
use super::map::{Level, Map, Way};
use socket_dissect::Class;

/// The whole map, about that wide. With `color`, what is not of the call is dimmed.
#[must_use]
pub fn text(map: &Map, width: usize, color: bool) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}   (call {} on {})", map.operation, map.call, map.ends.join(" ↔ "));
    for way in &map.ways {
        let _ = writeln!(out, "\n{}", heading(way));
        out.push_str(&grid::draw(&way.levels, width, color));
        let _ = writeln!(out, "{}", spent(way));
    }
    if map.more > 0 {
        let _ = writeln!(out, "\n… and {} reads and writes more", map.more);
    }
    out
}

/// `client → server: 1 message, 2 frames, 3 writes, 1 read`
fn heading(way: &Way) -> String {
    let (from, to) = match way.to {
        Side::Server => ("client", "server"),
        Side::Client => ("server", "client"),
    };
    let count = |level: &Level| {
        let of_call = level.blocks.iter().filter(|block| block.of_call);
        // What goes on after something else is still the same.
        let count = of_call.enumerate().filter(|(at, block)| *at == 0 || !block.begun).count();
        let unit = level.unit;
        if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
    };
    // From messages down to reads and writes. The transfers stand from the sender to the receiver.
    let height = |level: &&Level| match level.unit {
        "message" => 0,
        "read" | "write" => 2,
        "record" => 3,
        "TCP read" | "TCP write" => 4,
        _ => 1,
    };
    let mut levels: Vec<&Level> = way.levels.iter().collect();
    levels.sort_by_key(height);
    let counts: Vec<String> = levels.into_iter().map(count).collect();
    format!("{from} → {to}: {}", counts.join(", "))
}

fn spent(way: &Way) -> String {
    let total = way.bytes.values().fold(0_u64, |total, bytes| total.saturating_add(*bytes));
    let words = |class: &Class| match class {
        Class::Connection => "for the connection",
        Class::Framing => "framing",
        Class::Headers => "headers",
        Class::Payload => "payload",
        Class::Tls => "TLS",
        Class::Unknown => "not known",
    };
    let spent: Vec<String> =
        way.bytes.iter().map(|(class, bytes)| format!("{bytes} {}", words(class))).collect();
    format!("{total} B of the call: {}", spent.join(", "))
}
