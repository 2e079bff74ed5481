//! Tests of the socket table with real sockets. Each test looks only at ports that it has opened itself.

use std::net::SocketAddr;

use rustix::event::{PollFd, PollFlags, poll};
use socket_tap::format::{Header, Side};
use socket_tap::{Tap, TapListener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};

use super::traced::Traced;
use super::*;
use crate::reader::Trace;
use crate::timeline::fixture::header_line;

/// Returns the rows with the port of `address`.
fn rows_of(address: SocketAddr) -> Vec<Row> {
    table(&Filter::port(address.port())).unwrap()
}

/// Returns the row of the socket that is bound to `local`.
fn at(rows: &[Row], proto: Proto, local: SocketAddr) -> &Row {
    let fits = |row: &&Row| row.proto == proto && row.local == local && row.foreign.port() == 0;
    rows.iter().find(fits).unwrap_or_else(|| panic!("nothing at {local}: {rows:#?}"))
}

/// Returns the row of the end of a connection with these addresses.
fn end(rows: &[Row], local: SocketAddr, foreign: SocketAddr) -> Option<&Row> {
    rows.iter().find(|row| row.local == local && row.foreign == foreign)
}

/// Opens a listener and a connection to it. Returns the listener and both ends of the connection.
async fn connection() -> (TcpListener, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (listener, client, server)
}

#[tokio::test]
async fn listener_shows_waiting_connections_and_backlog() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(7).unwrap();
    let address = listener.local_addr().unwrap();
    let before = at(&rows_of(address), Proto::Tcp, address).clone();
    assert_eq!((before.state, before.recv_queue, before.backlog), (Some(State::Listen), 0, Some(7)));
    assert_eq!((before.process.unwrap().pid, before.owned), (std::process::id(), true));

    let _client = TcpStream::connect(address).await.unwrap();
    poll(&mut [PollFd::new(&listener, PollFlags::IN)], None).unwrap();
    let waiting = at(&rows_of(address), Proto::Tcp, address).clone();
    assert_eq!((waiting.recv_queue, waiting.backlog), (1, Some(7)));
    let waiting = changes::unmarked(&[waiting]);
    assert!(text::legend(&waiting).starts_with(&format!("! {address}  ")));
    assert!(text::rows(&waiting, false).contains("  1       7  127.0.0.1:"));
}

#[tokio::test]
async fn local_connection_has_two_rows() {
    let (listener, mut client, server) = connection().await;
    client.write_all(b"unread").await.unwrap();
    server.readable().await.unwrap();
    let (address, ours) = (listener.local_addr().unwrap(), client.local_addr().unwrap());
    let rows = rows_of(address);
    let (server, client) = (end(&rows, address, ours).unwrap(), end(&rows, ours, address).unwrap());
    assert_eq!((server.state, server.recv_queue), (Some(State::Established), 6));
    assert_eq!((client.state, client.recv_queue), (Some(State::Established), 0));
}

#[tokio::test]
async fn socket_in_time_wait_has_no_process() {
    let (listener, mut client, mut server) = connection().await;
    let (address, ours) = (listener.local_addr().unwrap(), client.local_addr().unwrap());
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop(server);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    drop(client);
    let rows = rows_of(address);
    let client = end(&rows, ours, address).unwrap();
    assert_eq!((client.state, &client.process, client.owned), (Some(State::TimeWait), &None, false));
    let server = end(&rows, address, ours);
    assert_ne!(server.and_then(|server| server.state), Some(State::TimeWait), "{rows:#?}");
}

#[tokio::test]
async fn process_filter_includes_time_wait_sockets_of_listeners() {
    let (listener, mut client, mut server) = connection().await;
    let (address, ours) = (listener.local_addr().unwrap(), client.local_addr().unwrap());
    server.shutdown().await.unwrap();
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop(server);
    let rows = table(&Filter::pid(std::process::id())).unwrap();
    assert_eq!(end(&rows, address, ours).map(|row| row.state), Some(Some(State::TimeWait)));
}

#[tokio::test]
async fn socket_is_in_close_wait_until_program_closes() {
    let (listener, client, mut server) = connection().await;
    let (address, ours) = (listener.local_addr().unwrap(), client.local_addr().unwrap());
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    let rows = rows_of(address);
    let server = end(&rows, address, ours).unwrap();
    assert_eq!(server.state, Some(State::CloseWait));
    assert_eq!(server.process.as_ref().unwrap().pid, std::process::id());
}

