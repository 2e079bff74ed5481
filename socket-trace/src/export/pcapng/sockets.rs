//! Dispatches the events of a recording to its open sockets.

use std::collections::HashMap;
use std::io;

use socket_tap::event::{Addr, Op, SockId, SocketKind};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::connection::Connection;
use super::context::EventContext;
use super::endpoints::{Endpoints, quoted};
use super::recording::Sender;
use super::udp_socket::UdpSocket;

/// The open sockets of a recording.
#[derive(Default)]
pub(super) struct Sockets {
    streams: HashMap<SockId, Connection>,
    udp: HashMap<SockId, UdpSocket>,
}

impl Sockets {
    /// Processes an event and writes its packets.
    pub(super) fn observe(&mut self, context: &mut EventContext<'_>) -> io::Result<()> {
        let event = context.event;
        if event.error.is_some() {
            return self.failed(context);
        }
        let sock = context.sock;
        match &event.op {
            Op::Socket { kind, .. } if *kind == SocketKind::Datagram => {
                self.udp.insert(sock, UdpSocket::default());
            }
            Op::Adopt { kind, local, peer, .. } if *kind == SocketKind::Datagram => {
                self.udp.insert(sock, UdpSocket { local: local.clone(), peer: peer.clone() });
            }
            Op::Bind { local, .. } => {
                if let Some(datagrams) = self.udp.get_mut(&sock) {
                    datagrams.local.clone_from(local);
                }
            }
            Op::Connect { local, peer, .. } if self.udp.contains_key(&sock) => {
                self.udp.insert(sock, UdpSocket { local: local.clone(), peer: peer.clone() });
            }
            Op::Accept { .. } | Op::Connect { .. } => self.open(context)?,
            Op::Adopt { kind, .. } if *kind == SocketKind::Stream => self.open(context)?,
            Op::Read(transfer) => self.stream(context)?.transfer(context, Sender::Remote, transfer)?,
            Op::Write(transfer) => self.stream(context)?.transfer(context, Sender::Local, transfer)?,
            Op::RecvFrom(datagram) => {
                self.udp.entry(sock).or_default().transfer(context, Sender::Remote, datagram)?;
            }
            Op::SendTo(datagram) => {
                self.udp.entry(sock).or_default().transfer(context, Sender::Local, datagram)?;
            }
            Op::Shutdown => {
                if let Some(stream) = self.streams.get_mut(&sock) {
                    stream.finish(context, Sender::Local)?;
                }
            }
            Op::Close(close) => {
                self.udp.remove(&sock);
                if let Some(stream) = self.streams.remove(&sock) {
                    stream.close(context, close)?;
                }
            }
            // The connection continues, but it is no longer recorded.
            Op::Release(_) => drop(self.streams.remove(&sock)),
            _ => {}
        }
        Ok(())
    }

    /// Processes a failed call. Writes a RST if the error shows that the peer has reset the connection.
    fn failed(&mut self, context: &mut EventContext<'_>) -> io::Result<()> {
        let event = context.event;
        let reset = (event.error.as_ref())
            .is_some_and(|failure| matches!(&*failure.reason, "connection reset" | "broken pipe"));
        match &event.op {
            Op::Read(_) | Op::Write(_) if reset => match self.streams.get_mut(&context.sock) {
                Some(stream) => stream.reset(context, Sender::Remote),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn open(&mut self, context: &mut EventContext<'_>) -> io::Result<()> {
        let event = context.event;
        let (is_server, endpoints) = match &event.op {
            Op::Accept { local, peer, .. } => (true, Endpoints::real(local.as_ref(), peer.as_ref())),
            Op::Connect { local, peer, .. } => (false, Endpoints::real(local.as_ref(), peer.as_ref())),
            // A layered stream shares the addresses of the stream below, but its bytes differ.
            Op::Adopt { on: None, local, peer, .. } => {
                (context.recording.side == Side::Server, Endpoints::real(local.as_ref(), peer.as_ref()))
            }
            _ => (context.recording.side == Side::Server, None),
        };
        let note = endpoints.is_none().then(|| placeholder_note(&event.op));
        let connection = connect(context, endpoints, is_server, true, note.as_deref())?;
        self.streams.insert(context.sock, connection);
        Ok(())
    }

    /// Returns the TCP connection of the event's socket. If the trace lacks its opening, writes a handshake
    /// first.
    fn stream(&mut self, context: &mut EventContext<'_>) -> io::Result<&mut Connection> {
        use std::collections::hash_map::Entry;
        match self.streams.entry(context.sock) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let is_server = context.recording.side == Side::Server;
                let note = "placeholder addresses: the trace has no accept or connect of this connection";
                Ok(entry.insert(connect(context, None, is_server, false, Some(note))?))
            }
        }
    }
}

fn connect(
    context: &mut EventContext<'_>,
    endpoints: Option<Endpoints>,
    is_server: bool,
    has_totals: bool,
    note: Option<&str>,
) -> io::Result<Connection> {
    let endpoints = endpoints.unwrap_or_else(|| {
        context.notes.placeholders += 1;
        Endpoints::placeholder(context.recording.number, context.sock, is_server)
    });
    Connection::open(context, endpoints, is_server, has_totals, note)
}

/// Returns a comment on a connection that is exported with placeholder addresses:
/// `placeholder addresses instead of /run/shelf.sock ↔ (unnamed)`.
fn placeholder_note(op: &Op) -> String {
    let addresses = |local: &Option<Addr>, peer: &Option<Addr>| {
        format!("{} ↔ {}", quoted(local.as_ref()), quoted(peer.as_ref()))
    };
    let replaced = match op {
        Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => addresses(local, peer),
        Op::Adopt { domain, on: Some(below), .. } => {
            let domain: String = printable(domain.as_str()).chars().take(40).collect();
            return format!(
                "placeholder addresses: the {domain} stream is layered on #{below} and has no addresses of its own"
            );
        }
        Op::Adopt { local, peer, .. } => addresses(local, peer),
        _ => String::new(),
    };
    format!("placeholder addresses instead of {replaced}")
}
