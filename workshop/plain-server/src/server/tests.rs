//! What no client of ours sends.

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

async fn received(client: &UdpSocket) -> String {
    let mut datagram = [0; 2048];
    let length = client.recv(&mut datagram).await.unwrap();
    String::from_utf8(datagram[..length].to_vec()).unwrap()
}

async fn to_the_end(client: &mut TcpStream) -> String {
    let mut said = String::new();
    client.read_to_string(&mut said).await.unwrap();
    said
}

#[tokio::test]
async fn only_questions_are_answered_over_udp() {
    let server = Server::start(Limits::default()).await;
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    client.connect(server.address).await.unwrap();
    let noise: [&[u8]; 6] = [b"", b"\n", b"\xff\xfe", b"hello", b"{\"error\":\"yours?\"}\n", &[0; 60_000]];
    for datagram in noise {
        client.send(datagram).await.unwrap();
    }
    let long = format!("get 1{}", " ".repeat(60));
    for (question, answer) in [
        ("get 99 #1", "#1 {\"error\":\"there is no book 99\"}\n"),
        ("get one #2", "#2 {\"error\":\"the id of a book is a number; ask like this: get 1, "),
        ("get 1\nget 2\n", "{\"error\":\"ask like this: get 1, "),
        (&long, "{\"error\":\"a question has at most 64 bytes; "),
        ("get 2 #3", "#3 {\"id\":2,"),
    ] {
        client.send(question.as_bytes()).await.unwrap();
        let said = received(&client).await;
        assert!(said.starts_with(answer), "{question:?}: {said}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_stream_has_no_borders_but_its_lines() {
    let server = Server::start(Limits::default()).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    for part in ["ge", "t 1\nget 99 ", "#5\r\n\nget", " 2\nget 3"] {
        client.write_all(part.as_bytes()).await.unwrap();
        tokio::task::yield_now().await;
    }
    // Of the last line the end is missing: it is no question.
    client.shutdown().await.unwrap();
    let said = to_the_end(&mut client).await;
    let lines: Vec<&str> = said.lines().collect();
    let begin =
        ["{\"id\":1,", "#5 {\"error\":\"there is no book 99\"}", "{\"error\":\"ask like this", "{\"id\":2,"];
    assert_eq!(lines.len(), begin.len(), "{said}");
    for (line, begin) in lines.iter().zip(begin) {
        assert!(line.starts_with(begin), "{line} {begin}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_line_that_does_not_end_is_refused() {
    let recording = Memory::new();
    let tap = Tap::server("plain").sink(recording.clone()).start().unwrap();
    let server =
        Server::recorded(&tap, Limits { idle_timeout: Duration::from_secs(3600), ..Limits::default() }).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    // More than the server reads at once.
    client.write_all(&[b'x'; 30_000]).await.unwrap();
    let said = tokio::time::timeout(Duration::from_secs(10), to_the_end(&mut client)).await.unwrap();
    assert!(said.starts_with("{\"error\":\"a question has at most 64 bytes; "), "{said}");
    assert_eq!(said.lines().count(), 1);
    server.stop().await;
    tap.finish().await.unwrap();
    let reset = |event: &Event| matches!(&event.op, Op::Close(close) if close.aborted);
    assert!(!recording.events().iter().any(reset), "what is left unread makes a close a reset");
}

#[tokio::test]
async fn a_client_that_sends_no_question_in_time_is_not_waited_for() {
    let soon = Limits { idle_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::start(soon).await;
    for said in ["", "get", "get 1\n", "get 1\nget"] {
        let mut client = TcpStream::connect(server.address).await.unwrap();
        client.write_all(said.as_bytes()).await.unwrap();
        let lines = said.matches('\n').count();
        let answers = to_the_end(&mut client).await;
        assert_eq!(answers.lines().count(), lines, "{said:?}: {answers}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_asks_now_and_then_stays() {
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
async fn a_connection_too_many_waits_for_its_turn() {
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
async fn a_client_that_stays_does_not_hold_up_the_end() {
    let server = Server::start(Limits::default()).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"get 1\n").await.unwrap();
    client.read_u8().await.unwrap();
    server.stop().await;
    assert!(to_the_end(&mut client).await.ends_with("}\n"));
}
