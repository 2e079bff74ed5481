//! Writes the packets of a TCP connection with their sequence numbers.

use std::io;

use super::super::context::EventContext;
use super::super::packet::{self, Flags, Payload};
use super::super::recording::Sender;
use super::super::send_sequence::SendSequence;
use super::Connection;

impl Connection {
    pub(super) fn sequence(&mut self, sender: Sender) -> &mut SendSequence {
        match sender {
            Sender::Local => &mut self.local,
            Sender::Remote => &mut self.remote,
        }
    }

    /// Writes a packet without data, such as an ACK. The export derives these packets from events, because a
    /// trace contains no packets.
    pub(super) fn synthesise(
        &mut self,
        context: &mut EventContext<'_>,
        sender: Sender,
        flags: Flags,
    ) -> io::Result<()> {
        let comment = context.synthesised();
        self.send(context, sender, flags, Payload::default(), [Some(&comment), None])
    }

    /// Writes a packet, unless the connection was reset.
    pub(super) fn send(
        &mut self,
        context: &mut EventContext<'_>,
        sender: Sender,
        flags: Flags,
        payload: Payload<'_>,
        comments: [Option<&str>; 2],
    ) -> io::Result<()> {
        if self.reset {
            return Ok(());
        }
        let (sequence, other, from, to, lost) = match sender {
            Sender::Local => (
                &mut self.local,
                &mut self.remote,
                self.endpoints.local,
                self.endpoints.remote,
                context.recording.lost_tx,
            ),
            Sender::Remote => (
                &mut self.remote,
                &mut self.local,
                self.endpoints.remote,
                self.endpoints.local,
                context.recording.lost_rx,
            ),
        };
        sequence.add_lost(lost);
        let missing = match sequence.skip_missing() {
            0 => None,
            bytes => Some(format!("up to {bytes} B of this stream are missing before this packet")),
        };
        let mut header = packet::tcp_header(from, to, flags);
        header.sequence_number = sequence.next;
        if header.ack {
            header.acknowledgment_number = other.next;
            other.unacknowledged = 0;
        }
        sequence.advance(payload.length as u64, header.syn || header.fin);
        let comments = comments.into_iter().flatten().chain(missing.as_deref());
        context.capture.packet(context.at, Some(sender), comments, |out| {
            packet::tcp(out, from.ip(), to.ip(), header, payload)
        })
    }
}
