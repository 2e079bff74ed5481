//! Collects the summary in one pass over the events of a trace.

use std::collections::{BTreeMap, HashMap, HashSet};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::{Header, Side};

use super::call_pattern::CallPattern;
use super::capped_map::MAX_KEYS;
use super::completeness::{RecordingState, defects};
use super::model::{SocketGroup, Summary, Upstream};
use super::payload_stats::{OnCall, PayloadTotals};
use super::role::Role;
use super::socket_history::{SocketClass, SocketHistory, accepting_listener, opens_upstream};
use super::traffic::Traffic;
use crate::read_ahead::for_each_ahead;
use crate::reader::{Error, Trace};

impl Summary {
    /// Reads a trace to its end and returns its totals.
    ///
    /// # Errors
    /// If the trace cannot be read, or is invalid.
    pub fn of(trace: Trace, state: RecordingState) -> Result<Self, Error> {
        Self::with_calls(trace, state, &mut |_| {})
    }

    /// Reads a trace to its end, and passes each API call to `on_call` when the call ends. Calls that are
    /// still open at the end of the trace are passed last.
    ///
    /// # Errors
    /// If the trace cannot be read, or is invalid.
    pub fn with_calls(mut trace: Trace, state: RecordingState, on_call: OnCall<'_>) -> Result<Self, Error> {
        let mut collector = Collector::new(trace.header(), on_call);
        let next = |trace: &mut Trace| {
            let before = trace.bytes();
            let event = trace.next_event()?;
            Ok(event.map(|event| (event, trace.bytes() - before)))
        };
        for_each_ahead(&mut trace, next, |event: Event| {
            collector.observe(&event);
            Ok(())
        })?;
        Ok(collector.finish(&trace, state))
    }
}

/// Collects the totals of the events that have been read so far.
struct Collector<'a> {
    side: Side,
    open: HashMap<SockId, SocketHistory>,
    call_patterns: BTreeMap<Role, BTreeMap<String, SocketGroup>>,
    has_payload: bool,
    /// Totals of all connections except those counted in `upstream`.
    own: Traffic,
    /// Totals of the connections that a server opened to other servers.
    upstream: Traffic,
    /// The open sockets of the connections counted in `upstream`.
    upstream_sockets: HashSet<SockId>,
    on_call: OnCall<'a>,
    lost: u64,
    unclean: Option<SocketGroup>,
}

impl<'a> Collector<'a> {
    fn new(header: &Header, on_call: OnCall<'a>) -> Self {
        let Header { side, capture, .. } = *header;
        let has_payload = capture > 0 && side != Side::Wire;
        Self {
            side,
            open: HashMap::new(),
            call_patterns: BTreeMap::new(),
            has_payload,
            own: Traffic::new(side, has_payload),
            upstream: Traffic::new(Side::Client, has_payload),
            upstream_sockets: HashSet::new(),
            on_call,
            lost: 0,
            unclean: None,
        }
    }

    fn observe(&mut self, event: &Event) {
        match &event.op {
            Op::Mark { label, .. } => {
                self.own.begin_step(label);
                return self.upstream.begin_step(label);
            }
            Op::Gap(gap) => self.lost = self.lost.saturating_add(gap.events()),
            _ => {}
        }
        if let Some(listener) = accepting_listener(event) {
            self.open.entry(listener).or_default().accepts = true;
        }
        let is_upstream = self.is_upstream(event);
        let socket = event.sock.and_then(|sock| self.open.get(&sock));
        if is_upstream {
            // Calls to other servers are not calls of the recorded API.
            self.upstream.observe(event, socket, &mut |_| {});
        } else {
            self.own.observe(event, socket, self.on_call);
        }
        // A failed accept does not change its listener.
        if event.error.is_some() && matches!(event.op, Op::Accept { .. }) {
            return;
        }
        if let Some(sock) = event.sock {
            self.observe_socket(sock, event);
        }
    }

    /// Returns `true` if the event belongs to a connection that a server opened, or to a stream on top of one.
    fn is_upstream(&mut self, event: &Event) -> bool {
        let Some(sock) = event.sock else { return false };
        let begins = match &event.op {
            Op::Adopt { on: Some(below), .. } => self.upstream_sockets.contains(below),
            _ if !opens_upstream(event, self.side) => false,
            _ => self.open.get(&sock).is_none_or(|socket| socket.class != SocketClass::Datagram),
        };
        if begins {
            self.upstream_sockets.insert(sock);
        }
        begins || self.upstream_sockets.contains(&sock)
    }

    fn observe_socket(&mut self, sock: SockId, event: &Event) {
        let socket = self.open.entry(sock).or_default();
        socket.observe(event);
        if socket.closed.is_some()
            && let Some(socket) = self.open.remove(&sock)
        {
            let is_upstream = self.upstream_sockets.remove(&sock);
            let traffic = if is_upstream { &mut self.upstream } else { &mut self.own };
            traffic.add_ended(sock, &socket);
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
        let (mut open, mut open_upstream) = (0, 0);
        for (sock, socket) in std::mem::take(&mut self.open) {
            // The pattern of a connection is incomplete until it has ended; that of the others is not.
            match socket.role(self.side) {
                Role::Listener | Role::Datagram => self.count_pattern(&socket, sock),
                _ if self.upstream_sockets.contains(&sock) => open_upstream += 1,
                Role::Accepted | Role::Connected | Role::Upstream | Role::Layer => open += 1,
            }
        }
        let Header { name, side, program, .. } = trace.header().clone();
        let (steps, PayloadTotals { operations, unknown }) = self.own.finish(self.on_call);
        let (upstream_steps, of_upstream) = self.upstream.finish(&mut |_| {});
        let upstream =
            Upstream { open: open_upstream, steps: upstream_steps, operations: of_upstream.operations };
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
            payload: self.has_payload,
            defects: defects(trace, self.lost, state),
            call_patterns: self.call_patterns,
            steps,
            operations,
            unknown,
            upstream: (!upstream.steps.is_empty()).then_some(upstream),
        }
    }
}
