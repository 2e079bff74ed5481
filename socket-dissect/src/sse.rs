//! Server-sent events: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.

use super::chunk::Chunk;
use super::kept::Kept;
use super::output::{Label, Unit};
use super::part::Layer;
use super::protocol::Context;
use super::text::{ENOUGH, short, with_hole};

/// Follows the events of a body, over the bounds of chunks and frames. Lines that end with CR alone are not told apart:
/// no server writes them.
#[derive(Debug)]
pub(super) struct Events {
    unit: Unit,
    kept: Kept,
    /// The line has nothing but its end so far.
    line_is_empty: bool,
}

impl Events {
    pub(super) fn new() -> Self {
        Self { unit: Unit::default(), kept: Kept::new(ENOUGH), line_is_empty: true }
    }

    /// Some of the body.
    pub(super) fn read(&mut self, label: Label, mut piece: Chunk<'_>, context: &mut Context<'_>) {
        let label = Label { layer: Layer::Sse, name: "event", ..label };
        while !piece.is_empty() {
            let end = self.end(piece.bytes());
            let part = piece.take(end.map_or(u64::MAX, |end| end as u64));
            self.kept.add(part);
            if part.missing() > 0 {
                self.line_is_empty = false;
            }
            let text = with_hole(text(self.kept.bytes()), part.missing());
            context.output.part(&mut self.unit, part.len(), label, text, end.is_some());
            if end.is_some() {
                self.kept.clear();
            }
        }
    }

    /// Where the empty line ends that ends the event.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
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

/// `updated: {"sequence":1}`, or the data alone, or the comment.
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
    use super::super::fixture::{Fixture, said};

    #[test]
    fn events_are_told_one_by_one() {
        let mut server = Fixture::new();
        server.reads("GET /a HTTP/1.1\r\n\r\n");
        let parts = server.writes(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: hi\n\nevent: updated\ndata: {\ndata: }\n\ndata: a",
        );
        assert_eq!(
            said(&parts)[1..],
            ["6 payload event: : hi", "32 payload event: updated: { }", "7 payload event: a"]
        );
        let parts = server.writes_cut("b\r\n", 9);
        assert_eq!(said(&parts), ["12 payload event: ab (9 B not recorded)"]);
        let parts = server.writes("\n\r\nid: 1\n\n");
        assert_eq!(said(&parts), ["3 payload event: ab", "7 payload event"]);
        assert_eq!((parts[0].begins, parts[0].ends, parts[1].begins), (false, true, true));
    }
}
