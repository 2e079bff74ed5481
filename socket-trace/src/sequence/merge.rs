//! Both sides in one order.
//!
//! Where two calls are so close that their order is not certain (a write is recorded when it returns, and the other
//! side may have read by then) cause comes before effect.

use std::collections::VecDeque;

use super::call::{Call, Signal};

/// What one side has done for the other to take, and has taken itself.
#[derive(Default)]
struct Done {
    connected: bool,
    finished: bool,
    sent: u64,
    taken: u64,
}

/// By time, but no effect before its cause.
pub(super) fn merge(client: Vec<Call>, server: Vec<Call>) -> Vec<Call> {
    let (mut client, mut server) = (VecDeque::from(client), VecDeque::from(server));
    let (mut by_client, mut by_server) = (Done::default(), Done::default());
    let mut calls = Vec::with_capacity(client.len() + server.len());
    loop {
        let client_first = match (client.front(), server.front()) {
            (None, None) => return calls,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(done), Some(answer)) => {
                let client_may = may_happen(done, &by_server, &by_client);
                let server_may = may_happen(answer, &by_client, &by_server);
                if client_may == server_may { done.at <= answer.at } else { client_may }
            }
        };
        let (queue, done) =
            if client_first { (&mut client, &mut by_client) } else { (&mut server, &mut by_server) };
        if let Some(call) = queue.pop_front() {
            done.note(&call);
            calls.push(call);
        }
    }
}

/// Whether what the call takes from the other side has been sent.
fn may_happen(call: &Call, other: &Done, own: &Done) -> bool {
    match call.takes {
        Some(Signal::Handshake) => other.connected,
        Some(Signal::Bytes(bytes)) => other.sent >= own.taken.saturating_add(bytes),
        Some(Signal::Fin | Signal::Rst) => other.finished,
        None => true,
    }
}

impl Done {
    fn note(&mut self, call: &Call) {
        match call.sends {
            Some(Signal::Handshake) => self.connected = true,
            Some(Signal::Bytes(bytes)) => self.sent = self.sent.saturating_add(bytes),
            Some(Signal::Fin | Signal::Rst) => self.finished = true,
            None => {}
        }
        if let Some(Signal::Bytes(bytes)) = call.takes {
            self.taken = self.taken.saturating_add(bytes);
        }
    }
}
