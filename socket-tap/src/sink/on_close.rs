//! A sink that calls a closure for each closed connection.

use std::collections::HashMap;
use std::io;

use super::Sink;
use crate::close::Close;
use crate::event::{Addr, Event, Op, SockId, SocketKind};

/// A closed connection. The closure passed to [`TapBuilder::on_close`](crate::TapBuilder::on_close) gets it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClosedConnection {
    /// Number of the connection in the recording.
    pub sock: SockId,
    /// Local address of the connection. `None` if it is unknown.
    pub local: Option<Addr>,
    /// Address of the peer. `None` if it is unknown.
    pub peer: Option<Addr>,
    /// Time at which the connection was accepted, established or adopted, in nanoseconds since the recording
    /// began.
    pub opened: u64,
    /// Time at which the connection was closed, in nanoseconds since the recording began.
    pub closed: u64,
    /// Details of the close: the side that ended the connection, its totals, and the kernel's TCP state.
    pub close: Close,
}

/// A sink that calls the closure `report` for each closed connection.
pub(crate) struct OnClose<F> {
    report: F,
    open: HashMap<SockId, Open>,
}

struct Open {
    at: u64,
    local: Option<Addr>,
    peer: Option<Addr>,
}

impl<F: FnMut(&ClosedConnection) + Send + 'static> OnClose<F> {
    pub(crate) fn new(report: F) -> Self {
        Self { report, open: HashMap::new() }
    }

    fn observe(&mut self, sock: SockId, event: &Event) {
        match &event.op {
            Op::Accept { local, peer, .. }
            | Op::Connect { local, peer, .. }
            | Op::Adopt { local, peer, kind: SocketKind::Stream, .. } => {
                let open = Open { at: event.t, local: local.clone(), peer: peer.clone() };
                self.open.insert(sock, open);
            }
            // Only streams have an `ended_by`. A datagram socket may have been connected, too.
            Op::Close(close) => {
                let Some(open) = self.open.remove(&sock).filter(|_| close.ended_by.is_some()) else { return };
                (self.report)(&ClosedConnection {
                    sock,
                    local: open.local,
                    peer: open.peer,
                    opened: open.at,
                    closed: event.t,
                    close: (**close).clone(),
                });
            }
            Op::Release(_) => _ = self.open.remove(&sock),
            _ => {}
        }
    }
}

impl<F: FnMut(&ClosedConnection) + Send + 'static> Sink for OnClose<F> {
    fn name(&self) -> String {
        "the callback for closed connections".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        for event in batch.iter().filter(|event| event.error.is_none()) {
            if let Some(sock) = event.sock {
                self.observe(sock, event);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[cfg(not(model))]
mod tests {
    use std::sync::mpsc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::close::EndedBy;
    use crate::{Tap, TapListener, TapStream, TapUdpSocket};

    #[tokio::test]
    async fn on_close_reports_closed_connection_once() {
        let (report, reported) = mpsc::channel();
        let tap =
            Tap::server("test").on_close(move |closed| report.send(closed.clone()).unwrap()).start().unwrap();
        let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
        let mut client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
        let (mut server, peer) = listener.accept().await.unwrap();
        let udp = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap();
        udp.connect(udp.local_addr().unwrap()).await.unwrap();
        let released = TapStream::wrap(&tap, tokio::io::empty(), "memory");
        client.write_all(b"bye").await.unwrap();
        drop(client);
        server.read_to_end(&mut Vec::new()).await.unwrap();
        tap.flush().await;
        assert!(reported.try_recv().is_err(), "the connection is still open, but was reported as closed");
        let sock = server.sock().unwrap();
        drop((server, listener, udp));
        released.into_inner();
        tap.finish().await.unwrap();
        let closed: Vec<ClosedConnection> = reported.try_iter().collect();
        let [closed] = &closed[..] else { panic!("{closed:?}") };
        assert_eq!((closed.sock, &closed.peer), (sock, &Some(peer.into())));
        assert_eq!((closed.close.ended_by, closed.close.totals.rx), (Some(EndedBy::Peer), 3));
        assert!(closed.opened < closed.closed);
    }
}
