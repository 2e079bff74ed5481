//! The one pass over the events of a trace.

use std::collections::{BTreeMap, HashMap};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::{Header, Side};

use super::carried::{Carried, Told, Transfer};
use super::doubt::doubts;
use super::{EachCall, Recording, Seen, Summary};
use crate::by_name;
use crate::reader::Trace;
use crate::skeleton::Skeleton;
use crate::socket::{Kind, Role, Socket, accepted_on};
use crate::spent::Moved;
use crate::step::Steps;

/// What a trace has come to so far.
pub(super) struct Sums<'a> {
    side: Side,
    open: HashMap<SockId, Socket>,
    skeletons: BTreeMap<Role, BTreeMap<String, Seen>>,
    steps: Steps,
    /// `None` for a recording without payload.
    carried: Option<Carried>,
    each_call: EachCall<'a>,
    lost: u64,
    unclean: Option<Seen>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(header: &Header, each_call: EachCall<'a>) -> Self {
        let Header { side, capture, .. } = *header;
        let (open, skeletons, steps) = (HashMap::new(), BTreeMap::new(), Steps::new());
        let carried = (capture > 0).then(|| Carried::new(side));
        Self { side, open, skeletons, steps, carried, each_call, lost: 0, unclean: None }
    }

    pub(super) fn observe(&mut self, event: &Event) {
        match &event.op {
            Op::Mark { label, .. } => return self.steps.begin(label),
            Op::Gap(gap) => self.lost = self.lost.saturating_add(gap.events()),
            _ => {}
        }
        if let Some(listener) = accepted_on(event) {
            self.open.entry(listener).or_default().accepts = true;
        }
        let known = event.sock.and_then(|sock| self.open.get(&sock));
        let side = known.map_or(self.side, |socket| socket.side(self.side));
        let (beside, moved) = (is_beside(event, known), Moved::by(event, side));
        if !beside {
            self.steps.now().observe(event, moved);
        }
        if let Some(carried) = &mut self.carried {
            let transfer = Transfer { side, moved, beside };
            carried.observe(event, transfer, &mut self.steps, self.each_call);
        }
        // What belongs to no socket, and failed accepts, which belong to the listener and leave it as it is.
        if event.error.is_some() && matches!(event.op, Op::Accept { .. }) {
            return;
        }
        let Some(sock) = event.sock else { return };
        let socket = self.open.entry(sock).or_default();
        socket.observe(event);
        if socket.closed.is_some()
            && let Some(socket) = self.open.remove(&sock)
        {
            self.steps.now().ended(&socket, socket.side(self.side));
            if !socket.ended_cleanly() {
                self.unclean.get_or_insert(Seen { sockets: 0, first: sock }).sockets += 1;
            }
            self.count(&socket, sock);
        }
    }

    fn count(&mut self, socket: &Socket, sock: SockId) {
        let mut skeleton = Skeleton::of(socket, self.side).to_string();
        let of_role = self.skeletons.entry(socket.role(self.side)).or_default();
        if of_role.len() >= by_name::MOST && !of_role.contains_key(&skeleton) {
            "others".clone_into(&mut skeleton);
        }
        of_role.entry(skeleton).or_insert(Seen { sockets: 0, first: sock }).sockets += 1;
    }

    pub(super) fn finish(mut self, trace: &Trace, recording: Recording) -> Summary {
        let mut open = 0;
        for (sock, socket) in std::mem::take(&mut self.open) {
            // A listener is what it is while it listens, and so is a datagram socket; a connection only once it has ended.
            match socket.role(self.side) {
                Role::Listener | Role::Datagram => self.count(&socket, sock),
                Role::Accepted | Role::Connected | Role::Layer => open += 1,
            }
        }
        let Header { name, side, program, .. } = trace.header().clone();
        let payload = self.carried.is_some();
        let carried = self.carried.take();
        let told = carried.map(|carried| carried.finish(&mut self.steps, self.each_call));
        let Told { operations, unknown } = told.unwrap_or_default();
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
            payload,
            doubts: doubts(trace, self.lost, recording),
            skeletons: self.skeletons,
            steps: self.steps.finish(),
            operations,
            unknown,
        }
    }
}

/// Whether a step does not count it: an event of a stream above another, through which the same goes as through the one
/// below, or the `connect` of a datagram socket, which makes no connection.
fn is_beside(event: &Event, socket: Option<&Socket>) -> bool {
    let kind = socket.map(|socket| socket.kind);
    match event.op {
        Op::Adopt { on, .. } => on.is_some(),
        Op::Connect { .. } if kind == Some(Kind::Datagram) => true,
        _ => kind == Some(Kind::Layer),
    }
}
