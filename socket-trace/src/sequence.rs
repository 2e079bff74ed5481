//! One connection as client and server did it, call by call.
//!
//! Both sides are recorded by themselves. They are matched by the connection's addresses and laid on one time line by
//! the clock that both headers name. Where two calls are so close that their order is not certain (a write is recorded
//! when it returns, and the other side may have read by then) cause comes before effect.

use std::collections::VecDeque;

use socket_tap::event::{Addr, Event, Op, SockId};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use crate::reader::{Error, Trace};

/// One call in the sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who did it.
    pub side: Side,
    /// What: `write 85 B`.
    pub text: String,
    /// Whether something travels to the other side with it.
    pub travels: bool,
}

/// The first connection of a step, and how the server came to listen for it.
///
/// # Errors
/// When one of the traces cannot be read.
pub fn of_step(client: Trace, server: Trace, step: &str) -> Result<Vec<Call>, Error> {
    let client_start = client.header().monotonic_ns;
    let server_start = server.header().monotonic_ns;
    let client = first_connection(client, step)?;
    let address = client.iter().find_map(|event| match &event.op {
        Op::Connect { local, .. } => local.clone(),
        _ => None,
    });
    let server = accepted_from(server, address.as_ref())?;
    Ok(merge(timed(client, client_start), timed(server, server_start)))
}

/// The events of the first socket that connects in the step.
fn first_connection(mut trace: Trace, step: &str) -> Result<Vec<Event>, Error> {
    let (mut events, mut in_step, mut chosen): (Vec<Event>, bool, Option<SockId>) = (Vec::new(), false, None);
    while let Some(event) = trace.next_event()? {
        match &event.op {
            Op::Mark { label } if in_step && label != step => break,
            Op::Mark { label } => in_step = label == step,
            Op::Connect { .. } if in_step && chosen.is_none() => {
                chosen = Some(event.sock);
                events.retain(|earlier| earlier.sock == event.sock);
                events.push(event);
            }
            _ if in_step && chosen.is_none_or(|sock| sock == event.sock) => events.push(event),
            _ => {}
        }
    }
    Ok(events)
}

/// How the listener was made, and the events of the connection from that address.
fn accepted_from(mut trace: Trace, peer: Option<&Addr>) -> Result<Vec<Event>, Error> {
    let (mut events, mut chosen) = (Vec::new(), None);
    while let Some(event) = trace.next_event()? {
        match &event.op {
            Op::Socket { .. } | Op::Bind { .. } | Op::Listen { .. } if chosen.is_none() => events.push(event),
            Op::Accept { peer: from, .. } if chosen.is_none() && from.as_ref() == peer => {
                chosen = Some(event.sock);
                events.push(event);
            }
            _ if chosen == Some(event.sock) => {
                let last = matches!(event.op, Op::Close(_));
                events.push(event);
                if last {
                    break;
                }
            }
            _ => {}
        }
    }
    Ok(events)
}

type Timed = VecDeque<(u64, Event)>;

fn timed(events: Vec<Event>, start: u64) -> Timed {
    let shown = events.into_iter().filter(|event| !matches!(event.op, Op::Option { .. } | Op::Mark { .. }));
    shown.map(|event| (start.saturating_add(event.t), event)).collect()
}

/// What one side has sent, for the other to take.
#[derive(Default)]
struct Sent {
    connected: bool,
    bytes: u64,
    finished: bool,
}

/// By time, but no effect before its cause.
fn merge(mut client: Timed, mut server: Timed) -> Vec<Call> {
    let (mut by_client, mut by_server) = (Sent::default(), Sent::default());
    let (mut client_read, mut server_read) = (0, 0);
    let mut calls = Vec::new();
    loop {
        let client_first = match (client.front(), server.front()) {
            (None, None) => return calls,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some((at_client, done)), Some((at_server, answer))) => {
                let client_may = may_happen(done, &by_server, client_read);
                let server_may = may_happen(answer, &by_client, server_read);
                if client_may == server_may { at_client <= at_server } else { client_may }
            }
        };
        let (queue, side, sent, read) = if client_first {
            (&mut client, Side::Client, &mut by_client, &mut client_read)
        } else {
            (&mut server, Side::Server, &mut by_server, &mut server_read)
        };
        if let Some((_, event)) = queue.pop_front() {
            note(&event, sent, read);
            calls.push(Call { side, text: text(&event), travels: travels(&event) });
        }
    }
}

/// Whether what the event needs from the other side has happened.
fn may_happen(event: &Event, other: &Sent, read: u64) -> bool {
    match &event.op {
        Op::Accept { .. } => other.connected,
        Op::Read(transfer) if transfer.eof => other.finished,
        Op::Read(transfer) => other.bytes >= read.saturating_add(transfer.bytes),
        _ => true,
    }
}

fn note(event: &Event, sent: &mut Sent, read: &mut u64) {
    match &event.op {
        Op::Connect { .. } => sent.connected = true,
        Op::Read(transfer) => *read = read.saturating_add(transfer.bytes),
        Op::Write(transfer) => sent.bytes = sent.bytes.saturating_add(transfer.bytes),
        Op::Shutdown | Op::Close(_) => sent.finished = true,
        _ => {}
    }
}

fn travels(event: &Event) -> bool {
    event.error.is_none() && matches!(event.op, Op::Connect { .. } | Op::Write(_) | Op::Shutdown)
}

fn text(event: &Event) -> String {
    let name = printable(event.op.name());
    if event.error.is_some() {
        return format!("{name} fails");
    }
    match &event.op {
        Op::Read(transfer) if transfer.eof => "read 0 B (FIN)".to_owned(),
        Op::Read(transfer) | Op::Write(transfer) => format!("{name} {} B", transfer.bytes),
        _ => name,
    }
}

/// The width of one side's column, and of the way between them.
const COLUMN: usize = 15;
const WAY: usize = 5;

/// Sequences beside each other, each with its client on the left and its server on the right.
#[must_use]
pub fn lanes(sequences: &[(String, Vec<Call>)]) -> String {
    let heading = |(title, _): &(String, Vec<Call>)| format!("{title:<width$}", width = 2 * COLUMN + WAY);
    let sides = |_: &_| format!("{:<COLUMN$}{:WAY$}{:<COLUMN$}", "client", "", "server");
    let rule = |_: &_| "─".repeat(2 * COLUMN + WAY);
    let mut lines = vec![
        join(sequences.iter().map(heading)),
        join(sequences.iter().map(sides)),
        join(sequences.iter().map(rule)),
    ];
    let longest = sequences.iter().map(|(_, calls)| calls.len()).max().unwrap_or(0);
    for row in 0..longest {
        lines.push(join(sequences.iter().map(|(_, calls)| cell(calls.get(row)))));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn join(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(" │ ")
}

fn cell(call: Option<&Call>) -> String {
    let Some(Call { side, text, travels }) = call else {
        return " ".repeat(2 * COLUMN + WAY);
    };
    match (side, travels) {
        (Side::Client, true) => format!("{text:<COLUMN$}{:<WAY$}{:COLUMN$}", "───▶", ""),
        (Side::Client, false) => format!("{text:<COLUMN$}{:WAY$}{:COLUMN$}", "", ""),
        (Side::Server, true) => format!("{:COLUMN$}{:<WAY$}{text:<COLUMN$}", "", "◀───"),
        (Side::Server, false) => format!("{:COLUMN$}{:WAY$}{text:<COLUMN$}", "", ""),
    }
}
