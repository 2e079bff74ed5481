//! A TCP connection, from SYN to FIN.

use std::io;

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::Transfer;

use super::ends::Ends;
use super::half::Half;
use super::moment::Moment;
use super::packet::{self, Flags, MOST_TCP, Payload};
use super::protocol::Protocol;
use super::recording::Sender;

/// After so many packets of data an acknowledgement is made up, if no other packet has brought one: Wireshark keeps
/// what is not acknowledged.
const MOST_UNACKNOWLEDGED: u32 = 64;

/// The most that one read or write is believed to move. A socket's buffers are smaller, and a line of a trace that says
/// otherwise would fill the disk with packets.
const MOST_BYTES: u64 = 64 << 20;

/// A connection that is open.
pub(super) struct Connection {
    ends: Ends,
    we_serve: bool,
    ours: Half,
    theirs: Half,
    /// What its close says is the whole of it.
    has_totals: bool,
    /// There was a RST.
    reset: bool,
}

impl Connection {
    /// Opens a connection with a handshake. It has totals when its close counts what the trace shows, from here on;
    /// `note` is what else there is to say.
    pub(super) fn open(
        moment: &mut Moment<'_>,
        ends: Ends,
        we_serve: bool,
        has_totals: bool,
        note: Option<&str>,
    ) -> io::Result<Self> {
        let [ours, theirs] = first_numbers(moment);
        let ours = Half::new(ours, moment.recording.lost_tx);
        let theirs = Half::new(theirs, moment.recording.lost_rx);
        let mut connection = Self { ends, we_serve, ours, theirs, has_totals, reset: false };
        let client = if we_serve { Sender::Them } else { Sender::Us };
        let comment = moment.synthesised();
        let comments = [Some(comment.as_str()), note];
        // A connect sends its SYN when it is made, and returns when it has its answer.
        let began = moment.began();
        let returned = std::mem::replace(&mut moment.at, began);
        connection.send(moment, client, Flags::Syn, Payload::default(), comments)?;
        moment.at = returned;
        connection.send(moment, client.other(), Flags::SynAck, Payload::default(), [Some(&comment), None])?;
        connection.send(moment, client, Flags::Ack, Payload::default(), [Some(&comment), None])?;
        Ok(connection)
    }

    /// Bytes went over, and perhaps the end of the stream came.
    pub(super) fn transfer(
        &mut self,
        moment: &mut Moment<'_>,
        sender: Sender,
        transfer: &Transfer,
    ) -> io::Result<()> {
        let data = transfer.data.as_deref();
        self.recognise(moment, sender, data.unwrap_or_default());
        match usize::try_from(transfer.bytes) {
            Ok(length) if transfer.bytes <= MOST_BYTES => {
                self.data(moment, sender, Payload::of(length, data))?;
            }
            _ => {
                moment.notes.too_large += 1;
                self.half(sender).skip(transfer.bytes);
            }
        }
        if transfer.eof { self.finish(moment, sender) } else { Ok(()) }
    }

    fn data(&mut self, moment: &mut Moment<'_>, sender: Sender, payload: Payload<'_>) -> io::Result<()> {
        if payload.is_cut() && moment.recording.has_payload {
            moment.notes.cut += 1;
        }
        let call = format!("{} {} B{}", moment.event.op.name(), payload.length, moment.place());
        let parts = payload.length.div_ceil(MOST_TCP);
        for part in 0..parts {
            let carried = payload.part(part * MOST_TCP, MOST_TCP);
            let push = part + 1 == parts;
            let comment = match parts {
                1 => None,
                _ => Some(format!("{call} (part {} of {parts})", part + 1)),
            };
            let comment = comment.as_deref().unwrap_or(&call);
            self.send(moment, sender, Flags::Data { push }, carried, [Some(comment), None])?;
            if self.half(sender).unacknowledged >= MOST_UNACKNOWLEDGED {
                self.synthesise(moment, sender.other(), Flags::Ack)?;
            }
        }
        Ok(())
    }

