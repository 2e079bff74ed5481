//! Connects, which may end later than the call that began them.

use socket_tap::event::{Addr, Domain, Op};

use super::address::{UNNAMED, address, in_trace};
use super::line::Outcome;
use super::processes::Number;
use super::tracker::{Ended, Tracker};

impl Tracker {
    pub(super) fn connects(&mut self, ended: &Ended<'_>, number: Number) {
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        let argument = ended.call.arguments.get(1);
        if argument.contains("sa_family=AF_UNSPEC") && ended.value().is_some() {
            socket.disconnects();
        }
        let Some(peer) = address(argument) else { return };
        if socket.is_connection && ended.call.outcome == Outcome::Error("EISCONN") {
            return;
        }
        let began = *socket.connecting.get_or_insert(ended.entry);
        socket.peer = Some(in_trace(peer));
        if socket.domain == Domain::Unix && socket.local.is_none() {
            socket.local = Some(Addr::Other(UNNAMED.to_owned()));
        }
        match ended.call.outcome {
            Outcome::Value(..) | Outcome::Error("EISCONN") => self.connected(number, ended.end, None),
            Outcome::Error("EINPROGRESS" | "EALREADY" | "EINTR") | Outcome::None => {}
            Outcome::Error(error) => self.connected(number, ended.end.max(began), Some(error)),
        }
    }

    /// Processes the result of a `connect` in progress: it succeeded or failed with this error.
    pub(super) fn connected(&mut self, number: Number, time: u64, error: Option<&str>) {
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        let Some(entry) = socket.connecting.take() else { return };
        socket.is_connection |= error.is_none() && !socket.is_datagram();
        let mut op = Op::connect();
        if let Op::Connect { local, peer, began, .. } = &mut op {
            (*local, *peer, *began) = (socket.local.clone(), socket.peer.clone(), Some(entry));
        }
        self.emits_with_local(number, time, op, error);
    }

    /// `getsockopt(SO_ERROR)` returns the result of a `connect` in progress.
    pub(super) fn queries_error(&mut self, ended: &Ended<'_>, number: Number) {
        if ended.call.arguments.get(2) == "SO_ERROR" && ended.value().is_some() {
            let error = ended.call.arguments.get(3).trim_matches(['[', ']']);
            self.connected(number, ended.end, (error != "0").then_some(error));
        }
    }
}
