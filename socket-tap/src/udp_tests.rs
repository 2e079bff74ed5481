use std::io::ErrorKind;

use super::*;
use crate::adopt::ip;
use crate::close::Totals;
use crate::event::{Datagram, Domain, Event, SocketKind};
use crate::pending_socket::fd_of;
use crate::sink::Memory;
use crate::tap::Tap;

fn recording(capture: usize) -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("test").capture(capture).sink(memory.clone()).start().unwrap(), memory)
}

async fn unrecorded() -> TapUdpSocket {
    TapUdpSocket::bind(&Tap::off(), "127.0.0.1:0").await.unwrap()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.op.name()).collect()
}

fn datagrams(events: &[Event]) -> Vec<&Datagram> {
    let datagram = |event| match event {
        &Event { op: Op::SendTo(ref datagram) | Op::RecvFrom(ref datagram), .. } => Some(datagram),
        _ => None,
    };
    events.iter().filter_map(datagram).collect()
}

fn totals(events: &[Event]) -> Totals {
    match &events.last().unwrap().op {
        Op::Close(close) => close.totals,
        other => panic!("not a close: {other:?}"),
    }
}

#[tokio::test]
async fn datagrams_are_recorded_with_peer_and_payload() {
    let (tap, memory) = recording(3);
    let server = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap();
    let local = server.local_addr().unwrap();
    let mut peers = Vec::new();
    for request in [&b"first"[..], b"", b"x"] {
        let client = unrecorded().await;
        assert_eq!(client.send_to(request, local).await.unwrap(), request.len());
        let mut buf = [0; 16];
        let (length, peer) = server.recv_from(&mut buf).await.unwrap();
        assert_eq!((&buf[..length], peer), (request, client.local_addr().unwrap()));
        assert_eq!(server.send_to(b"answer", peer).await.unwrap(), 6);
        assert_eq!(client.recv_from(&mut buf).await.unwrap(), (6, local));
        peers.push(Some(Addr::from(peer)));
    }
    drop(server);
    assert_eq!(tap.finish().await.unwrap().open, 0);
    let events = memory.events();
    let calls = ["socket", "bind", "recvfrom", "sendto", "recvfrom", "sendto", "recvfrom", "sendto", "close"];
    assert_eq!(names(&events), calls);
    let Op::Socket { kind, domain, fd } = &events[0].op else { panic!() };
    assert_eq!((kind, domain, fd.is_some()), (&SocketKind::Datagram, &Domain::Ipv4, cfg!(unix)));
    assert_eq!(events[1].op, Op::Bind { local: Some(local.into()) });
    let got: Vec<_> = datagrams(&events)
        .into_iter()
        .map(|datagram| (datagram.bytes, datagram.data.as_deref().unwrap(), datagram.truncated))
        .collect();
    let response = (6, &b"ans"[..], false);
    assert_eq!(
        got,
        [(5, &b"fir"[..], false), response, (0, b"", false), response, (1, b"x", false), response]
    );
    let of: Vec<_> = datagrams(&events).chunks(2).map(|pair| (&pair[0].peer, &pair[1].peer)).collect();
    assert_eq!(of, peers.iter().map(|peer| (peer, peer)).collect::<Vec<_>>());
    assert_eq!(totals(&events), Totals { rx: 6, tx: 18, reads: 3, writes: 3 });
}

#[cfg(unix)]
#[tokio::test]
async fn report_truncation_option_marks_truncated_datagrams() {
    let (tap, memory) = recording(100);
    let server = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap().report_truncation(true);
    let client = unrecorded().await;
    client.connect(server.local_addr().unwrap()).await.unwrap();
    for datagram in [&b"just fits"[..], b"much too long"] {
        client.send(datagram).await.unwrap();
        let mut buf = [0; 9];
        assert_eq!(server.recv(&mut buf).await.unwrap(), 9);
        assert_eq!(buf, datagram[..9]);
    }
    drop(server);
    tap.finish().await.unwrap();
    let events = memory.events();
    let got: Vec<_> = datagrams(&events)
        .into_iter()
        .map(|datagram| {
            (datagram.bytes, datagram.truncated, datagram.length, datagram.data.as_deref().unwrap())
        })
        .collect();
    let length = cfg!(any(target_os = "linux", target_os = "android")).then_some(13);
    assert_eq!(got, [(9, false, None, &b"just fits"[..]), (9, true, length, b"much too ")]);
    assert_eq!(totals(&events).rx, 18, "what the program got");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connected_udp_socket_records_peer_and_connection_refused() {
    let (tap, memory) = recording(0);
    let friend = unrecorded().await;
    let socket = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap();
    friend.send_to(b"hello", socket.local_addr().unwrap()).await.unwrap();
    let (_, nobody) = socket.recv_from(&mut [0; 8]).await.unwrap();
    socket.connect(nobody).await.unwrap();
    assert_eq!(socket.peer_addr().unwrap(), nobody);
    drop(friend);
    // The kernel reports the refusal on the next call. tokio makes that call at once, because the socket was readable a
    // moment ago.
    assert_eq!(socket.send(b"anyone?").await.unwrap(), 7);
    let refused = socket.recv(&mut [0; 8]).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    drop(socket);
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["socket", "bind", "recvfrom", "connect", "sendto", "recvfrom", "close"]);
    assert!(matches!(&events[3].op, Op::Connect { peer: Some(peer), .. } if *peer == nobody.into()));
    assert_eq!(datagrams(&events)[1].peer, None, "the one that it is connected to");
    assert_eq!(events[5].error.as_ref().unwrap().errno, refused.raw_os_error());
    assert_eq!(totals(&events), Totals { rx: 5, tx: 7, reads: 1, writes: 1 });
}

#[tokio::test]
async fn failed_udp_bind_and_send_are_recorded() {
    let (tap, memory) = recording(0);
    let first = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap();
    let taken = first.local_addr().unwrap();
    assert_eq!(TapUdpSocket::bind(&tap, taken).await.unwrap_err().kind(), ErrorKind::AddrInUse);
    // Longer than any datagram over IPv4.
    let too_long = first.send_to(&[0; 70_000], taken).await.unwrap_err();
    drop(first);
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["socket", "bind", "socket", "bind", "close", "sendto", "close"]);
    assert_eq!(events[3].error.as_ref().unwrap().reason, "address in use");
    assert_eq!(events[5].error.as_ref().unwrap().errno, too_long.raw_os_error());
    assert_eq!(datagrams(&events)[0].peer, Some(taken.into()), "to whom it was to go");
}

#[tokio::test]
async fn existing_udp_socket_can_be_recorded() {
    let (tap, memory) = recording(0);
    let inner = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (local, fd) = (inner.local_addr().unwrap(), fd_of(&inner));
    drop(TapUdpSocket::from_tokio(&tap, inner));
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["adopt", "close"]);
    assert_eq!(events[0].op, ip(SocketKind::Datagram, fd, Some(local), None));
}

#[tokio::test]
async fn into_inner_records_release_event_instead_of_close() {
    let (tap, memory) = recording(0);
    let inner = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    inner.set_nonblocking(true).unwrap();
    let socket = TapUdpSocket::from_std(&tap, inner).unwrap();
    let client = unrecorded().await;
    client.send_to(b"hello", socket.local_addr().unwrap()).await.unwrap();
    socket.recv_from(&mut [0; 8]).await.unwrap();
    drop(socket.into_inner());
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["adopt", "recvfrom", "release"]);
    let Op::Release(end) = &events[2].op else { panic!() };
    assert_eq!((end.totals.rx, end.totals.reads), (5, 1));
}