#[tokio::test]
async fn only_connected_udp_has_a_state() {
    let one = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (to, from) = (one.local_addr().unwrap(), other.local_addr().unwrap());
    other.connect(to).await.unwrap();
    other.send(b"unread").await.unwrap();
    one.readable().await.unwrap();
    let rows = rows_of(to);
    let bound = at(&rows, Proto::Udp, to);
    assert_eq!(bound.state, None);
    assert!(bound.recv_queue > 0, "the kernel adds its own overhead: {bound:?}");
    assert_eq!(end(&rows, from, to).map(|row| row.state), Some(Some(State::Established)));
}

#[tokio::test]
async fn ipv6_sockets_are_shown_as_tcp6() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        return eprintln!("skipped: this machine has no IPv6 on loopback");
    };
    let address = listener.local_addr().unwrap();
    assert!(at(&rows_of(address), Proto::Tcp6, address).backlog.is_some());
}

#[tokio::test]
async fn sockets_are_filtered_by_address_and_process() {
    let (listener, client, _server) = connection().await;
    let (address, ours) = (listener.local_addr().unwrap(), client.local_addr().unwrap());
    let by_address = Filter { addresses: [ours].into(), ..Filter::default() };
    // An earlier connection may have had the same port and be in TIME_WAIT.
    let rows = table(&by_address).unwrap();
    assert!(end(&rows, address, ours).is_some() && end(&rows, ours, address).is_some(), "{rows:#?}");
    assert!(rows.iter().all(|row| row.local == ours || row.foreign == ours), "not the listener: {rows:#?}");
    let rows = table(&Filter::pid(std::process::id())).unwrap();
    assert!(end(&rows, address, ours).is_some());
    let me = |row: &Row| row.process.as_ref().is_none_or(|process| process.pid == std::process::id());
    assert!(rows.iter().all(me), "{rows:#?}");
    assert!(table(&Filter::pid(u32::MAX)).unwrap().is_empty());
    assert!(table(&Filter::default()).unwrap().len() >= 3);
}

#[tokio::test]
async fn trace_filter_shows_sockets_of_client_and_server() {
    let path = std::env::temp_dir().join(format!("socket-trace-sockets-{}.jsonl", std::process::id()));
    let tap = Tap::server("sockets").file(&path).unwrap().start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = TcpStream::connect(address).await.unwrap();
    let (_server, peer) = listener.accept().await.unwrap();
    // The trace is still being recorded.
    tap.flush().await;
    let traced = Traced::of(Trace::open(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((traced.gone, traced.filter.ports.contains(&address.port())), (None, true));
    assert!(traced.filter.pids.contains(&std::process::id()));
    let rows = table(&Filter { pids: [].into(), ..traced.filter }).unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert!(end(&rows, address, peer).is_some() && end(&rows, peer, address).is_some(), "{rows:#?}");
}

/// Process ids are reused: a process that started after the recording is not the recorder.
#[test]
fn later_process_with_same_pid_is_not_recorder() {
    let trace = |pid: u32, monotonic_ns: u64| {
        let mut header = Header::new("old", Side::Client);
        (header.pid, header.monotonic_ns) = (pid, monotonic_ns);
        let connect = r#"{"t":1,"sock":1,"op":"connect","local":"127.0.0.1:9","peer":"192.0.2.7:443"}"#;
        let lines = format!("{}\n{connect}\n", header_line(&header));
        Traced::of(Trace::read("old", Box::new(std::io::Cursor::new(lines))).unwrap()).unwrap()
    };
    let (me, now) = (std::process::id(), socket_tap::monotonic_ns());
    assert_eq!(trace(me, now).gone, None);
    assert_eq!(trace(me, 0).gone, Some(me), "the recording began when the machine started");
    assert_eq!(trace(me, now + 1_000_000_000_000).gone, Some(me), "the recording began before a reboot");
    let gone = trace(u32::MAX, now);
    assert_eq!(gone.gone, Some(u32::MAX));
    assert!(gone.filter.addresses.contains(&"192.0.2.7:443".parse().unwrap()));
}
