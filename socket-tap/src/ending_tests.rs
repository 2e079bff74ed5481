//! Tests of the ends of TCP connections on loopback: end of stream, half-close, abort and plain drop.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::close::{Close, EndedBy};
use crate::event::{Domain, Event, Op};
use crate::sink::Memory;
use crate::{Tap, TapListener, TapStream};

/// A connection between a server with a tap and a client without one.
struct Connection {
    tap: Tap,
    memory: Memory,
    server: TapStream,
    client: Option<TapStream>,
}

impl Connection {
    async fn new() -> Self {
        Self::on("127.0.0.1:0").await
    }

    async fn on(address: &str) -> Self {
        let memory = Memory::new();
        let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
        let listener = TapListener::bind(&tap, address).await.unwrap();
        let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        Self { tap, memory, server, client: Some(client) }
    }

    fn client(&mut self) -> &mut TapStream {
        self.client.as_mut().unwrap()
    }

    /// Drops the server's end of the connection. Returns the names of the events recorded after the accept,
    /// and the details of the close.
    async fn close(self) -> (Vec<String>, Close) {
        let Self { tap, memory, server, client } = self;
        let sock = server.sock().unwrap();
        drop(server);
        drop(client);
        tap.finish().await.unwrap();
        let mine: Vec<Event> = memory.events().into_iter().filter(|event| event.sock == Some(sock)).collect();
        let calls = mine.iter().skip(1).map(call).collect();
        match &mine.last().unwrap().op {
            Op::Close(close) => (calls, (**close).clone()),
            other => panic!("not a close: {other:?}"),
        }
    }
}

fn call(event: &Event) -> String {
    let name = event.op.name();
    match &event.op {
        _ if event.error.is_some() => format!("{name} fails"),
        Op::Read(read) if read.eof => "end of stream".to_owned(),
        _ => name.to_owned(),
    }
}

#[tokio::test]
async fn dropped_stream_is_recorded_as_ended_by_local() {
    let mut connection = Connection::new().await;
    connection.server.write_all(b"bye").await.unwrap();
    let (calls, close) = connection.close().await;
    assert_eq!(calls, ["write", "close"]);
    assert_eq!((close.ended_by, close.aborted, close.errno), (Some(EndedBy::Local), false, None));
}

#[tokio::test]
async fn reads_after_local_shutdown_are_recorded() {
    let mut connection = Connection::new().await;
    connection.server.shutdown().await.unwrap();
    assert_eq!(connection.client().read(&mut [0; 1]).await.unwrap(), 0);
    connection.client().write_all(b"late").await.unwrap();
    connection.client().shutdown().await.unwrap();
    let mut late = [0; 4];
    connection.server.read_exact(&mut late).await.unwrap();
    assert_eq!(connection.server.read(&mut late).await.unwrap(), 0);
    let (calls, close) = connection.close().await;
    assert_eq!(calls, ["shutdown", "read", "end of stream", "close"]);
    assert_eq!((close.ended_by, close.aborted), (Some(EndedBy::Local), false));
    assert_eq!(close.totals.rx, 4);
}

#[tokio::test]
async fn eof_is_recorded_as_ended_by_peer() {
    let mut connection = Connection::new().await;
    connection.client().shutdown().await.unwrap();
    assert_eq!(connection.server.read(&mut [0; 1]).await.unwrap(), 0);
    let (calls, close) = connection.close().await;
    assert_eq!(calls, ["end of stream", "close"]);
    assert_eq!((close.ended_by, close.aborted, close.errno), (Some(EndedBy::Peer), false, None));
}

#[tokio::test]
async fn abort_by_peer_is_recorded_as_reset() {
    let mut connection = Connection::new().await;
    connection.server.write_all(b"unread").await.unwrap();
    connection.client().get_ref().readable().await.unwrap();
    // The close is an abort, because the client has unread bytes.
    drop(connection.client.take());
    let error = connection.server.read(&mut [0; 1]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let (calls, close) = connection.close().await;
    assert_eq!(calls, ["write", "read fails", "close"]);
    assert_eq!((close.ended_by, close.errno), (Some(EndedBy::Reset), error.raw_os_error()));
    assert!(!close.aborted, "we sent no RST: the connection was gone");
}

/// The server aborts in both ways: by closing with unread bytes, and by closing with `SO_LINGER` 0. The
/// client's read error proves the abort.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn close_event_records_an_abort_by_this_side() {
    for unread in [0, 6] {
        let mut connection = Connection::new().await;
        if unread > 0 {
            connection.client().write_all(b"unread").await.unwrap();
            connection.server.get_ref().readable().await.unwrap();
        } else {
            socket2::SockRef::from(connection.server.get_ref())
                .set_linger(Some(std::time::Duration::ZERO))
                .unwrap();
        }
        let mut client = connection.client.take().unwrap();
        let (calls, close) = connection.close().await;
        assert_eq!(client.read(&mut [0; 1]).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(calls, ["close"]);
        assert_eq!((close.ended_by, close.aborted), (Some(EndedBy::Local), true));
        assert_eq!(close.tcp.unwrap().unread, unread);
    }
}

/// The server closes with unread bytes, but the client has already reset the connection, so the close sends
/// no RST.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn close_after_peer_reset_records_no_abort() {
    let mut connection = Connection::new().await;
    connection.client().write_all(b"unread").await.unwrap();
    let client = connection.client.take().unwrap();
    socket2::SockRef::from(client.get_ref()).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(client);
    connection.server.get_ref().ready(tokio::io::Interest::ERROR).await.unwrap();
    let (_, close) = connection.close().await;
    let tcp = close.tcp.unwrap();
    assert_eq!((tcp.state.as_str(), tcp.unread, close.aborted), ("CLOSE", 6, false));
}

#[tokio::test]
async fn ipv6_connection_is_recorded() {
    if let Err(error) = std::net::TcpListener::bind("[::1]:0") {
        return eprintln!("skipped: this machine has no IPv6 on loopback ({error})");
    }
    let mut connection = Connection::on("[::1]:0").await;
    connection.client().write_all(b"six").await.unwrap();
    connection.server.read_exact(&mut [0; 3]).await.unwrap();
    let (local, peer) = (connection.server.local_addr().unwrap(), connection.server.peer_addr().unwrap());
    let (tap, memory) = (connection.tap.clone(), connection.memory.clone());
    drop(connection);
    tap.finish().await.unwrap();
    let events = memory.events();
    assert!(matches!(&events[0].op, Op::Socket { domain: Domain::Ipv6, .. }), "{:?}", events[0]);
    let accepted = events.iter().find_map(|event| match &event.op {
        Op::Accept { local, peer, .. } => Some((local.clone(), peer.clone())),
        _ => None,
    });
    assert_eq!(accepted, Some((Some(local.into()), Some(peer.into()))));
    assert!(local.is_ipv6() && peer.is_ipv6());
}
