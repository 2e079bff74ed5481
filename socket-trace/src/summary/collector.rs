//! Collects the summary in one pass over the events of a trace.

use std::collections::{BTreeMap, HashMap};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::{Header, Side};

use super::call_pattern::CallPattern;
use super::capped_map::MAX_KEYS;
use super::completeness::{RecordingState, defects};
use super::data_transfer::DataTransfer;
use super::model::{SocketGroup, Summary};
use super::payload_stats::{ClassifiedTransfer, OnCall, PayloadStats, PayloadTotals};
use super::role::Role;
use super::socket_history::{SocketClass, SocketHistory, accepting_listener};
use super::step::Steps;
use crate::reader::{Error, Trace};

impl Summary {
    /// Reads a trace to its end and returns its totals.
    ///
    /// # Errors
    /// If the trace cannot be read, or is invalid.
    pub fn of(trace: Trace, state: RecordingState) -> Result<Self, Error> {
        Self::with_calls(trace, state, &mut |_| {})
    }

    /// Reads a trace to its end, passing each call to `on_call` when it ends. Calls that are still open at the end of the
    /// trace are passed last.
    ///
    /// # Errors
    /// If the trace cannot be read, or is invalid.
    pub fn with_calls(mut trace: Trace, state: RecordingState, on_call: OnCall<'_>) -> Result<Self, Error> {
        let mut collector = Collector::new(trace.header(), on_call);
        while let Some(event) = trace.next_event()? {
            collector.observe(&event);
        }
        Ok(collector.finish(&trace, state))
    }
}

/// Collects the totals of the events that have been read so far.
struct Collector<'a> {
    side: Side,
    open: HashMap<SockId, SocketHistory>,
    call_patterns: BTreeMap<Role, BTreeMap<String, SocketGroup>>,
    steps: Steps,
    /// Totals that need payload; `None` for a recording without payload.
    payload: Option<PayloadStats>,
    on_call: OnCall<'a>,
    lost: u64,
    unclean: Option<SocketGroup>,
}

impl<'a> Collector<'a> {
    fn new(header: &Header, on_call: OnCall<'a>) -> Self {
        let Header { side, capture, .. } = *header;
        Self {
            side,
            open: HashMap::new(),
            call_patterns: BTreeMap::new(),
            steps: Steps::new(),
            payload: (capture > 0).then(|| PayloadStats::new(side)),
            on_call,
            lost: 0,
            unclean: None,
        }
    }

    fn observe(&mut self, event: &Event) {
        match &event.op {
            Op::Mark { label, .. } => return self.steps.begin(label),
            Op::Gap(gap) => self.lost = self.lost.saturating_add(gap.events()),
            _ => {}
        }
        if let Some(listener) = accepting_listener(event) {
            self.open.entry(listener).or_default().accepts = true;
        }
        let socket = event.sock.and_then(|sock| self.open.get(&sock));
        let side = socket.map_or(self.side, |socket| socket.side(self.side));
        let is_uncounted = is_uncounted(event, socket);
        let transfer = DataTransfer::by(event, side);
        if !is_uncounted {
            self.steps.current().observe(event, transfer);
        }
        if let Some(payload) = &mut self.payload {
            let transfer = ClassifiedTransfer { side, transfer, is_uncounted };
            payload.observe(event, transfer, &mut self.steps, self.on_call);
        }
        // A failed accept does not change its listener.
        if event.error.is_some() && matches!(event.op, Op::Accept { .. }) {
            return;
        }
        if let Some(sock) = event.sock {
            self.observe_socket(sock, event);
        }
    }

    fn observe_socket(&mut self, sock: SockId, event: &Event) {
        let socket = self.open.entry(sock).or_default();
        socket.observe(event);
        if socket.closed.is_some()
            && let Some(socket) = self.open.remove(&sock)
        {
            self.steps.current().add_ended(&socket, socket.side(self.side));
            if !socket.ended_cleanly() {
                self.unclean.get_or_insert(SocketGroup::starting_with(sock)).sockets += 1;
            }
            self.count_pattern(&socket, sock);
        }
    }

    fn count_pattern(&mut self, socket: &SocketHistory, sock: SockId) {
        let mut pattern = CallPattern::of(socket, self.side).to_string();
        let of_role = self.call_patterns.entry(socket.role(self.side)).or_default();
        if of_role.len() >= MAX_KEYS && !of_role.contains_key(&pattern) {
            "others".clone_into(&mut pattern);
        }
        of_role.entry(pattern).or_insert(SocketGroup::starting_with(sock)).sockets += 1;
    }

    fn finish(mut self, trace: &Trace, state: RecordingState) -> Summary {
        let mut open = 0;
        for (sock, socket) in std::mem::take(&mut self.open) {
            // The pattern of a connection is incomplete until it has ended; that of the others is not.
            match socket.role(self.side) {
                Role::Listener | Role::Datagram => self.count_pattern(&socket, sock),
                Role::Accepted | Role::Connected | Role::Layer => open += 1,
            }
        }
        let Header { name, side, program, .. } = trace.header().clone();
        let has_payload = self.payload.is_some();
        let totals = self.payload.take().map(|payload| payload.finish(&mut self.steps, self.on_call));
        let PayloadTotals { operations, unknown } = totals.unwrap_or_default();
        Summary {
            source: trace.source().to_owned(),
            label: name.clone(),
            name,
            side,
            program,
            events: trace.events(),
            lost: self.lost,
            open,
            unclean: self.unclean,
            payload: has_payload,
            defects: defects(trace, self.lost, state),
            call_patterns: self.call_patterns,
            steps: self.steps.finish(),
            operations,
            unknown,
        }
    }
}

/// Returns `true` for events that steps do not count: those of a stream on top of another, because the lower
/// stream counts the bytes, and the `connect` of a datagram socket, because it opens no connection.
fn is_uncounted(event: &Event, socket: Option<&SocketHistory>) -> bool {
    let class = socket.map(|socket| socket.class);
    match event.op {
        Op::Adopt { on, .. } => on.is_some(),
        Op::Connect { .. } if class == Some(SocketClass::Datagram) => true,
        _ => class == Some(SocketClass::Layer),
    }
}
