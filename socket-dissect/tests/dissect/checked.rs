//! Checks that the parts and calls of any recording are consistent. Shared by the property tests and the fuzz
//! target.

use std::collections::HashMap;

use socket_dissect::{Call, Detail, Dissector, Part};
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

/// A dissector that checks the consistency of its own output.
pub(crate) struct Checked {
    dissector: Dissector,
    /// For each socket and direction (`true` for reads): the ids of the protocol units that are still open, and how
    /// many units have begun.
    units: HashMap<(Option<SockId>, bool), (Vec<u64>, u64)>,
    /// Number of bytes in the parts of each open call, by the socket and the number of the call.
    call_bytes: HashMap<(Option<SockId>, u64), u64>,
}

impl Checked {
    pub(crate) fn new(side: Side) -> Self {
        let detail = Detail { header_fields: true, ..Detail::default() };
        let dissector = Dissector::new(side).with_detail(detail);
        Self { dissector, units: HashMap::new(), call_bytes: HashMap::new() }
    }

    /// Dissects the event into parts, and checks them.
    pub(crate) fn observe(&mut self, event: &Event) -> Vec<Part> {
        if matches!(
            event.op,
            Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { .. } | Op::Close(_) | Op::Release(_)
        ) {
            self.units.retain(|(sock, _), _| *sock != event.sock);
        }
        let parts = self.dissector.observe(event);
        let bytes = match &event.op {
            Op::Read(transfer) | Op::Write(transfer) if event.error.is_none() => transfer.bytes,
            _ => 0,
        };
        assert_eq!(
            parts.iter().map(|part| u128::from(part.bytes)).sum::<u128>(),
            u128::from(bytes),
            "{parts:?}"
        );
        for part in &parts {
            self.check_part(part, event);
        }
        for call in self.dissector.take_finished() {
            self.check_call(&call);
        }
        parts
    }

    /// Checks the calls that are still open when the recording ends.
    pub(crate) fn finish(mut self) {
        let dissector = std::mem::replace(&mut self.dissector, Dissector::new(Side::Server));
        for call in dissector.into_open_calls() {
            self.check_call(&call);
        }
        assert!(self.call_bytes.is_empty(), "{:?}", self.call_bytes);
    }

    fn check_part(&mut self, part: &Part, event: &Event) {
        assert!(part.bytes > 0, "{part:?}");
        assert!(!part.text.chars().any(char::is_control), "{part:?}");
        assert!(part.text.len() < 2048, "{part:?}");
        let direction = (event.sock, matches!(event.op, Op::Read(_)));
        let (open, units) = self.units.entry(direction).or_default();
        if part.begins {
            assert_eq!(part.unit, *units, "{part:?}");
            *units += 1;
            open.push(part.unit);
        }
        let Some(at) = open.iter().position(|unit| *unit == part.unit) else { panic!("not open: {part:?}") };
        if part.ends {
            open.swap_remove(at);
        }
        if let Some(call) = part.call {
            let call_bytes = self.call_bytes.entry((event.sock, call)).or_default();
            *call_bytes = call_bytes.saturating_add(part.bytes);
        }
    }

    /// Checks that the byte counts of a call equal those of its parts.
    fn check_call(&mut self, call: &Call) {
        assert!(!call.operation.chars().any(char::is_control), "{call:?}");
        assert!(call.began <= call.ended, "{call:?}");
        let call_bytes = self.call_bytes.remove(&(Some(call.sock), call.number));
        assert_eq!(
            call_bytes,
            Some(call.to_server.total().saturating_add(call.to_client.total())),
            "{call:?}"
        );
    }
}
