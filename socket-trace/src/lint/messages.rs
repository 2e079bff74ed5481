//! The dissected messages of a trace, and the reason for the end of each connection.

use socket_dissect::{Detail, Dissector};
use socket_tap::event::{Event, Op};
use socket_tap::format::{Header, Side};

use crate::contracts;
use crate::timeline::connections::Connections;
use crate::timeline::{AnnotatedEvent, TimedEvent};
use crate::why::{Explainer, Explanation};

/// Dissects the events of one trace, in the order of its lines.
#[derive(Debug)]
pub(super) struct Messages {
    side: Side,
    connections: Connections,
    /// `None` if the trace has no payload, or no rule needs its messages.
    reader: Option<(Dissector, Explainer)>,
}

impl Messages {
    /// Returns the messages of a trace with this header, if they `are_needed`.
    pub(super) fn of(header: &Header, are_needed: bool) -> Self {
        let has_messages = are_needed && header.capture > 0 && header.side != Side::Wire;
        let reader = has_messages.then(|| {
            let detail = Detail { connection_fields: true, ..Detail::default() };
            let dissector =
                Dissector::with_contracts(header.side, contracts::bookshelf()).with_detail(detail);
            (dissector, Explainer::of_one(header))
        });
        Self { side: header.side, connections: Connections::default(), reader }
    }

    /// Processes the next event. Returns it with its messages, and the reason for the end of the connection that it closes.
    /// Only events of sockets that are tracked are dissected, so that memory is bounded.
    pub(super) fn observe(
        &mut self,
        event: Event,
        is_tracked: bool,
    ) -> (AnnotatedEvent, Option<Explanation>) {
        let mut annotated = AnnotatedEvent {
            timed: TimedEvent { recording: 0, at: event.t, event },
            connection: None,
            step: None,
            packet: None,
            parts: Vec::new(),
            ended: Vec::new(),
            user_agent: None,
        };
        let event = &annotated.timed.event;
        let Some((dissector, explainer)) = &mut self.reader else { return (annotated, None) };
        if !is_tracked && !matches!(event.op, Op::Gap(_)) {
            return (annotated, None);
        }
        annotated.connection = self.connections.observe(0, self.side, event);
        annotated.parts = dissector.observe(event);
        annotated.ended = dissector.take_finished();
        let number = annotated.connection.as_ref().map(|connection| connection.number);
        let ending = explainer.observe(&annotated).into_iter().find(|it| it.connection == number);
        (annotated, ending.filter(|_| number.is_some()))
    }
}
