//! Conversion of a flat JSON object to an event.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{FlatEvent, Text};
use crate::close::{Close, Totals};
use crate::event::{Addr, Datagram, Event, Failure, Gap, Op, SockId, Transfer};
use crate::format::LineError;

impl FlatEvent<'_> {
    pub(super) fn into_event(self) -> Result<Event, LineError> {
        let t = required(self.t, "t", "a number of nanoseconds")?;
        let sock = self.sock.and_then(SockId::new);
        let error = self.error.as_ref().map(|reason| Failure { reason: owned(reason), errno: self.errno });
        Ok(Event { t, sock, op: self.into_op()?, error })
    }

    fn into_op(self) -> Result<Op, LineError> {
        let name = required(self.op.as_deref(), "op", "the name of an operation")?;
        Ok(match name {
            "socket" => Op::Socket {
                fd: self.fd,
                domain: required(self.domain, "domain", "an address family")?.into_owned().into(),
                kind: required(self.kind, "type", "stream or datagram")?.into_owned().into(),
            },
            "option" => Op::Option {
                name: owned(&required(self.name, "name", "the name of an option")?),
                value: required(self.value, "value", "an integer")?,
            },
            "bind" => Op::Bind { local: parsed(self.local) },
            "listen" => Op::Listen { backlog: required(self.backlog, "backlog", "a number")? },
            "accept" => Op::Accept {
                on: required(self.on.and_then(SockId::new), "on", "the number of the listening socket")?,
                fd: self.fd,
                local: parsed(self.local),
                peer: parsed(self.peer),
            },
            "connect" => {
                Op::Connect { local: parsed(self.local), peer: parsed(self.peer), began: self.began }
            }
            "adopt" => Op::Adopt {
                fd: self.fd,
                domain: required(
                    self.domain,
                    "domain",
                    "the address family of a socket, such as ipv4, or the kind of another stream, such as tls",
                )?
                .into_owned()
                .into(),
                kind: required(self.kind, "type", "listener, stream or datagram")?.into_owned().into(),
                on: self.on.and_then(SockId::new),
                local: parsed(self.local),
                peer: parsed(self.peer),
            },
            "release" => Op::Release(Box::new(self.into_close())),
            "read" => Op::Read(self.into_transfer()?),
            "write" => Op::Write(self.into_transfer()?),
            "sendto" => Op::SendTo(self.into_datagram()?),
            "recvfrom" => Op::RecvFrom(self.into_datagram()?),
            "shutdown" => Op::Shutdown,
            "close" => Op::Close(Box::new(self.into_close())),
            "mark" => Op::Mark { label: owned(&required(self.label, "label", "a text")?) },
            "gap" => Op::Gap(Gap {
                reads: self.reads.unwrap_or(0),
                writes: self.writes.unwrap_or(0),
                rx: self.rx.unwrap_or(0),
                tx: self.tx.unwrap_or(0),
                others: self.others.unwrap_or(0),
                connections: self.connections.unwrap_or(0),
                payloads: self.payloads.unwrap_or(0),
            }),
            "packet" => Op::Packet(Box::new(self.into_packet()?)),
            other => Op::Unknown { name: other.to_owned().into() },
        })
    }

    fn into_transfer(self) -> Result<Transfer, LineError> {
        let bytes = match self.error {
            Some(_) => 0,
            None => required(self.bytes, "bytes", "a number of bytes")?,
        };
        let eof = self.eof.unwrap_or(false);
        Ok(Transfer { bytes, slices: self.slices, eof, data: decoded(self.data)? })
    }

    fn into_datagram(mut self) -> Result<Datagram, LineError> {
        let (peer, length) = (parsed(self.peer.take()), self.length);
        let truncated = self.truncated.unwrap_or(false);
        let Transfer { bytes, data, .. } = self.into_transfer()?;
        Ok(Datagram { bytes, peer, truncated, length, data })
    }

    fn into_close(self) -> Close {
        let totals = Totals {
            rx: self.rx.unwrap_or(0),
            tx: self.tx.unwrap_or(0),
            reads: self.reads.unwrap_or(0),
            writes: self.writes.unwrap_or(0),
        };
        let aborted = self.aborted.unwrap_or(false);
        let (ended_by, tcp) = (self.ended_by.map(|it| it.0), self.tcp.map(|it| it.0));
        Close { ended_by, errno: self.errno, aborted, totals, tcp }
    }
}

/// Decodes captured bytes.
pub(super) fn decoded(data: Text<'_>) -> Result<Option<Box<[u8]>>, LineError> {
    let Some(data) = data else { return Ok(None) };
    Ok(Some(required(STANDARD.decode(&*data).ok(), "data", "base64")?.into_boxed_slice()))
}

pub(super) fn required<T>(
    value: Option<T>,
    field: &'static str,
    expected: &'static str,
) -> Result<T, LineError> {
    value.ok_or(LineError::Value { field, expected })
}

pub(super) fn parsed(address: Text<'_>) -> Option<Addr> {
    // Any text is a valid address: one that is not an IP address and port is kept unchanged.
    address.and_then(|text| text.parse().ok())
}

fn owned(text: &str) -> Cow<'static, str> {
    text.to_owned().into()
}
