//! Reads server-sent events:
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.

use super::context::Context;
use super::data::TransferData;
use super::part::Layer;
use super::part_collector::{Label, OpenUnit};
use super::prefix_buffer::PrefixBuffer;
use super::text::{ENOUGH, short, with_hole};

/// Reads the server-sent events of a body. An event may span chunks and frames.
///
/// CR alone does not count as a line break, because no server writes it.
#[derive(Debug)]
pub(super) struct EventReader {
    unit: OpenUnit,
    beginning: PrefixBuffer,
    /// `true` at the start of a line.
    line_is_empty: bool,
}

impl EventReader {
    pub(super) fn new() -> Self {
        Self { unit: OpenUnit::default(), beginning: PrefixBuffer::new(ENOUGH), line_is_empty: true }
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
            let text = with_hole(text(self.beginning.bytes()), part.missing());
            context.output.part(&mut self.unit, part.len(), label, text, end.is_some());
            if end.is_some() {
                self.beginning.clear();
            }
        }
    }

    /// Returns the position after the empty line that ends the current event. `None` if the event continues
    /// after the bytes.
    fn end_of_event(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if self.line_is_empty => return Some(at + 1),
                b'\n' => self.line_is_empty = true,
                b'\r' => {}
                _ => self.line_is_empty = false,
            }
        }
        None
    }
}

/// Describes an event by its type and data, such as `updated: {"sequence":1}`, or by its data alone if it has
/// no type. Describes a comment as `: text`.
fn text(event: &[u8]) -> String {
    let event = String::from_utf8_lossy(event);
    let (mut kind, mut data, mut comment) = ("", Vec::new(), None);
    for line in event.lines() {
        match line.split_once(':') {
            Some(("event", value)) => kind = value.trim_start(),
            Some(("data", value)) => data.push(value.trim_start()),
            Some(("", value)) => comment = Some(value.trim_start()),
            _ => {}
        }
    }
    let data = data.join(" ");
    short(&match (kind, comment) {
        ("", Some(comment)) if data.is_empty() => format!(": {comment}"),
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
            ["6 payload event: : hi", "32 payload event: updated: { }", "7 payload event: a"]
        );
        let parts = server.writes_cut("b\r\n", 9);
        assert_eq!(lines(&parts), ["12 payload event: ab (9 B not recorded)"]);
        let parts = server.writes("\n\r\nid: 1\n\n");
        assert_eq!(lines(&parts), ["3 payload event: ab", "7 payload event"]);
        assert_eq!((parts[0].begins, parts[0].ends, parts[1].begins), (false, true, true));
    }
}
