use tokio::io::AsyncReadExt as _;

use super::*;
use crate::event::{Event, Op};
use crate::sink::Memory;
use crate::{Tap, TapListener};

struct Pair {
    tap: Tap,
    memory: Memory,
    server: TapStream,
    client: TapStream,
}

async fn pair() -> Pair {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    Pair { server: TapStream::from_tokio(&tap, server.into_inner()), tap, memory, client }
}

async fn events(tap: &Tap, memory: &Memory) -> Vec<Event> {
    tap.finish().await.unwrap();
    memory.events()
}

#[tokio::test]
async fn non_blocking_calls_are_recorded() {
    let Pair { tap, memory, server, mut client } = pair().await;
    assert_eq!(server.try_read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    server.writable().await.unwrap();
    assert_eq!(server.try_write(b"one").unwrap(), 3);
    assert_eq!(server.try_write_vectored(&[IoSlice::new(b"tw"), IoSlice::new(b"o")]).unwrap(), 3);
    client.read_exact(&mut [0; 6]).await.unwrap();
    client.try_write(b"back").unwrap();
    server.readable().await.unwrap();
    assert_eq!(server.peek(&mut [0; 2]).await.unwrap(), 2);
    assert_eq!(server.try_read(&mut [0; 8]).unwrap(), 4);
    drop(client);
    server.readable().await.unwrap();
    assert_eq!(server.try_read(&mut [0; 8]).unwrap(), 0);
    assert!(server.take_error().unwrap().is_none());
    drop(server);
    let seen: Vec<String> = events(&tap, &memory).await.iter().map(seen).collect();
    assert_eq!(seen, ["adopt", "write 3 None", "write 3 Some(2)", "read 4", "read eof", "close"]);
}

fn seen(event: &Event) -> String {
    match &event.op {
        Op::Write(write) => format!("write {} {:?}", write.bytes, write.slices),
        Op::Read(read) if read.eof => "read eof".to_owned(),
        Op::Read(read) => format!("read {}", read.bytes),
        Op::Option { name, value } => format!("{name} {value}"),
        other => other.name().to_owned(),
    }
}

#[tokio::test]
async fn options_set_on_a_stream_are_recorded() {
    let Pair { tap, memory, server, client: _client } = pair().await;
    server.set_nodelay(true).unwrap();
    server.set_ttl(9).unwrap();
    server.set_linger(Some(Duration::ZERO)).unwrap();
    server.set_linger(None).unwrap();
    assert_eq!((server.nodelay().unwrap(), server.ttl().unwrap()), (true, 9));
    assert_eq!(server.linger().unwrap(), None);
    drop(server.into_std().unwrap());
    let seen: Vec<String> = events(&tap, &memory).await.iter().map(seen).collect();
    assert_eq!(seen, ["adopt", "TCP_NODELAY 1", "IP_TTL 9", "SO_LINGER 0", "SO_LINGER -1", "release"]);
}

/// Polls a tapped stream that is not `Unpin`, so it must not move after it is pinned.
#[tokio::test]
async fn stream_that_is_not_unpin_is_recorded() {
    use std::marker::PhantomPinned;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, ReadBuf};

    struct Pinned(PhantomPinned);

    impl AsyncRead for Pinned {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            buf.put_slice(b"pinned");
            Poll::Ready(Ok(()))
        }
    }

    let stream = TapStream::wrap(&Tap::off(), Pinned(PhantomPinned), "pinned");
    let mut stream = pin!(stream);
    let mut buf = [0; 8];
    assert_eq!(stream.read(&mut buf).await.unwrap(), 6);
}

#[tokio::test]
async fn conn_info_has_addresses_when_tap_is_off() {
    let Pair { tap: _tap, server, client, .. } = pair().await;
    let (ours, theirs) = (server.conn_info(), client.conn_info());
    assert_eq!((ours.sock, theirs.sock), (server.sock(), None));
    assert_eq!(ours.local, theirs.peer);
    assert_eq!(ours.peer, theirs.local);
    assert_eq!(ours.peer, Some(client.local_addr().unwrap().into()));
    assert!(ours.since >= theirs.since, "the client connected first");
}
