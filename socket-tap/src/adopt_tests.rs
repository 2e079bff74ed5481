use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::TapListener;
use crate::close::{Close, EndedBy};
use crate::event::Event;
use crate::sink::Memory;

fn recording() -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("test").sink(memory.clone()).start().unwrap(), memory)
}

fn names(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{} {}", event.sock.unwrap(), event.op.name())).collect()
}

fn end(event: &Event) -> &Close {
    match &event.op {
        Op::Close(close) | Op::Release(close) => close,
        other => panic!("not an end: {other:?}"),
    }
}

#[tokio::test]
async fn from_tokio_records_an_adopt_event() {
    let (tap, memory) = recording();
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, fd) = (inner.local_addr().unwrap(), fd_of(&inner));
    let listener = TapListener::from_tokio(&tap, inner);
    let client = TapStream::from_tokio(&tap, TcpStream::connect(address).await.unwrap());
    let (server, from) = listener.accept().await.unwrap();
    let nodelay = client.get_ref().nodelay().unwrap();
    let client_fd = fd_of(client.get_ref());
    drop((server, client, listener));
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["1 adopt", "2 adopt", "3 accept", "3 close", "2 close", "1 close"]);
    assert!(!nodelay, "adopting changes no option");
    assert_eq!(events[0].op, ip(SocketKind::Listener, fd, Some(address), None));
    assert_eq!(events[1].op, ip(SocketKind::Stream, client_fd, Some(from), Some(address)));
    #[cfg(target_os = "linux")]
    assert!(end(&events[4]).tcp.is_some(), "its file descriptor is known");
}

#[tokio::test]
async fn kind_and_addresses_of_wrapped_stream_are_recorded() {
    let (tap, memory) = recording();
    let (ours, mut theirs) = tokio::io::duplex(64);
    let peer: SocketAddr = "192.0.2.1:443".parse().unwrap();
    let mut stream = TapStream::wrap(&tap, ours, Origin::new("tls").over(SockId::new(7)).peer(peer));
    theirs.write_all(b"hello").await.unwrap();
    stream.read_exact(&mut [0; 5]).await.unwrap();
    assert_eq!((stream.sock(), tap.open_streams()), (SockId::new(1), 1));
    drop(stream);
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["1 adopt", "1 read", "1 close"]);
    let expected = Op::Adopt {
        fd: None,
        domain: "tls".into(),
        kind: "stream".into(),
        on: SockId::new(7),
        local: None,
        peer: Some(peer.into()),
    };
    assert_eq!(events[0].op, expected);
    assert_eq!((end(&events[2]).totals.rx, end(&events[2]).ended_by), (5, Some(EndedBy::Local)));
}

#[tokio::test]
async fn into_inner_records_release_event_instead_of_close() {
    let (tap, memory) = recording();
    let (ours, mut theirs) = tokio::io::duplex(64);
    let mut stream = TapStream::wrap(&tap, ours, "memory");
    stream.write_all(b"recorded").await.unwrap();
    let mut inner = stream.into_inner();
    assert_eq!(tap.open_streams(), 0);
    inner.write_all(b" and not").await.unwrap();
    drop(inner);
    let mut all = String::new();
    theirs.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "recorded and not", "the stream was still open");
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["1 adopt", "1 write", "1 release"]);
    assert_eq!((end(&events[2]).totals.tx, end(&events[2]).ended_by), (8, None));
}

#[tokio::test]
async fn wrapped_stream_records_nothing_when_tap_is_off() {
    let (ours, _theirs) = tokio::io::duplex(64);
    let mut stream = TapStream::wrap(&Tap::off(), ours, "memory");
    stream.write_all(b"x").await.unwrap();
    assert_eq!(stream.sock(), None);
    drop(stream.into_inner());
}
