//! What a read or write carried, in a few words.

use socket_tap::format::text::printable;
use unicode_width::UnicodeWidthChar as _;

use socket_dissect::{Class, Layer, Part};

/// The parts of a transfer as a list: `HEADERS 200, DATA {id: 1}`. A unit that began before is shown as `…DATA`, and one
/// that goes on as `DATA…`. Empty when nothing is known.
#[must_use]
pub fn sentence(parts: &[Part]) -> String {
    let mut words = String::new();
    let mut units = parts.chunk_by(|one, next| one.unit == next.unit && one.layer == next.layer).peekable();
    while let Some(unit) = units.next() {
        let (Some(first), Some(last)) = (unit.first(), unit.last()) else { continue };
        let holds_next = units.peek().and_then(|next| next.first()).is_some_and(is_content);
        // The messages of a handshake say by themselves what their record is.
        if first.layer == Layer::Tls && !is_content(first) && holds_next {
            continue;
        }
        let text = text(unit);
        let said = printable(format!("{} {text}", name(first, text)).trim());
        if said.is_empty() {
            continue;
        }
        let begun = if first.begins { "" } else { "…" };
        let goes_on = if last.ends || said.ends_with('…') { "" } else { "…" };
        words.push_str(&format!("{begun}{said}{goes_on}"));
        // A frame is said in one breath with what is in it.
        words.push_str(if holds_next && is_frame(first) { " " } else { ", " });
    }
    words.truncate(words.trim_end_matches([',', ' ']).len());
    words
}

fn is_frame(part: &Part) -> bool {
    match part.layer {
        Layer::Http2 => part.name == "DATA",
        Layer::Websocket => part.name != "message",
        _ => false,
    }
}

/// Whether it lies in a frame or chunk, of its own layer or of one below.
pub(crate) fn is_content(part: &Part) -> bool {
    match part.layer {
        Layer::Grpc | Layer::Sse => true,
        Layer::Http2 => part.class == Class::Payload,
        Layer::Websocket => part.name == "message",
        Layer::Tls => !part.is_tls_record(),
        Layer::Http1 | Layer::Unknown => false,
    }
}

/// What the unit says; its head says less than what follows. How two sides set up their connection is no news.
fn text(unit: &[Part]) -> &str {
    let said = unit.iter().rev().find(|part| !part.text.is_empty());
    match said {
        Some(Part { name: "SETTINGS", text, .. }) if text != "ACK" => "",
        Some(Part { name: "WINDOW_UPDATE", .. }) | None => "",
        Some(part) => &part.text,
    }
}

