//! Collects the summary in one pass over the events of a trace.

use std::collections::{BTreeMap, HashMap, HashSet};

use socket_tap::event::{Event, Op, SockId, SocketKind};
use socket_tap::format::{Header, Side};

use super::call_pattern::CallPattern;
use super::capped_map::MAX_KEYS;
use super::completeness::{RecordingState, defects};
use super::model::{SocketGroup, Summary, Upstream};
use super::payload_stats::{EndedCall, OnCall, PayloadTotals};
use super::role::Role;
use super::scope::{Earlier, Scope};
use super::socket_history::{SocketClass, SocketHistory, accepting_listener, opens_upstream};
use super::traffic::Traffic;
use crate::client_step::FROM_A_TERMINAL;
use crate::pipeline::for_each;
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
    pub fn with_calls(trace: Trace, state: RecordingState, on_call: OnCall<'_>) -> Result<Self, Error> {
        Self::in_scope(trace, state, &mut Scope::default(), on_call)
    }

    /// Reads traces that are compared to their ends, and returns their summaries in the same order. `on_call` receives each
    /// API call with the index of its trace, as in [`with_calls`](Self::with_calls).
    ///
    /// A server's connections that none of its recorded clients opened are steps of their own: see
    /// [`client_step`](crate::client_step). Recordings of a server and its clients have the same name.
    ///
    /// # Errors
    /// If a trace cannot be read, or is invalid.
    pub fn of_all(
        traces: impl IntoIterator<Item = Trace>,
        state: RecordingState,
        mut scope: Scope,
        on_call: &mut (dyn FnMut(usize, EndedCall<'_>) + Send),
    ) -> Result<Vec<Self>, Error> {
        // The servers are last, because their steps depend on the addresses of the clients.
        let (clients, servers): (Vec<_>, Vec<_>) =
            traces.into_iter().enumerate().partition(|(_, trace)| trace.header().side == Side::Client);
        let mut summaries = BTreeMap::new();
        for (index, trace) in clients.into_iter().chain(servers) {
            let summary = Self::in_scope(trace, state, &mut scope, &mut |call| on_call(index, call))?;
            summaries.insert(index, summary);
        }
        Ok(summaries.into_values().collect())
    }

    fn in_scope(
        mut trace: Trace,
        state: RecordingState,
        scope: &mut Scope,
        on_call: OnCall<'_>,
    ) -> Result<Self, Error> {
        let header = trace.header().clone();
        let mut collector = Collector::new(&header, scope.earlier(&header), on_call);
        for_each::<_, Error>(&mut trace, |event| {
            scope.observe_client(&header, event);
            collector.observe(event, scope.accepts_unrecorded(&header, event));
            Ok(())
        })?;
        Ok(collector.finish(&trace, state))
    }
}

/// Collects the totals of the events that have been read so far.
struct Collector<'a> {
    side: Side,
    earlier: Earlier,
    /// Label of the last mark before the scope.
    earlier_mark: Option<String>,
    /// Number of events in the scope.
    events: u64,
    /// `true` for a recording of strace, which has sockets that a library opened to test what the machine supports.
    has_probes: bool,
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
    fn new(header: &Header, earlier: Earlier, on_call: OnCall<'a>) -> Self {
        let Header { side, capture, .. } = *header;
        let has_payload = capture > 0 && side != Side::Wire;
        Self {
            side,
            earlier,
            earlier_mark: None,
            events: 0,
            has_probes: header.recorder.is_some(),
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

    /// Counts an event. `is_unrecorded` is `true` for an accept of a client whose own calls were not recorded.
    fn observe(&mut self, event: &Event, is_unrecorded: bool) {
        if self.is_earlier(event) {
            return;
        }
        self.events += 1;
        if let Some(label) = self.earlier_mark.take() {
            self.begin_step(&label);
        }
        match &event.op {
            Op::Mark { label, .. } => return self.begin_step(label),
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
            self.upstream.observe(event, socket, false, &mut |_| {});
        } else {
            self.own.observe(event, socket, is_unrecorded, self.on_call);
        }
        // A failed accept does not change its listener.
        if event.error.is_some() && matches!(event.op, Op::Accept { .. }) {
            return;
        }
        if let Some(sock) = event.sock {
            self.observe_socket(sock, event);
        }
    }

    fn begin_step(&mut self, label: &str) {
        self.own.begin_step(label);
        self.upstream.begin_step(label);
    }

    /// Returns `true` if the event is outside of the scope. Keeps the calls that open a listening socket, and the label of the
    /// step that continues in the scope.
    fn is_earlier(&mut self, event: &Event) -> bool {
        let is_before = self.earlier.is_before(event);
        let is_earlier = self.earlier.has_connection(event) || is_before;
        if !is_before {
            return is_earlier;
        }
        match (&event.op, event.sock) {
            (Op::Mark { label, .. }, _) => {
                // From then on, connections may be steps of their own.
                if label == FROM_A_TERMINAL {
                    self.begin_step(label);
                }
                self.earlier_mark = Some(label.to_string());
            }
            (Op::Socket { .. } | Op::Bind { .. } | Op::Listen { .. }, Some(sock)) => {
                self.observe_socket(sock, event);
            }
            (Op::Adopt { kind, .. }, Some(sock)) if *kind == SocketKind::Listener => {
                self.observe_socket(sock, event);
            }
            (Op::Connect { .. } | Op::Close(_) | Op::Release(_), Some(sock)) => _ = self.open.remove(&sock),
            _ => {}
        }
        if let Some(listener) = accepting_listener(event) {
            self.open.entry(listener).or_default().accepts = true;
        }
        is_earlier
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
        if self.has_probes && socket.is_unused() {
            return;
        }
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
            events: self.events,
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
