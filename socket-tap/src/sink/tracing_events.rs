//! A sink that emits socket events through the crate `tracing`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use tracing::dispatcher::{self, Dispatch};
use tracing::subscriber::NoSubscriber;
use tracing::{Level, event};

use super::Sink;
use super::otel_attributes::{AddressAttributes, SocketAttributes};
use crate::close::EndedBy;
use crate::event::{Event, Op, SockId};

/// The `tracing` target of all events, for filters such as `RUST_LOG=socket_tap=trace`.
const TARGET: &str = "socket_tap";

/// A sink that emits each socket event as a `tracing` event with the target `socket_tap`. Reads, writes and
/// datagrams have the level `TRACE`, gaps have `WARN`, and all others, including failures, have `DEBUG`.
///
/// The sink emits to the subscriber that is current when the sink is created, or to the global one if there
/// is none. The recorder's thread emits an event some milliseconds after the socket call, and outside of
/// every span. The field `socket_tap.t` has the time of the socket event,
/// [`Event::t`](crate::event::Event::t).
///
/// The fields follow OpenTelemetry's semantic conventions where these exist: `network.transport`,
/// `network.type`, `network.local.address`, `network.local.port`, `network.peer.address`,
/// `network.peer.port`, `network.io.direction` and `error.type`. All other fields have the names of the trace
/// format, with the prefix `socket_tap.`.
///
/// ```
/// use socket_tap::{Tap, sink::TracingEvents};
///
/// let tap = Tap::server("shop").sink(TracingEvents::new()).start()?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct TracingEvents {
    subscriber: Dispatch,
    /// OpenTelemetry attributes of the sockets that are open.
    sockets: HashMap<SockId, SocketAttributes>,
}

impl TracingEvents {
    /// Creates a sink that emits to the current `tracing` subscriber.
    #[must_use]
    pub fn new() -> Self {
        Self { subscriber: dispatcher::get_default(Clone::clone), sockets: HashMap::new() }
    }

    fn send(&mut self, event: &Event) {
        if let Some(sock) = event.sock.filter(|_| !is_failed_accept(event)) {
            self.sockets.entry(sock).or_default().update(&event.op);
        }
        let nothing = SocketAttributes::default();
        let known = event.sock.and_then(|sock| self.sockets.get(&sock));
        emit(event, known.unwrap_or(&nothing));
        if let (Op::Close(_) | Op::Release(_), Some(sock)) = (&event.op, event.sock) {
            self.sockets.remove(&sock);
        }
    }
}

impl Default for TracingEvents {
    fn default() -> Self {
        Self::new()
    }
}

impl Sink for TracingEvents {
    fn name(&self) -> String {
        "tracing".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let subscriber = self.subscriber.clone();
        let mut send = || batch.iter().for_each(|event| self.send(event));
        if subscriber.is::<NoSubscriber>() {
            send();
        } else {
            dispatcher::with_default(&subscriber, send);
        }
        Ok(())
    }
}

/// Returns `true` for a failed accept. The socket of such an event is the listening one, so the addresses in
/// the event are not those of a new connection, and must not be stored.
fn is_failed_accept(event: &Event) -> bool {
    event.error.is_some() && matches!(event.op, Op::Accept { .. })
}

/// Emits a `tracing` event for a socket event. It is a macro because `tracing` requires the level to be a
/// constant.
macro_rules! at {
    ($level:expr, $event:ident, $attributes:ident, $peer:ident, $($more:tt)*) => {
        event!(
            target: TARGET,
            $level,
            socket_tap.t = $event.t,
            socket_tap.sock = $event.sock.map(SockId::get),
            network.transport = $attributes.transport,
            network.r#type = $attributes.network,
            network.local.address = $attributes.local.as_ref().map(|local| local.address.as_str()),
            network.local.port = $attributes.local.as_ref().and_then(|local| local.port),
            network.peer.address = $peer.as_ref().map(|peer| peer.address.as_str()),
            network.peer.port = $peer.as_ref().and_then(|peer| peer.port),
            error.r#type = $event.error.as_ref().map(|error| &*error.reason),
            socket_tap.errno = $event.error.as_ref().and_then(|error| error.errno),
            $($more)*
        )
    };
}

fn emit(event: &Event, attributes: &SocketAttributes) {
    let name = event.op.name();
    let peer = peer_of(event, attributes);
    match &event.op {
        Op::Read(transfer) | Op::Write(transfer) if event.error.is_none() => at!(
            Level::TRACE,
            event,
            attributes,
            peer,
            network.io.direction = direction(&event.op),
            socket_tap.bytes = transfer.bytes,
            socket_tap.slices = transfer.slices,
            socket_tap.eof = transfer.eof.then_some(true),
            "{name}"
        ),
        Op::RecvFrom(datagram) | Op::SendTo(datagram) if event.error.is_none() => at!(
            Level::TRACE,
            event,
            attributes,
            peer,
            network.io.direction = direction(&event.op),
            socket_tap.bytes = datagram.bytes,
            socket_tap.truncated = datagram.truncated.then_some(true),
            socket_tap.length = datagram.length,
            "{name}"
        ),
        // A released stream has totals, too.
        Op::Close(close) | Op::Release(close) => at!(
            Level::DEBUG,
            event,
            attributes,
            peer,
            socket_tap.ended_by = close.ended_by.map(EndedBy::name),
            socket_tap.rx = close.totals.rx,
            socket_tap.tx = close.totals.tx,
            "{name}"
        ),
        Op::Option { name: option, value } => {
            at!(
                Level::DEBUG,
                event,
                attributes,
                peer,
                socket_tap.name = &**option,
                socket_tap.value = *value,
                "{name}"
            );
        }
        Op::Mark { label } => {
            at!(Level::DEBUG, event, attributes, peer, socket_tap.label = &**label, "{name}");
        }
        Op::Gap(gap) => at!(Level::WARN, event, attributes, peer, socket_tap.lost = gap.events(), "{name}"),
        op => at!(Level::DEBUG, event, attributes, peer, network.io.direction = direction(op), "{name}"),
    }
}

/// Returns the peer of the event's datagram. If the event has none, returns the peer that the socket is
/// connected to.
fn peer_of<'a>(event: &'a Event, attributes: &'a SocketAttributes) -> Option<Cow<'a, AddressAttributes>> {
    let datagram = match &event.op {
        Op::RecvFrom(datagram) | Op::SendTo(datagram) => datagram.peer.as_ref(),
        _ => None,
    };
    datagram
        .map(|peer| Cow::Owned(AddressAttributes::of(peer)))
        .or(attributes.peer.as_ref().map(Cow::Borrowed))
}

fn direction(op: &Op) -> Option<&'static str> {
    match op {
        Op::Read(_) | Op::RecvFrom(_) => Some("receive"),
        Op::Write(_) | Op::SendTo(_) => Some("transmit"),
        _ => None,
    }
}

#[cfg(feature = "file")]
#[cfg(test)]
#[path = "tracing_tests.rs"]
mod tests;
