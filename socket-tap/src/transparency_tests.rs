//! Tests that a program with the tap sees the same behavior of its sockets as without.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use socket2::SockRef;
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

use crate::event::Op;
use crate::sink::Memory;
use crate::{Tap, TapListener, TapStream};

struct Pair {
    tap: Tap,
    memory: Memory,
    client: TapStream,
    server: TapStream,
}

async fn pair() -> Pair {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let client = TapStream::connect(&tap, listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    Pair { tap, memory, client, server }
}

#[tokio::test]
async fn full_send_buffer_makes_writes_wait() {
    let Pair { tap, memory, mut client, mut server } = pair().await;
    let chunk = vec![7; 64 * 1024];
    let mut written = 0;
    // Fills the kernel's buffer. The tap returns the results of the inner stream, and buffers nothing.
    loop {
        let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut server).poll_write(cx, &chunk))).await;
        match polled {
            Poll::Ready(taken) => written += taken.unwrap(),
            Poll::Pending => break,
        }
    }
    let mut received = vec![0; written];
    client.read_exact(&mut received).await.unwrap();
    server.write_all(b"on").await.unwrap();
    client.read_exact(&mut [0; 2]).await.unwrap();
    tap.flush().await;
    let events = memory.events();
    let wrote = events.iter().filter_map(|event| match &event.op {
        Op::Write(transfer) => Some(transfer.bytes),
        _ => None,
    });
    assert_eq!(wrote.sum::<u64>(), written as u64 + 2, "pending writes are not recorded");
}

#[tokio::test]
async fn cancelled_read_loses_no_bytes() {
    let Pair { tap, memory, mut client, mut server } = pair().await;
    {
        let mut space = [0; 8];
        let mut buf = ReadBuf::new(&mut space);
        let cancelled = poll_fn(|cx| Poll::Ready(Pin::new(&mut server).poll_read(cx, &mut buf))).await;
        assert!(cancelled.is_pending());
    }
    tap.flush().await;
    let before = memory.events().len();
    client.write_all(b"whole").await.unwrap();
    let mut got = [0; 5];
    server.read_exact(&mut got).await.unwrap();
    assert_eq!(&got, b"whole");
    tap.flush().await;
    let names: Vec<String> =
        memory.events()[before..].iter().map(|event| event.op.name().to_owned()).collect();
    assert_eq!(names, ["write", "read"], "a pending read is recorded once, when it completes");
}

#[tokio::test]
async fn cancelled_accept_loses_no_connection() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    {
        let mut accept = pin!(listener.accept());
        assert!(poll_fn(|cx| Poll::Ready(accept.as_mut().poll(cx))).await.is_pending());
    }
    let client = TcpStream::connect(address).await.unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
}

#[tokio::test]
async fn socket_options_equal_those_of_tokio() {
    let Pair { client, server, .. } = pair().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    for stream in [&client, &server] {
        assert_eq!(stream.get_ref().nodelay().unwrap(), plain.nodelay().unwrap());
        let (tapped, plain) = (SockRef::from(stream.get_ref()), SockRef::from(&plain));
        assert_eq!(tapped.keepalive().unwrap(), plain.keepalive().unwrap());
        assert_eq!(tapped.linger().unwrap(), plain.linger().unwrap());
        assert_eq!(tapped.read_timeout().unwrap(), plain.read_timeout().unwrap());
    }
}
