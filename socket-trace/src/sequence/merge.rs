//! Merges the socket calls of client and server into one order, each cause before its effect.
//!
//! Times in a recording respect cause and effect, with two exceptions: the event of a `connect` may lack the
//! time at which it was called, and some recorders stamp a write when it returns. The cause can then have a
//! later time than its effect. The merge still places the cause first. It gives the cause the time of the
//! effect, because this is the latest possible time.

use std::collections::VecDeque;

use super::call::{Call, Signal};

/// Progress of one side in the merged order: whether it has connected and finished sending, and how many
/// bytes it has sent and received.
#[derive(Default)]
struct Progress {
    connected: bool,
    finished: bool,
    sent: u64,
    received: u64,
}

/// Merges the socket calls of both sides by time, and places each cause before its effect, such as a write
/// before the read of its bytes. A cause with a later time than its effect gets the time of the effect.
pub(super) fn merge(client: Vec<Call>, server: Vec<Call>) -> Vec<Call> {
    let (mut client, mut server) = (VecDeque::from(client), VecDeque::from(server));
    let (mut by_client, mut by_server) = (Progress::default(), Progress::default());
    let mut calls = Vec::with_capacity(client.len() + server.len());
    loop {
        let client_first = match (client.front(), server.front()) {
            (None, None) => break,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(by_client_call), Some(by_server_call)) => {
                let client_may = is_possible(by_client_call, &by_server, &by_client);
                let server_may = is_possible(by_server_call, &by_client, &by_server);
                if client_may == server_may { by_client_call.at <= by_server_call.at } else { client_may }
            }
        };
        let (queue, progress) =
            if client_first { (&mut client, &mut by_client) } else { (&mut server, &mut by_server) };
        if let Some(call) = queue.pop_front() {
            progress.record(&call);
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

/// Returns `true` if `call` can be the next one in the merged order: it receives nothing, or the other side
/// has already sent the signal that it receives. `own` is the progress of the side that made the call, and
/// `other` that of the other side.
fn is_possible(call: &Call, other: &Progress, own: &Progress) -> bool {
    match call.receives {
        Some(Signal::Handshake) => other.connected,
        Some(Signal::Bytes(bytes)) => other.sent >= own.received.saturating_add(bytes),
        Some(Signal::Fin | Signal::Rst) => other.finished,
        None => true,
    }
}

impl Progress {
    fn record(&mut self, call: &Call) {
        match call.sends {
            Some(Signal::Handshake) => self.connected = true,
            Some(Signal::Bytes(bytes)) => self.sent = self.sent.saturating_add(bytes),
            Some(Signal::Fin | Signal::Rst) => self.finished = true,
            None => {}
        }
        if let Some(Signal::Bytes(bytes)) = call.receives {
            self.received = self.received.saturating_add(bytes);
        }
    }
}
