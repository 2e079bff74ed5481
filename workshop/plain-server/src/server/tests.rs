//! Tests of requests that the clients in this crate never send.

use std::net::SocketAddr;
use std::time::Duration;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use socket_tap::Tap;
use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinHandle;

use crate::{Limits, Sockets};

struct Server {
    address: SocketAddr,
    shutdown: Shutdown,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        Self::recorded(&Tap::off(), limits).await
    }

    async fn recorded(tap: &Tap, limits: Limits) -> Self {
        let any = ([127, 0, 0, 1], 0).into();
        let sockets = Sockets::bind(tap, tap, any, "--listen").await.unwrap();
        let (address, shutdown) = (sockets.local_addr().unwrap(), Shutdown::new());
        assert_eq!(sockets.tcp.local_addr().unwrap(), address);
        let task = tokio::spawn(super::serve(sockets, Shelf::seeded(), shutdown.clone(), limits));
        Self { address, shutdown, task }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }
}

async fn receive(client: &UdpSocket) -> String {
    let mut datagram = [0; 2048];
    let length = client.recv(&mut datagram).await.unwrap();
    String::from_utf8(datagram[..length].to_vec()).unwrap()
}

async fn read_to_end(client: &mut TcpStream) -> String {
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn udp_server_responds_to_requests_only() {
    let server = Server::start(Limits::default()).await;
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    client.connect(server.address).await.unwrap();
    let noise: [&[u8]; 6] = [b"", b"\n", b"\xff\xfe", b"hello", b"{\"error\":\"yours?\"}\n", &[0; 60_000]];
    for datagram in noise {
        client.send(datagram).await.unwrap();
    }
    let long = format!("get 1{}", " ".repeat(60));
    for (request, response) in [
        ("get 99 #1", "#1 {\"error\":"),
        ("get one #2", "#2 {\"error\":"),
        ("get 1\nget 2\n", "{\"error\":"),
        (&long, "{\"error\":"),
        ("get 2 #3", "#3 {\"id\":2,"),
    ] {
        client.send(request.as_bytes()).await.unwrap();
        let received = receive(&client).await;
        assert!(received.starts_with(response), "{request:?}: {received}");
    }
    server.stop().await;
}

#[tokio::test]
async fn tcp_requests_are_separated_by_line_feeds() {
    let server = Server::start(Limits::default()).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    for part in ["ge", "t 1\nget 99 ", "#5\r\n\nget", " 2\nget 3"] {
        client.write_all(part.as_bytes()).await.unwrap();
        tokio::task::yield_now().await;
    }
    // The last line is incomplete and therefore not a request.
    client.shutdown().await.unwrap();
    let response = read_to_end(&mut client).await;
    let lines: Vec<&str> = response.lines().collect();
    let begin = ["{\"id\":1,", "#5 {\"error\":", "{\"error\":", "{\"id\":2,"];
    assert_eq!(lines.len(), begin.len(), "{response}");
    for (line, begin) in lines.iter().zip(begin) {
        assert!(line.starts_with(begin), "{line} {begin}");
    }
    server.stop().await;
}

#[tokio::test]
async fn unterminated_request_line_is_refused() {
    let recording = Memory::new();
    let tap = Tap::server("plain").sink(recording.clone()).start().unwrap();
    let server =
        Server::recorded(&tap, Limits { idle_timeout: Duration::from_secs(3600), ..Limits::default() }).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    // More than one read of the server returns.
    client.write_all(&[b'x'; 30_000]).await.unwrap();
    let response = tokio::time::timeout(Duration::from_secs(10), read_to_end(&mut client)).await.unwrap();
    assert!(response.starts_with("{\"error\":"), "{response}");
    assert_eq!(response.lines().count(), 1);
    server.stop().await;
    tap.finish().await.unwrap();
    let reset = |event: &Event| matches!(&event.op, Op::Close(close) if close.aborted);
    assert!(!recording.events().iter().any(reset), "unread bytes turn a close into a reset");
}

#[tokio::test]
async fn idle_client_is_disconnected() {
    let limits = Limits { idle_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::start(limits).await;
    for sent in ["", "get", "get 1\n", "get 1\nget"] {
        let mut client = TcpStream::connect(server.address).await.unwrap();
        client.write_all(sent.as_bytes()).await.unwrap();
        let lines = sent.matches('\n').count();
        let responses = read_to_end(&mut client).await;
        assert_eq!(responses.lines().count(), lines, "{sent:?}: {responses}");
    }
    server.stop().await;
}

#[tokio::test]
async fn requests_restart_the_idle_timeout() {
    let server = Server::start(Limits { idle_timeout: Duration::from_secs(1), ..Limits::default() }).await;
    let mut client = BufReader::new(TcpStream::connect(server.address).await.unwrap());
    for _ in 0..4 {
        client.write_all(b"get 1\n").await.unwrap();
        assert!(client.read_line(&mut String::new()).await.unwrap() > 0);
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn excess_connection_waits_in_the_backlog() {
    let server = Server::start(Limits { max_connections: 1, ..Limits::default() }).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(b"get 1\n").await.unwrap();
    first.read_u8().await.unwrap();
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(b"get 2\n").await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(50), second.read_u8()).await;
    assert!(early.is_err(), "{early:?}");
    drop(first);
    assert_eq!(second.read_u8().await.unwrap(), b'{');
    drop(second);
    server.stop().await;
}

#[tokio::test]
async fn open_connection_does_not_delay_the_shutdown() {
    let server = Server::start(Limits::default()).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"get 1\n").await.unwrap();
    client.read_u8().await.unwrap();
    server.stop().await;
    assert!(read_to_end(&mut client).await.ends_with("}\n"));
}
