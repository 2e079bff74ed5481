//! Which socket an event is of, and what it does to it.

use std::collections::HashMap;
use std::io;

use socket_tap::event::{Addr, Op, SockId, SocketKind};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::connection::Connection;
use super::datagrams::Datagrams;
use super::ends::{Ends, quoted};
use super::moment::Moment;
use super::recording::Sender;

/// The sockets of a recording that are open and that packets go through.
#[derive(Default)]
pub(super) struct Sockets {
    streams: HashMap<SockId, Connection>,
    datagrams: HashMap<SockId, Datagrams>,
}

impl Sockets {
    /// Takes in an event, and writes the packets that come of it.
    pub(super) fn observe(&mut self, moment: &mut Moment<'_>) -> io::Result<()> {
        let event = moment.event;
        if event.error.is_some() {
            return self.failed(moment);
        }
        let sock = moment.sock;
        match &event.op {
            Op::Socket { kind, .. } if *kind == SocketKind::Datagram => {
                self.datagrams.insert(sock, Datagrams::default());
            }
            Op::Adopt { kind, local, peer, .. } if *kind == SocketKind::Datagram => {
                self.datagrams.insert(sock, Datagrams { local: local.clone(), peer: peer.clone() });
            }
            Op::Bind { local, .. } => {
                if let Some(datagrams) = self.datagrams.get_mut(&sock) {
                    datagrams.local.clone_from(local);
                }
            }
            Op::Connect { local, peer, .. } if self.datagrams.contains_key(&sock) => {
                self.datagrams.insert(sock, Datagrams { local: local.clone(), peer: peer.clone() });
            }
            Op::Accept { .. } | Op::Connect { .. } => self.open(moment)?,
            Op::Adopt { kind, .. } if *kind == SocketKind::Stream => self.open(moment)?,
            Op::Read(transfer) => self.stream(moment)?.transfer(moment, Sender::Them, transfer)?,
            Op::Write(transfer) => self.stream(moment)?.transfer(moment, Sender::Us, transfer)?,
            Op::RecvFrom(datagram) => {
                self.datagrams.entry(sock).or_default().transfer(moment, Sender::Them, datagram)?;
            }
            Op::SendTo(datagram) => {
                self.datagrams.entry(sock).or_default().transfer(moment, Sender::Us, datagram)?;
            }
            Op::Shutdown => {
                if let Some(stream) = self.streams.get_mut(&sock) {
                    stream.finish(moment, Sender::Us)?;
                }
            }
            Op::Close(close) => {
                self.datagrams.remove(&sock);
                if let Some(stream) = self.streams.remove(&sock) {
                    stream.close(moment, close)?;
                }
            }
            // It goes on, but nothing more is known of it.
            Op::Release(_) => drop(self.streams.remove(&sock)),
            _ => {}
        }
        Ok(())
    }

    /// A call failed. Only a reset says something about packets.
    fn failed(&mut self, moment: &mut Moment<'_>) -> io::Result<()> {
        let event = moment.event;
        let reset = (event.error.as_ref())
            .is_some_and(|failure| matches!(&*failure.reason, "connection reset" | "broken pipe"));
        match &event.op {
            Op::Read(_) | Op::Write(_) if reset => match self.streams.get_mut(&moment.sock) {
                Some(stream) => stream.reset(moment, Sender::Them),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn open(&mut self, moment: &mut Moment<'_>) -> io::Result<()> {
        let event = moment.event;
        let (we_serve, ends) = match &event.op {
            Op::Accept { local, peer, .. } => (true, Ends::real(local.as_ref(), peer.as_ref())),
            Op::Connect { local, peer, .. } => (false, Ends::real(local.as_ref(), peer.as_ref())),
            // What is above another stream has that one's addresses, and other bytes.
            Op::Adopt { on: None, local, peer, .. } => {
                (moment.recording.side == Side::Server, Ends::real(local.as_ref(), peer.as_ref()))
            }
            _ => (moment.recording.side == Side::Server, None),
        };
        let note = ends.is_none().then(|| made_up(&event.op));
        let connection = connect(moment, ends, we_serve, true, note.as_deref())?;
        self.streams.insert(moment.sock, connection);
        Ok(())
    }

    /// The event's stream. One that was opened before the trace begins, or whose opening is missing, is opened now.
    fn stream(&mut self, moment: &mut Moment<'_>) -> io::Result<&mut Connection> {
        use std::collections::hash_map::Entry;
        match self.streams.entry(moment.sock) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let we_serve = moment.recording.side == Side::Server;
                let note = "made-up addresses: the beginning of this connection is not in the trace";
                Ok(entry.insert(connect(moment, None, we_serve, false, Some(note))?))
            }
        }
    }
}

fn connect(
    moment: &mut Moment<'_>,
    ends: Option<Ends>,
    we_serve: bool,
    has_totals: bool,
    note: Option<&str>,
) -> io::Result<Connection> {
    let ends = ends.unwrap_or_else(|| {
        moment.notes.made_up += 1;
        Ends::made_up(moment.recording.number, moment.sock, we_serve)
    });
    Connection::open(moment, ends, we_serve, has_totals, note)
}

/// What the made-up addresses of a stream stand for.
fn made_up(op: &Op) -> String {
    let addresses = |local: &Option<Addr>, peer: &Option<Addr>| {
        format!("{} ↔ {}", quoted(local.as_ref()), quoted(peer.as_ref()))
    };
    let what = match op {
        Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => addresses(local, peer),
        Op::Adopt { domain, on: Some(below), .. } => {
            let domain: String = printable(domain.as_str()).chars().take(40).collect();
            format!("the {domain} stream above #{below}")
        }
        Op::Adopt { local, peer, .. } => addresses(local, peer),
        _ => String::new(),
    };
    format!("made-up addresses: this is {what}")
}
