//! An event as a flat list of fields, with the names of the trace format.

use socket_tap::close::Close;
use socket_tap::event::{Addr, Datagram, Event, Gap, Op, Packet, Segment, Transfer};

use super::field::{ALL, Field, NAMES, Value};

/// The fields of one event, in the order of [`NAMES`]. `None` stands for a field that the event does not
/// have.
pub(super) struct Fields<'a>([Option<Value<'a>>; NAMES.len()]);

impl<'a> Fields<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        let mut fields = Self([None; NAMES.len()]);
        fields.set_op(&event.op, event.error.is_some());
        if let Some(failure) = &event.error {
            fields.set(Field::Error, Value::Text(&failure.reason));
            fields.set_integer(Field::Errno, failure.errno);
        }
        fields
    }

    /// Iterates over all fields, including those that the event does not have.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Field, Option<Value<'a>>)> {
        ALL.into_iter().zip(self.0)
    }

    pub(super) fn get(&self, field: Field) -> Option<Value<'a>> {
        self.0[field as usize]
    }

    fn set(&mut self, field: Field, value: Value<'a>) {
        self.0[field as usize] = Some(value);
    }

    fn set_number(&mut self, field: Field, number: impl Into<u64>) {
        self.set(field, Value::Number(number.into()));
    }

    fn set_integer(&mut self, field: Field, integer: Option<i32>) {
        self.0[field as usize] = integer.map(|integer| Value::Integer(integer.into()));
    }

    fn set_addresses(&mut self, local: Option<&'a Addr>, peer: Option<&'a Addr>) {
        self.0[Field::Local as usize] = local.map(Value::Address);
        self.0[Field::Peer as usize] = peer.map(Value::Address);
    }

    fn set_flag(&mut self, field: Field, flag: bool) {
        self.0[field as usize] = flag.then_some(Value::Flag(true));
    }

    fn set_op(&mut self, op: &'a Op, failed: bool) {
        match op {
            Op::Socket { fd, domain, kind, .. } => {
                self.set_integer(Field::Fd, *fd);
                self.set(Field::Domain, Value::Text(domain.as_str()));
                self.set(Field::Type, Value::Text(kind.as_str()));
            }
            Op::Option { name, value, .. } => {
                self.set(Field::Name, Value::Text(name));
                self.set(Field::Value, Value::Integer(*value));
            }
            Op::Bind { local, .. } => self.set_addresses(local.as_ref(), None),
            Op::Listen { backlog, .. } => self.set_integer(Field::Backlog, Some(*backlog)),
            Op::Accept { on, fd, local, peer, .. } => {
                self.set_number(Field::On, on.get());
                self.set_integer(Field::Fd, *fd);
                self.set_addresses(local.as_ref(), peer.as_ref());
            }
            Op::Connect { local, peer, began, .. } => {
                self.set_addresses(local.as_ref(), peer.as_ref());
                self.0[Field::Began as usize] = began.map(Value::Number);
            }
            Op::Adopt { fd, domain, kind, on, local, peer, .. } => {
                self.0[Field::On as usize] = on.map(|on| Value::Number(on.get()));
                self.set_integer(Field::Fd, *fd);
                self.set(Field::Domain, Value::Text(domain.as_str()));
                self.set(Field::Type, Value::Text(kind.as_str()));
                self.set_addresses(local.as_ref(), peer.as_ref());
            }
            Op::Read(transfer) | Op::Write(transfer) => self.set_transfer(transfer, failed),
            Op::SendTo(datagram) | Op::RecvFrom(datagram) => self.set_datagram(datagram, failed),
            Op::Shutdown => self.set(Field::How, Value::Text("write")),
            Op::Close(close) | Op::Release(close) => self.set_close(close),
            Op::Mark { label, .. } => self.set(Field::Label, Value::Text(label)),
            Op::Gap(gap) => self.set_gap(gap),
            Op::Packet(packet) => self.set_packet(packet),
            _ => {}
        }
    }

    fn set_transfer(&mut self, transfer: &'a Transfer, failed: bool) {
        if !failed {
            self.set_number(Field::Bytes, transfer.bytes);
        }
        self.0[Field::Slices as usize] = transfer.slices.map(|slices| Value::Number(slices.into()));
        self.set_flag(Field::Eof, transfer.eof);
        self.0[Field::Data as usize] = transfer.data.as_deref().map(Value::Payload);
    }

    fn set_datagram(&mut self, datagram: &'a Datagram, failed: bool) {
        if !failed {
            self.set_number(Field::Bytes, datagram.bytes);
        }
        self.set_addresses(None, datagram.peer.as_ref());
        self.set_flag(Field::Truncated, datagram.truncated);
        self.0[Field::Length as usize] = datagram.length.map(Value::Number);
        self.0[Field::Data as usize] = datagram.data.as_deref().map(Value::Payload);
    }

    fn set_close(&mut self, close: &'a Close) {
        self.0[Field::EndedBy as usize] = close.ended_by.map(|by| Value::Text(by.name()));
        self.set_integer(Field::Errno, close.errno);
        self.set_flag(Field::Aborted, close.aborted);
        if close.ended_by.is_some() || !close.totals.is_empty() {
            self.set_number(Field::Rx, close.totals.rx);
            self.set_number(Field::Tx, close.totals.tx);
            self.set_number(Field::Reads, close.totals.reads);
            self.set_number(Field::Writes, close.totals.writes);
        }
        if let Some(tcp) = &close.tcp {
            self.set(Field::TcpState, Value::Text(tcp.state.as_str()));
            self.set_number(Field::TcpRttUs, tcp.rtt_us);
            self.set_number(Field::TcpRetransmits, tcp.retransmits);
            self.set_number(Field::TcpUnread, tcp.unread);
        }
    }

    fn set_packet(&mut self, packet: &'a Packet) {
        self.set(Field::From, Value::Address(&packet.from));
        self.set(Field::To, Value::Address(&packet.to));
        self.set(Field::Protocol, Value::Text(packet.protocol.as_str()));
        if let Some(segment) = &packet.segment {
            self.set_segment(segment);
        }
        self.set_number(Field::Bytes, packet.bytes);
        self.set_number(Field::Length, packet.length);
        self.0[Field::Fate as usize] = packet.fate.as_ref().map(|fate| Value::Text(fate.as_str()));
        self.0[Field::Reason as usize] = packet.reason.as_ref().map(|reason| Value::Text(reason.as_str()));
        self.0[Field::Arrived as usize] = packet.arrived.map(Value::Number);
        self.0[Field::Retransmission as usize] = packet.retransmission.map(Value::Flag);
        self.0[Field::Data as usize] = packet.data.as_deref().map(Value::Payload);
    }

    fn set_segment(&mut self, segment: &'a Segment) {
        let number = |number: Option<u32>| number.map(|number| Value::Number(number.into()));
        self.set(Field::Flags, Value::TcpFlags(segment.flags));
        self.set_number(Field::Seq, segment.seq);
        self.0[Field::Ack as usize] = number(segment.ack);
        self.set_number(Field::Window, segment.window);
        self.0[Field::Mss as usize] = number(segment.mss.map(Into::into));
        self.0[Field::WindowScale as usize] = number(segment.window_scale.map(Into::into));
        self.set_flag(Field::SackPermitted, segment.sack_permitted);
        self.0[Field::Sack as usize] = (!segment.sack.is_empty()).then_some(Value::Pairs(&segment.sack));
        self.0[Field::Timestamps as usize] = segment.timestamps.map(|(value, echo)| Value::Pair(value, echo));
    }

    fn set_gap(&mut self, gap: &Gap) {
        for (field, count) in [
            (Field::Rx, gap.rx),
            (Field::Tx, gap.tx),
            (Field::Reads, gap.reads),
            (Field::Writes, gap.writes),
            (Field::Others, gap.others),
            (Field::Connections, gap.connections),
            (Field::Payloads, gap.payloads),
        ] {
            self.set_number(field, count);
        }
    }
}
