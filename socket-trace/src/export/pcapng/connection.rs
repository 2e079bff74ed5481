//! Writes the packets of a TCP connection, from SYN to FIN.

use std::io;

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::Transfer;
use socket_tap::format::Side;

use super::context::EventContext;
use super::endpoints::Endpoints;
use super::packet::{Flags, MAX_TCP, Payload};
use super::protocol::Protocol;
use super::recording::Sender;
use super::send_sequence::{SendSequence, first_numbers};

mod send;

/// Number of data packets in one direction after which the export adds an ACK, unless another packet has
/// acknowledged them. Wireshark keeps unacknowledged data in memory.
const MAX_UNACKNOWLEDGED: u32 = 64;

/// Maximum number of bytes in an exported read or write. It exceeds the size of socket buffers. Without this
/// limit, a trace with a forged number of bytes would fill the disk.
const MAX_BYTES: u64 = 64 << 20;

/// An open TCP connection.
pub(super) struct Connection {
    endpoints: Endpoints,
    is_server: bool,
    local: SendSequence,
    remote: SendSequence,
    /// `true` if the trace contains the opening of the connection. Only then do the byte totals in the
    /// `close` event cover exactly the exported bytes.
    has_totals: bool,
    /// `true` after a packet with RST.
    reset: bool,
}

impl Connection {
    /// Opens a connection, and writes its handshake: SYN, SYN-ACK, ACK. `note` is a further comment for the
    /// SYN. `has_totals` is `true` if the trace contains the opening, so that the byte totals in the `close`
    /// event count every byte after this handshake.
    pub(super) fn open(
        context: &mut EventContext<'_>,
        endpoints: Endpoints,
        is_server: bool,
        has_totals: bool,
        note: Option<&str>,
    ) -> io::Result<Self> {
        let [local, remote] = first_numbers(context);
        let local = SendSequence::new(local, context.recording.lost_tx);
        let remote = SendSequence::new(remote, context.recording.lost_rx);
        let mut connection = Self { endpoints, is_server, local, remote, has_totals, reset: false };
        let client = if is_server { Sender::Remote } else { Sender::Local };
        let comment = context.synthesised();
        let comments = [Some(comment.as_str()), note];
        // A connect sends its SYN when it is called, and returns when the handshake is complete.
        let began = context.began();
        let returned = std::mem::replace(&mut context.at, began);
        connection.send(context, client, Flags::Syn, Payload::default(), comments)?;
        context.at = returned;
        connection.send(
            context,
            client.other(),
            Flags::SynAck,
            Payload::default(),
            [Some(&comment), None],
        )?;
        connection.send(context, client, Flags::Ack, Payload::default(), [Some(&comment), None])?;
        Ok(connection)
    }

    /// Writes the packets of a read or write. A read of 0 bytes becomes a FIN.
    pub(super) fn transfer(
        &mut self,
        context: &mut EventContext<'_>,
        sender: Sender,
        transfer: &Transfer,
    ) -> io::Result<()> {
        let data = transfer.data.as_deref();
        self.recognise(context, sender, data.unwrap_or_default());
        match usize::try_from(transfer.bytes) {
            Ok(length) if transfer.bytes <= MAX_BYTES => {
                self.data(context, sender, Payload::of(length, data))?;
            }
            _ => {
                context.notes.too_large += 1;
                self.sequence(sender).skip(transfer.bytes);
            }
        }
        if transfer.eof { self.finish(context, sender) } else { Ok(()) }
    }

    fn data(
        &mut self,
        context: &mut EventContext<'_>,
        sender: Sender,
        payload: Payload<'_>,
    ) -> io::Result<()> {
        if payload.is_cut() && context.recording.has_payload {
            context.notes.cut += 1;
        }
        let call = format!("{} {} B{}", context.event.op.name(), payload.length, context.place());
        let parts = payload.length.div_ceil(MAX_TCP);
        for part in 0..parts {
            let carried = payload.part(part * MAX_TCP, MAX_TCP);
            let push = part + 1 == parts;
            let comment = match parts {
                1 => None,
                _ => Some(format!("{call} (part {} of {parts})", part + 1)),
            };
            let comment = comment.as_deref().unwrap_or(&call);
            self.send(context, sender, Flags::Data { push }, carried, [Some(comment), None])?;
            if self.sequence(sender).unacknowledged >= MAX_UNACKNOWLEDGED {
                self.synthesise(context, sender.other(), Flags::Ack)?;
            }
        }
        Ok(())
    }

    /// Detects the protocol of the connection from the first bytes that `sender` sent.
    fn recognise(&mut self, context: &mut EventContext<'_>, sender: Sender, data: &[u8]) {
        if std::mem::replace(&mut self.sequence(sender).has_sent, true) {
            return;
        }
        let from_server = (sender == Sender::Local) == self.is_server;
        let protocol = Protocol::of(if from_server { Side::Server } else { Side::Client }, data);
        let server = if self.is_server { self.endpoints.local } else { self.endpoints.remote };
        if let Some(protocol) = protocol {
            context.notes.add_port(server.port(), protocol);
        }
    }

    /// Writes a FIN sent by `sender`.
    pub(super) fn finish(&mut self, context: &mut EventContext<'_>, sender: Sender) -> io::Result<()> {
        if !self.sequence(sender).finished {
            self.synthesise(context, sender, Flags::Fin)?;
            self.sequence(sender).finished = true;
        }
        Ok(())
    }

    /// Writes a RST sent by `sender`.
    pub(super) fn reset(&mut self, context: &mut EventContext<'_>, sender: Sender) -> io::Result<()> {
        self.synthesise(context, sender, Flags::Rst)?;
        self.reset = true;
        Ok(())
    }

    /// Writes the packets of a `close` by the recorded program.
    pub(super) fn close(mut self, context: &mut EventContext<'_>, close: &Close) -> io::Result<()> {
        if self.has_totals && !close.totals.is_empty() {
            let local = self.local.ends_at(close.totals.tx, context.recording.lost_tx);
            let remote = self.remote.ends_at(close.totals.rx, context.recording.lost_rx);
            context.notes.late_missing += u64::from(local || remote);
        }
        match close.ended_by {
            Some(EndedBy::Reset) => return self.reset(context, Sender::Remote),
            _ if close.aborted => return self.reset(context, Sender::Local),
            // The connection was lost without a packet, for example by a timeout.
            Some(EndedBy::Error) => return Ok(()),
            _ => self.finish(context, Sender::Local)?,
        }
        for sender in [Sender::Remote, Sender::Local] {
            let sequence = self.sequence(sender);
            if sequence.finished && sequence.unacknowledged > 0 {
                self.synthesise(context, sender.other(), Flags::Ack)?;
            }
        }
        Ok(())
    }
}
