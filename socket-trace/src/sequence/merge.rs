//! Both sides in one order.
//!
//! The times of a recording respect cause and effect. A trace that does not say when a connect was made, or of a recorder
//! that stamps a write when it returns, may have an effect earlier than its cause. There, too, the cause comes first; as
//! its time is not known, it is shown as that of its effect, which is the latest that it can be.

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

/// By time, but no effect before its cause. No time is later than that of the next call.
pub(super) fn merge(client: Vec<Call>, server: Vec<Call>) -> Vec<Call> {
    let (mut client, mut server) = (VecDeque::from(client), VecDeque::from(server));
    let (mut by_client, mut by_server) = (Done::default(), Done::default());
    let mut calls = Vec::with_capacity(client.len() + server.len());
    loop {
        let client_first = match (client.front(), server.front()) {
            (None, None) => break,
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
    let mut latest = u64::MAX;
    for call in calls.iter_mut().rev() {
        call.at = call.at.min(latest);
        latest = call.at;
    }
    calls
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