/// What HTTP/1.1 sends says by itself what it is, and so does content. Lengths go without saying.
fn name(part: &Part, text: &str) -> &'static str {
    let speaks_for_itself = part.layer == Layer::Http1 || (is_content(part) && part.layer != Layer::Tls);
    let speaks = !text.is_empty() && speaks_for_itself;
    match (part.layer, part.name) {
        (Layer::Unknown, _) if text.is_empty() => "",
        (Layer::Unknown, _) => "unknown:",
        (Layer::Grpc, "length prefix") | (Layer::Http1, "chunk size" | "chunk end") => "",
        (_, name) => {
            if speaks {
                ""
            } else {
                name
            }
        }
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

    fn part(layer: Layer, name: &'static str, text: &str, unit: u64) -> Part {
        let (text, class) = (text.to_owned(), Class::Headers);
        Part { bytes: 1, class, layer, name, text, unit, begins: true, ends: true, call: None, stream: None }
    }

    #[test]
    fn the_parts_of_a_unit_are_said_once() {
        let head = |text| Part { ends: false, ..part(Layer::Http2, "HEADERS", text, 0) };
        let ends = |text| Part { class: Class::Framing, ..part(Layer::Http2, "HEADERS", text, 0) };
        let trailers = [ends("END_STREAM"), part(Layer::Http2, "HEADERS", "grpc-status OK", 0)];
        assert_eq!(sentence(&trailers), "HEADERS grpc-status OK");
        let rest = Part { begins: false, ..part(Layer::Http2, "HEADERS", "GET /", 0) };
        let settings = part(Layer::Http2, "SETTINGS", "", 1);
        assert_eq!(sentence(&[head(""), rest.clone(), settings.clone()]), "HEADERS GET /, SETTINGS");
        assert_eq!(sentence(&[head("GET /")]), "HEADERS GET /…");
        assert_eq!(sentence(&[head("GET /v1…")]), "HEADERS GET /v1…");
        assert_eq!(sentence(&[rest]), "…HEADERS GET /");
        assert_eq!(sentence(&[settings.clone(), Part { unit: 2, ..settings }]), "SETTINGS, SETTINGS");
    }

    #[test]
    fn a_frame_is_said_with_the_messages_in_it() {
        let data = Part { class: Class::Framing, ..part(Layer::Http2, "DATA", "", 0) };
        let prefix = |unit| Part { class: Class::Framing, ..part(Layer::Grpc, "length prefix", "", unit) };
        let message = |text, unit| part(Layer::Grpc, "message", text, unit);
        let one = [data.clone(), prefix(1), message("{id: 1}", 2)];
        assert_eq!(sentence(&one), "DATA {id: 1}");
        let two = [&one[..], &[prefix(3), message("", 4), part(Layer::Http2, "HEADERS", "", 5)]].concat();
        assert_eq!(sentence(&two), "DATA {id: 1}, message, HEADERS");
        assert_eq!(sentence(&[data.clone(), prefix(1)]), "DATA", "the message has not come yet");
        assert_eq!(sentence(&[prefix(1)]), "");
        let last = Part { text: "END_STREAM".to_owned(), ..data };
        let body = Part { class: Class::Payload, ..part(Layer::Http2, "body", "{}", 1) };
        assert_eq!(sentence(&[last.clone(), body]), "DATA END_STREAM {}");
        assert_eq!(
            sentence(&[last, part(Layer::Http2, "SETTINGS", "ACK", 1)]),
            "DATA END_STREAM, SETTINGS ACK"
        );
    }

    #[test]
    fn so_is_a_frame_of_a_websocket() {
        let frame = |name| part(Layer::Websocket, name, "", 0);
        let message = |text| part(Layer::Websocket, "message", text, 1);
        assert_eq!(
            sentence(&[frame("text frame"), message("connection_init")]),
            "text frame connection_init"
        );
        assert_eq!(sentence(&[frame("text frame"), message("")]), "text frame message");
        assert_eq!(sentence(&[frame("close frame")]), "close frame");
    }

    #[test]
    fn handshake_messages_are_named_and_not_their_record() {
        let of_tls = |name, text, unit| Part { class: Class::Tls, ..part(Layer::Tls, name, text, unit) };
        let record = of_tls("handshake", "", 0);
        let hello = of_tls("ServerHello", "TLS 1.3", 1);
        assert_eq!(sentence(&[record.clone(), hello.clone()]), "ServerHello TLS 1.3");
        assert_eq!(
            sentence(&[hello, of_tls("change_cipher_spec", "", 2)]),
            "ServerHello TLS 1.3, change_cipher_spec"
        );
        assert_eq!(sentence(&[record]), "handshake", "its message comes with the next read");
        let data = of_tls("application_data", "", 3);
        let fragment = Part { class: Class::Payload, ends: false, ..data.clone() };
        assert_eq!(sentence(&[data.clone(), fragment]), "application_data…");
        assert_eq!(
            sentence(&[of_tls("handshake", "encrypted", 4), data]),
            "handshake encrypted, application_data"
        );
    }

    #[test]
    fn how_long_chunks_are_goes_without_saying() {
        let framing = |name, unit| Part { class: Class::Framing, ..part(Layer::Http1, name, "", unit) };
        let body = Part { class: Class::Payload, ..part(Layer::Http1, "body", "{}", 1) };
        let chunks = [framing("chunk size", 0), body, framing("chunk end", 2), framing("end of body", 3)];
        assert_eq!(sentence(&chunks), "{}, end of body");
    }

    #[test]
    fn how_a_connection_is_set_up_is_said_in_a_word() {
        let settings = |text| part(Layer::Http2, "SETTINGS", text, 0);
        let update = part(Layer::Http2, "WINDOW_UPDATE", "+983,041", 1);
        assert_eq!(sentence(&[settings("ENABLE_PUSH 0"), update]), "SETTINGS, WINDOW_UPDATE");
        assert_eq!(sentence(&[settings("ACK")]), "SETTINGS ACK");
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
