//! Describes the data of a read or write in one line.

use socket_tap::format::text::push_printable;
use unicode_width::UnicodeWidthChar as _;

use socket_dissect::{Class, Layer, Part};

/// Describes the data of a read or write as a list of protocol units: `HEADERS 200, DATA {id: 1}`. A unit
/// that started in an earlier read or write is shown as `…DATA`, and one that continues in a later one as
/// `DATA…`. Rows of a result are counted: `DataRow x 14`. Returns an empty string if no part has a name or
/// text to show, as for unknown data.
#[must_use]
pub fn describe(parts: &[Part]) -> String {
    let mut description = String::new();
    push_description(parts, &mut description);
    description
}

/// Appends the text that [`describe`] returns to `description`.
pub(crate) fn push_description(parts: &[Part], description: &mut String) {
    let start = description.len();
    let mut units = parts.chunk_by(|one, next| one.unit == next.unit && one.layer == next.layer).peekable();
    let mut is_bound = false;
    while let Some(unit) = units.next() {
        let (Some(first), Some(mut last)) = (unit.first(), unit.last()) else { continue };
        let mut count = 1;
        while let Some(row) = units.next_if(|next| is_repetition(first, next)) {
            count += 1;
            last = row.last().unwrap_or(last);
        }
        let holds_next = units.peek().and_then(|next| next.first()).is_some_and(is_content);
        // The messages of a TLS handshake imply their record.
        if first.layer == Layer::Tls && !is_content(first) && holds_next {
            continue;
        }
        let repeated;
        let text = match text(unit) {
            _ if count > 1 => {
                repeated = format!("x {count}");
                &repeated
            }
            // The statement is in the `Bind` before.
            _ if is_bound && first.name == "Execute" => "",
            text => text,
        };
        is_bound = first.name == "Bind";
        let violation = unit.iter().find_map(|part| part.violation.as_deref());
        let violation = violation.map_or_else(String::new, |it| format!("[invalid: {it}]"));
        let name = name(first, text);
        let text = if name.is_empty() { text.trim() } else { text.trim_end() };
        let words = [name, text, &violation];
        if words.iter().all(|word| word.is_empty()) {
            continue;
        }
        if !first.begins {
            description.push('…');
        }
        push_words(words, description);
        if !last.ends && !description.ends_with('…') {
            description.push('…');
        }
        // A frame and its content form one list item.
        description.push_str(if holds_next && is_frame(first) { " " } else { ", " });
    }
    let described = description[start..].trim_end_matches([',', ' ']).len();
    description.truncate(start + described);
}

/// Appends the words that are not empty, with spaces between them.
fn push_words(words: [&str; 3], description: &mut String) {
    for (index, word) in words.into_iter().filter(|word| !word.is_empty()).enumerate() {
        description.push_str(if index > 0 { " " } else { "" });
        push_printable(word, description);
    }
}

/// Returns `true` if `part` and the first part in `next` are both rows of a PostgreSQL result. Such rows are
/// shown as one entry with their number: `DataRow x 14`.
fn is_repetition(part: &Part, next: &[Part]) -> bool {
    let is_counted = part.layer == Layer::Postgres && matches!(part.name, "DataRow" | "CopyData");
    is_counted && next.first().is_some_and(|next| next.layer == part.layer && next.name == part.name)
}

fn is_frame(part: &Part) -> bool {
    match part.layer {
        Layer::Http2 => part.name == "DATA",
        Layer::Websocket => part.name != "message",
        _ => false,
    }
}

/// Returns `true` if the part is the content of a frame or chunk, such as that of an HTTP/2 DATA frame. The
/// content may belong to another protocol than the frame, such as gRPC.
pub(crate) fn is_content(part: &Part) -> bool {
    match part.layer {
        Layer::Grpc | Layer::Sse => true,
        Layer::Http2 => part.class == Class::Payload,
        Layer::Websocket => part.name == "message",
        Layer::Tls => !part.is_tls_record(),
        Layer::Http1 | Layer::Postgres | Layer::Unknown => false,
    }
}

/// Returns the description of a protocol unit: the text of the last part that has one, since later parts are
/// more specific. Empty for SETTINGS and WINDOW_UPDATE frames, except acknowledgements.
fn text(unit: &[Part]) -> &str {
    let described = unit.iter().rev().find(|part| !part.text.is_empty());
    match described {
        Some(Part { name: "SETTINGS", text, .. }) if text != "ACK" => "",
        Some(Part { name: "WINDOW_UPDATE", .. }) | None => "",
        Some(part) => &part.text,
    }
}

/// Returns the name of the part if it must be shown before `text`, the text of the part: `HEADERS` before
/// `200`. Empty if `text` is clear by itself, e.g. `GET /v1/books/1`, or if the part is only a length, such
/// as a chunk size.
fn name(part: &Part, text: &str) -> &'static str {
    let is_self_explanatory = match part.layer {
        Layer::Http1 => true,
        Layer::Tls => false,
        Layer::Postgres => matches!(part.name, "Query" | "CommandComplete"),
        _ => is_content(part),
    };
    let omit_name = !text.is_empty() && is_self_explanatory;
    match (part.layer, part.name) {
        (Layer::Unknown, _) if text.is_empty() => "",
        (Layer::Unknown, _) => "unknown:",
        (Layer::Grpc, "length prefix") | (Layer::Http1, "chunk size" | "chunk end") => "",
        (_, name) => {
            if omit_name {
                ""
            } else {
                name
            }
        }
    }
}

/// Truncates the text to `width` columns of a terminal.
#[must_use]
pub fn truncate(text: &str, width: usize) -> String {
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
#[path = "description_tests.rs"]
mod tests;
