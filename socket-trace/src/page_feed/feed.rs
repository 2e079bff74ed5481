//! Converts the events of a time line to JSON for the HTML page.

use std::io;

use socket_dissect::Detail;
use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use crate::client_step::client_name;
use crate::show::description::describe;
use crate::show::json::{AddedFields, EndedCall};
use crate::story::PhaseTracker;
use crate::timeline::{AnnotatedEvent, Recording};
use crate::why::Closes;

/// Detail of the parts that the page shows: its inspector lists header fields.
pub const DETAIL: Detail =
    Detail { header_fields: true, connection_fields: true, full_text: false, messages: false };

/// Maximum number of payload bytes of an event on the page. More are omitted as a whole, because half of a body would look
/// like all of it. Recorders usually capture a few KiB.
const MAX_DATA: usize = 1 << 20;

/// Converts the events of a time line to JSON, numbering them in order.
#[derive(Debug, Default)]
pub struct PageFeed {
    seq: u64,
    phases: PhaseTracker,
    closes: Option<Closes>,
}

impl PageFeed {
    /// Returns the JSON of the next event.
    ///
    /// # Errors
    /// The event cannot be serialized, which does not happen in practice.
    pub fn next(&mut self, annotated: &AnnotatedEvent, recordings: &[Recording]) -> io::Result<String> {
        self.seq += 1;
        let mut added = AddedFields::labelled(recordings, annotated);
        added.seq = Some(self.seq);
        added.step = annotated.step.as_deref();
        added.upstream = is_upstream(annotated, recordings);
        added.says = describe(&annotated.parts);
        added.client = annotated.user_agent.as_deref().map(client_name);
        let (at, t) = (annotated.timed.at, annotated.timed.event.t);
        added.ended = annotated.ended.iter().map(|call| EndedCall::new(call, at, t)).collect();
        added.phase = self.phases.observe(annotated);
        added.why = self.closes.get_or_insert_with(|| Closes::new(recordings)).observe(annotated);
        let mut json = Vec::new();
        let event = &annotated.timed.event;
        match event.data() {
            Some(data) if data.len() > MAX_DATA => added.write(&event.without_data(), &mut json)?,
            _ => added.write(event, &mut json)?,
        }
        json.truncate(json.trim_ascii_end().len());
        let json = String::from_utf8(json).map_err(io::Error::other)?;
        Ok(if has_sequence_number(&annotated.timed.event) {
            // The field of the segment is the first. Quotes inside strings are escaped, so a string does not match.
            json.replacen("\"seq\":", "\"sequence\":", 1)
        } else {
            json
        })
    }
}

/// Returns `true` if the event has a field `seq` of its own: the sequence number of a TCP segment.
fn has_sequence_number(event: &Event) -> bool {
    matches!(&event.op, Op::Packet(packet) if packet.segment.is_some())
}

/// Returns `true` if the event belongs to a connection that the recorded server opened to another server,
/// such as a database.
fn is_upstream(annotated: &AnnotatedEvent, recordings: &[Recording]) -> bool {
    let recorded = recordings.get(annotated.timed.recording).map(|recording| recording.header.side);
    let side = annotated.connection.as_ref().map(|connection| connection.side);
    (recorded, side) == (Some(Side::Server), Some(Side::Client))
}

impl From<&Recording> for page::hello::Recording {
    fn from(Recording { label, header, .. }: &Recording) -> Self {
        Self {
            label: label.clone(),
            name: header.name.clone(),
            side: header.side.name(),
            program: header.program.clone(),
            pid: header.pid,
            started: header.started.clone(),
            capture: header.capture,
        }
    }
}

#[cfg(test)]
mod tests {
    use socket_tap::event::{Op, SockId, Transfer};

    use super::*;
    use crate::timeline::TimedEvent;

    #[test]
    fn event_without_its_large_payload_is_on_the_page() {
        let length = |bytes: usize| {
            let read = Op::Read(Transfer::new(bytes as u64).with_data(vec![0; bytes]));
            let event = Event::new(0, SockId::new(2), read);
            let timed = TimedEvent { recording: 0, at: 0, event };
            let (connection, step, packet, parts, ended, user_agent) = Default::default();
            let annotated = AnnotatedEvent { timed, connection, step, packet, parts, ended, user_agent };
            PageFeed::default().next(&annotated, &[]).unwrap().len()
        };
        assert!(length(MAX_DATA) > MAX_DATA && length(MAX_DATA + 1) < 1_000);
    }
}
