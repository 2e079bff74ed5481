use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _};

use super::*;
use crate::sink::Memory;
use crate::{TapListener, TapStream, TapUdpSocket};

#[tokio::test]
async fn open_socket_has_totals_queues_and_ended_by() {
    let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let mut client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (mut server, peer) = listener.accept().await.unwrap();
    let udp = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap();

    client.write_all(b"ping and more").await.unwrap();
    client.shutdown().await.unwrap();
    server.read_exact(&mut [0; 4]).await.unwrap();
    server.write_all(b"pong").await.unwrap();

    let open = tap.open_sockets();
    let kinds: Vec<bool> = open.iter().map(|socket| socket.is_stream).collect();
    assert_eq!(kinds, [false, true, false], "listener, stream, datagram socket: {open:?}");
    let stream = &open[1];
    assert_eq!(Some(stream.sock), server.sock());
    assert_eq!(stream.peer, Some(peer.into()));
    assert_eq!((stream.totals.rx, stream.totals.tx), (4, 4));
    assert!(stream.idle() <= stream.since.elapsed());
    #[cfg(target_os = "linux")]
    assert_eq!(stream.receive_queue, Some(9));
    assert!(!stream.is_shut_down && stream.ended_by.is_none());

    server.read_to_end(&mut Vec::new()).await.unwrap();
    server.shutdown().await.unwrap();
    let stream = tap.open_sockets().swap_remove(1);
    assert!(stream.is_shut_down && stream.ended_by == Some(EndedBy::Peer));
    assert_eq!(stream.waiting_for(), WaitingFor::PeerClose);
    assert!(stream.to_string().ends_with(": waiting for the peer to close"), "{stream}");

    drop((server, listener, udp));
    assert!(tap.open_sockets().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn bytes_unread_by_peer_stay_in_send_queue() {
    let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let _client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    let bytes = vec![7; 64 * 1024];
    // Fills the kernel's buffer.
    while poll_fn(|cx| Poll::Ready(Pin::new(&mut server).poll_write(cx, &bytes))).await.is_ready() {}
    let stream = tap.open_sockets().swap_remove(1);
    assert!(stream.send_queue.unwrap() > 0, "{stream:?}");
    assert_eq!(stream.waiting_for(), WaitingFor::PeerRead);
    assert!(stream.to_string().ends_with(" B unacknowledged: waiting for the peer to read"), "{stream}");
}
