//! What a read or write carried, in a few words.

use socket_tap::format::text::printable;
use unicode_width::UnicodeWidthChar as _;

use crate::dissect::{Layer, Part};

/// The parts of a transfer as a list: `HEADERS 200, DATA {id: 1}`. A unit that began before is shown as `…DATA`, and one
/// that goes on as `DATA…`. Empty when nothing is known.
#[must_use]
pub fn sentence(parts: &[Part]) -> String {
    let mut words = String::new();
    for unit in parts.chunk_by(|one, next| one.unit == next.unit && one.layer == next.layer) {
        let (Some(first), Some(last)) = (unit.first(), unit.last()) else { continue };
        let text = unit.iter().find(|part| !part.text.is_empty()).map_or("", |part| &part.text);
        if first.layer == Layer::Unknown && text.is_empty() {
            continue;
        }
        if !words.is_empty() {
            words.push_str(", ");
        }
        words.push_str(if first.begins { "" } else { "…" });
        words.push_str(format!("{} {}", name(first, text), printable(text)).trim());
        words.push_str(if last.ends { "" } else { "…" });
    }
    words
}

/// What HTTP/1.1 sends says by itself what it is.
fn name(part: &Part, text: &str) -> &'static str {
    match part.layer {
        Layer::Http1 if !text.is_empty() => "",
        Layer::Unknown => "unknown:",
        _ => part.name,
    }
}

/// The text, at most that wide on a terminal.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    let wide = |c: char| c.width().unwrap_or(0);
    if text.chars().map(wide).sum::<usize>() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += wide(*c);
        used < width
    };
    let mut short: String = text.chars().take_while(fits).collect();
    if width > 0 {
        short.push('…');
    }
    short
}
