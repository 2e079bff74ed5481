//! The map for a terminal.

use std::fmt::Write as _;

use socket_tap::format::Side;

use super::grid;
use super::map::{Map, Way};
use crate::dissect::Class;

/// The whole map, at most that wide.
#[must_use]
pub fn text(map: &Map, width: usize) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}   (call {} on {})", map.operation, map.call, map.ends.join(" ↔ "));
    for way in &map.ways {
        let _ = writeln!(out, "\n{}", heading(way));
        out.push_str(&grid::draw(&way.levels, width));
        let _ = writeln!(out, "{}", spent(way));
    }
    if map.more > 0 {
        let _ = writeln!(out, "\n… and {} reads and writes more", map.more);
    }
    out
}

/// `client → server: 1 message in 2 HTTP/2 frames, 3 writes of the client, 1 read of the server`
fn heading(way: &Way) -> String {
    let (from, to) = match way.to {
        Side::Server => ("client", "server"),
        Side::Client => ("server", "client"),
    };
    let counts: Vec<String> = way
        .levels
        .iter()
        .rev()
        .map(|level| {
            let count = level.blocks.iter().filter(|block| block.of_call).count();
            format!("{} × {}", count, level.title)
        })
        .collect();
    format!("{from} → {to}: {}", counts.join(", "))
}

fn spent(way: &Way) -> String {
    let total: u64 = way.bytes.values().sum();
    let words = |class: &Class| match class {
        Class::Connection => "for the connection",
        Class::Framing => "framing",
        Class::Headers => "headers",
        Class::Payload => "payload",
        Class::Unknown => "not known",
    };
    let spent: Vec<String> =
        way.bytes.iter().map(|(class, bytes)| format!("{bytes} {}", words(class))).collect();
    format!("{total} B of the call: {}", spent.join(", "))
}
