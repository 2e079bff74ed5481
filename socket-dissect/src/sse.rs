//! Reads server-sent events:
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.

use super::context::Context;
use super::data::TransferData;
use super::part::Layer;
use super::part_collector::{Label, OpenUnit};
use super::prefix_buffer::PrefixBuffer;
use super::text::{Limit, with_hole};

/// Reads the server-sent events of a body. An event may span chunks and frames.
///
/// A line ends with LF, CRLF or CR.
#[derive(Debug)]
pub(super) struct EventReader {
    unit: OpenUnit,
    beginning: PrefixBuffer,
    /// `true` at the start of a line.
    line_is_empty: bool,
    /// `true` after a CR. An LF that follows belongs to the same line end.
    after_cr: bool,
    /// `true` if the last line ended with CR alone.
    ends_with_cr: bool,
    /// `true` after a CR that ended an empty line, while an LF may follow that belongs to the event.
    is_pending: bool,
    /// `true` in the first event, which a byte order mark may precede.
    is_first: bool,
}

/// The byte order mark in UTF-8.
const BOM: char = '\u{feff}';

impl EventReader {
    /// Returns a reader for the events of a body, whose texts have the given length.
    pub(super) fn new(limit: Limit) -> Self {
        Self {
            unit: OpenUnit::default(),
            beginning: PrefixBuffer::new(limit.bytes()),
            line_is_empty: true,
            after_cr: false,
            ends_with_cr: false,
            is_pending: false,
            is_first: true,
        }
    }

    /// Reads the next bytes of the body and adds their parts to the output.
    pub(super) fn read(&mut self, label: Label, mut data: TransferData<'_>, context: &mut Context<'_>) {
        let label = Label { layer: Layer::Sse, name: "event", ..label };
        while !data.is_empty() {
            let end = self.end_of_event(data.recorded());
            let part = data.take(end.map_or(u64::MAX, |end| end as u64));
            self.beginning.add(part);
            if part.missing() > 0 {
                self.line_is_empty = false;
            }
            let limit = context.limit.when(end.is_some());
            let text = text(self.beginning.first(limit.bytes()), self.is_first, limit);
            let text = with_hole(text, part.missing());
            context.output.part(&mut self.unit, part.len(), label, text, end.is_some());
            if end.is_some() {
                self.beginning.clear();
                self.is_first = false;
            }
        }
    }

    /// Returns the position after the empty line that ends the current event. `None` if the event continues
    /// after the bytes.
    fn end_of_event(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            let after_cr = std::mem::replace(&mut self.after_cr, *byte == b'\r');
            let was_pending = std::mem::take(&mut self.is_pending);
            let is_empty = std::mem::replace(&mut self.line_is_empty, matches!(byte, b'\r' | b'\n'));
            if after_cr {
                self.ends_with_cr = *byte != b'\n';
            }
            match byte {
                b'\n' if after_cr && was_pending => return Some(at + 1),
                b'\n' if after_cr => {}
                _ if was_pending => {
                    // The byte begins the next event.
                    (self.after_cr, self.line_is_empty) = (false, true);
                    return Some(at);
                }
                b'\n' if is_empty => return Some(at + 1),
                b'\n' => self.ends_with_cr = false,
                b'\r' if is_empty && self.ends_with_cr => return Some(at + 1),
                b'\r' => self.is_pending = is_empty,
                _ => {}
            }
        }
        None
    }
}

/// Describes an event by its type and data, such as `updated: {"sequence":1}`, or by its data alone if it has
/// no type. Describes a comment as `: text`, and an event with an id alone as `id 1`.
fn text(event: &[u8], is_first: bool, limit: Limit) -> String {
    let event = String::from_utf8_lossy(event);
    let event = if is_first { event.strip_prefix(BOM).unwrap_or(&event) } else { &event };
    let (mut kind, mut data, mut comment, mut other) = ("", Vec::new(), None, String::new());
    for line in event.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        // One space after the colon is not part of the value.
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => kind = value,
            "data" => data.push(value),
            "id" | "retry" => other = format!("{name} {value}"),
            "" if line.starts_with(':') => comment = Some(value),
            _ => {}
        }
    }
    let has_data = !data.is_empty();
    let data = data.join("\n");
    limit.text(&match (kind, comment) {
        ("", Some(comment)) if !has_data => format!(": {comment}"),
        ("", None) if !has_data => other,
        ("", _) => data,
        (kind, _) => format!("{kind}: {data}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, lines};

    #[test]
    fn server_sent_events_are_dissected_one_by_one() {
        let mut server = Fixture::new();
        server.reads("GET /a HTTP/1.1\r\n\r\n");
        let parts = server.writes(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: hi\n\nevent: updated\ndata: {\ndata: }\n\ndata: a",
        );
        assert_eq!(
            lines(&parts)[1..],
            ["6 payload event: : hi", "32 payload event: updated: {↵}", "7 payload event: a"]
        );
        let parts = server.writes_cut("b\r\n", 9);
        assert_eq!(lines(&parts), ["12 payload event: ab (9 B not recorded)"]);
        let parts = server.writes("\n\r\nid: 1\n\n");
        assert_eq!(lines(&parts), ["3 payload event: ab", "7 payload event: id 1"]);
        assert_eq!((parts[0].begins, parts[0].ends, parts[1].begins), (false, true, true));
    }

    fn opened() -> Fixture {
        let mut server = Fixture::new();
        server.reads("GET /a HTTP/1.1\r\n\r\n");
        server.writes("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
        server
    }

    #[test]
    fn lines_of_events_end_with_lf_crlf_or_cr() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = format!("data: one{end}{end}data: two{end}id: 2{end}{end}data: three{end}{end}");
            let texts = |parts: &[crate::Part]| {
                parts.iter().filter(|part| part.ends).map(|part| part.text.clone()).collect::<Vec<_>>()
            };
            assert_eq!(texts(&opened().writes(&stream)), ["one", "two", "three"], "{end:?}");
            let mut server = opened();
            let parts: Vec<_> = stream.bytes().flat_map(|byte| server.writes([byte])).collect();
            assert_eq!(texts(&parts), ["one", "two", "three"], "{end:?}, byte by byte");
        }
    }

    /// An event in many pieces would else be written as often.
    #[test]
    fn full_text_of_an_event_comes_with_its_end() {
        let mut server = Fixture::with_detail(crate::Detail { full_text: true, ..crate::Detail::default() });
        server.reads("GET /a HTTP/1.1\r\n\r\n");
        server.writes("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
        let open = server.writes(format!("data: {}", "x".repeat(5000)));
        assert_eq!(open[0].text, "x".repeat(512) + "…");
        assert_eq!(server.writes("\n\n")[0].text, "x".repeat(5000));
    }

    #[test]
    fn byte_order_mark_and_one_space_are_dropped() {
        let parts = opened().writes("\u{feff}data:  one\n\ndata:two\ndata\n\n");
        assert_eq!(lines(&parts), ["15 payload event:  one", "15 payload event: two↵"]);
    }

    #[test]
    fn line_end_of_another_kind_ends_the_event() {
        // An empty line that ends with CR, after a line that ends with LF.
        let parts = opened().writes("data: one\n\rdata: two\n\n");
        assert_eq!(lines(&parts), ["11 payload event: one", "11 payload event: two"]);
    }
}
