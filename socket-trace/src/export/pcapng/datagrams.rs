//! A UDP socket.

use std::io;

use socket_tap::event::{Addr, Datagram};
use socket_tap::format::Side;

use super::ends::{Ends, quoted};
use super::moment::Moment;
use super::packet::{self, MOST_UDP, Payload};
use super::recording::Sender;

/// What is known of a datagram socket.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    pub(super) local: Option<Addr>,
    /// The address that it is connected to.
    pub(super) peer: Option<Addr>,
}

impl Datagrams {
    /// A datagram was sent or received.
    pub(super) fn transfer(
        &self,
        moment: &mut Moment<'_>,
        sender: Sender,
        datagram: &Datagram,
    ) -> io::Result<()> {
        // A truncated one was longer than what the program got.
        let length = datagram.length.unwrap_or(datagram.bytes).max(datagram.bytes);
        let length = match usize::try_from(length) {
            Ok(length) if length <= MOST_UDP => length,
            _ => {
                moment.notes.too_large += 1;
                return Ok(());
            }
        };
        let payload = Payload::of(length, datagram.data.as_deref());
        if payload.is_cut() && moment.recording.has_payload {
            moment.notes.cut += 1;
        }
        let peer = datagram.peer.as_ref().or(self.peer.as_ref());
        let real = Ends::real(self.local.as_ref(), peer);
        let comment = format!("{} {} B{}", moment.event.op.name(), datagram.bytes, moment.place());
        let note = real.is_none().then(|| {
            moment.notes.made_up += 1;
            format!("made-up addresses: this is {} ↔ {}", quoted(self.local.as_ref()), quoted(peer))
        });
        let ends = real.unwrap_or_else(|| {
            Ends::made_up(moment.recording.number, moment.sock, moment.recording.side == Side::Server)
        });
        let (from, to) = match sender {
            Sender::Us => (ends.ours, ends.theirs),
            Sender::Them => (ends.theirs, ends.ours),
        };
        let comments = std::iter::once(comment.as_str()).chain(note.as_deref());
        moment.capture.packet(moment.at, sender, comments, |out| packet::udp(out, from, to, payload))
    }
}