    /// Looks at the first bytes of a side.
    fn recognise(&mut self, moment: &mut Moment<'_>, sender: Sender, data: &[u8]) {
        if std::mem::replace(&mut self.half(sender).spoke, true) {
            return;
        }
        let from_server = (sender == Sender::Us) == self.we_serve;
        let protocol = if from_server { Protocol::of_server(data) } else { Protocol::of_client(data) };
        let server = if self.we_serve { self.ends.ours } else { self.ends.theirs };
        if let Some(protocol) = protocol {
            moment.notes.speaks(server.port(), protocol);
        }
    }

    /// A side has finished sending.
    pub(super) fn finish(&mut self, moment: &mut Moment<'_>, sender: Sender) -> io::Result<()> {
        if !self.half(sender).finished {
            self.synthesise(moment, sender, Flags::Fin)?;
            self.half(sender).finished = true;
        }
        Ok(())
    }

    /// A side has torn it down.
    pub(super) fn reset(&mut self, moment: &mut Moment<'_>, sender: Sender) -> io::Result<()> {
        self.synthesise(moment, sender, Flags::Rst)?;
        self.reset = true;
        Ok(())
    }

    /// We close it.
    pub(super) fn close(mut self, moment: &mut Moment<'_>, close: &Close) -> io::Result<()> {
        if self.has_totals && !close.totals.is_empty() {
            let ours = self.ours.ends_at(close.totals.tx, moment.recording.lost_tx);
            let theirs = self.theirs.ends_at(close.totals.rx, moment.recording.lost_rx);
            moment.notes.found_late += u64::from(ours || theirs);
        }
        match close.ended_by {
            Some(EndedBy::Reset) => return self.reset(moment, Sender::Them),
            _ if close.aborted => return self.reset(moment, Sender::Us),
            // It was gone without a word, after a time-out for example.
            Some(EndedBy::Error) => return Ok(()),
            _ => self.finish(moment, Sender::Us)?,
        }
        for sender in [Sender::Them, Sender::Us] {
            let half = self.half(sender);
            if half.finished && half.unacknowledged > 0 {
                self.synthesise(moment, sender.other(), Flags::Ack)?;
            }
        }
        Ok(())
    }

    fn half(&mut self, sender: Sender) -> &mut Half {
        match sender {
            Sender::Us => &mut self.ours,
            Sender::Them => &mut self.theirs,
        }
    }

    fn synthesise(&mut self, moment: &mut Moment<'_>, sender: Sender, flags: Flags) -> io::Result<()> {
        let comment = moment.synthesised();
        self.send(moment, sender, flags, Payload::default(), [Some(&comment), None])
    }

    fn send(
        &mut self,
        moment: &mut Moment<'_>,
        sender: Sender,
        flags: Flags,
        payload: Payload<'_>,
        comments: [Option<&str>; 2],
    ) -> io::Result<()> {
        if self.reset {
            return Ok(());
        }
        let (half, other, from, to, lost) = match sender {
            Sender::Us => {
                (&mut self.ours, &mut self.theirs, self.ends.ours, self.ends.theirs, moment.recording.lost_tx)
            }
            Sender::Them => {
                (&mut self.theirs, &mut self.ours, self.ends.theirs, self.ends.ours, moment.recording.lost_rx)
            }
        };
        half.lose(lost);
        let missing = match half.jump() {
            0 => None,
            bytes => Some(format!("up to {bytes} B of this stream are missing before this packet")),
        };
        let mut header = packet::tcp_header(from, to, flags);
        header.sequence_number = half.next;
        if header.ack {
            header.acknowledgment_number = other.next;
            other.unacknowledged = 0;
        }
        half.advance(payload.length as u64, header.syn || header.fin);
        let comments = comments.into_iter().flatten().chain(missing.as_deref());
        moment
            .capture
            .packet(moment.at, sender, comments, |out| packet::tcp(out, from.ip(), to.ip(), header, payload))
    }
}

/// The first sequence numbers, ours and theirs. Another connection of the same addresses has others, and is told from
/// this one by them.
fn first_numbers(moment: &Moment<'_>) -> [u32; 2] {
    // Odd factors: no two sockets of a recording have the same number before 2^32 of them.
    #[expect(clippy::cast_possible_truncation, reason = "the low half is as good as the whole")]
    let sock = (moment.sock.get() as u32).wrapping_mul(0x9e37_79b1);
    let ours = sock.wrapping_add(moment.recording.number.wrapping_mul(0x85eb_ca6b));
    [ours, ours.wrapping_add(0x5bd1_e995)]
}
