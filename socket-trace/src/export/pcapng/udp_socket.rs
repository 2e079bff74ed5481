//! Writes the packets of a UDP socket.

use std::io;

use socket_tap::event::{Addr, Datagram};
use socket_tap::format::Side;

use super::context::EventContext;
use super::endpoints::{Endpoints, quoted};
use super::packet::{self, MAX_UDP, Payload};
use super::recording::Sender;

/// A UDP socket of the recording, with its addresses.
#[derive(Debug, Default)]
pub(super) struct UdpSocket {
    pub(super) local: Option<Addr>,
    /// Address of the peer, if the socket is connected.
    pub(super) peer: Option<Addr>,
}

impl UdpSocket {
    /// Writes the packet of a sent or received datagram.
    pub(super) fn transfer(
        &self,
        context: &mut EventContext<'_>,
        sender: Sender,
        datagram: &Datagram,
    ) -> io::Result<()> {
        // A truncated datagram was longer than the received bytes.
        let length = datagram.length.unwrap_or(datagram.bytes).max(datagram.bytes);
        let length = match usize::try_from(length) {
            Ok(length) if length <= MAX_UDP => length,
            _ => {
                context.notes.too_large += 1;
                return Ok(());
            }
        };
        let payload = Payload::of(length, datagram.data.as_deref());
        if payload.is_cut() && context.recording.has_payload {
            context.notes.cut += 1;
        }
        let peer = datagram.peer.as_ref().or(self.peer.as_ref());
        let real = Endpoints::real(self.local.as_ref(), peer);
        let comment = format!("{} {} B{}", context.event.op.name(), datagram.bytes, context.place());
        let note = real.is_none().then(|| {
            context.notes.placeholders += 1;
            format!("placeholder addresses instead of {} ↔ {}", quoted(self.local.as_ref()), quoted(peer))
        });
        let endpoints = real.unwrap_or_else(|| {
            Endpoints::placeholder(
                context.recording.number,
                context.sock,
                context.recording.side == Side::Server,
            )
        });
        let (from, to) = match sender {
            Sender::Local => (endpoints.local, endpoints.remote),
            Sender::Remote => (endpoints.remote, endpoints.local),
        };
        let comments = std::iter::once(comment.as_str()).chain(note.as_deref());
        context.capture.packet(context.at, Some(sender), comments, |out| packet::udp(out, from, to, payload))
    }
}
