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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::Class;

    fn part(layer: Layer, name: &'static str, text: &str, unit: u64) -> Part {
        let (text, class) = (text.to_owned(), Class::Headers);
        Part { bytes: 1, class, layer, name, text, unit, begins: true, ends: true, call: None, stream: None }
    }

    #[test]
    fn the_parts_of_a_unit_are_said_once() {
        let head = |text| Part { ends: false, ..part(Layer::Http2, "HEADERS", text, 0) };
        let rest = Part { begins: false, ..part(Layer::Http2, "HEADERS", "GET /", 0) };
        let settings = part(Layer::Http2, "SETTINGS", "", 1);
        assert_eq!(sentence(&[head(""), rest.clone(), settings.clone()]), "HEADERS GET /, SETTINGS");
        assert_eq!(sentence(&[head("GET /")]), "HEADERS GET /…");
        assert_eq!(sentence(&[rest]), "…HEADERS GET /");
        assert_eq!(sentence(&[settings.clone(), Part { unit: 2, ..settings }]), "SETTINGS, SETTINGS");
    }

    #[test]
    fn of_what_is_not_known_only_the_reason_is_said() {
        assert_eq!(sentence(&[part(Layer::Unknown, "unknown", "", 0)]), "");
        assert_eq!(sentence(&[part(Layer::Unknown, "unknown", "TLS", 0)]), "unknown: TLS");
    }

    #[test]
    fn text_is_cut_by_its_width_on_a_terminal() {
        for (text, width, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("书书书", 6, "书书书"),
            ("书书书", 5, "书书…"),
            ("书书书", 4, "书…"),
            ("a", 0, ""),
            ("ab", 1, "…"),
        ] {
            assert_eq!(cut(text, width), expected);
        }
    }
}
