//! The programs that run in the scenarios. Macros generate each program twice from one source: with tokio's
//! types and with the tap's types.

use std::io::IoSlice;
use std::path::PathBuf;

use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener, TapStream, TapUdpSocket, TapUnixListener};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};

const ANY: &str = "127.0.0.1:0";

macro_rules! tcp {
    ($listener:expr, |$to:ident| $connect:expr) => {{
        let listener = $listener.unwrap();
        let $to = listener.local_addr().unwrap();
        for _ in 0..2 {
            let client = $connect.unwrap();
            let (server, peer) = listener.accept().await.unwrap();
            assert_eq!(peer, client.local_addr().unwrap());
            talk(client, server).await;
        }
    }};
}

/// Generates a program that splits streams into halves, and calls non-blocking methods such as `try_read`.
macro_rules! split {
    ($listener:expr, |$to:ident| $connect:expr) => {{
        let listener = $listener.unwrap();
        let $to = listener.local_addr().unwrap();
        let mut client = $connect.unwrap();
        let (mut read, mut write) = listener.accept().await.unwrap().0.into_split();
        write.write_all(b"question").await.unwrap();
        let mut buf = [0; 64];
        client.readable().await.unwrap();
        assert_eq!(client.peek(&mut buf).await.unwrap(), 8);
        assert_eq!(client.try_read(&mut buf).unwrap(), 8);
        drop(write);
        client.split().1.write_all(b"answer").await.unwrap();
        read.read_exact(&mut buf[..6]).await.unwrap();
        assert_eq!(client.split().0.read(&mut buf).await.unwrap(), 0);
        client.set_nodelay(true).unwrap();
        client.try_write(b"more").unwrap();
        drop(read);
        let mut reset = $connect.unwrap();
        let (read, write) = listener.accept().await.unwrap().0.into_split();
        // The shutdown of this write half fails, because the peer's reset arrives first.
        #[allow(deprecated, reason = "tokio deprecates other durations, which block the thread")]
        reset.set_linger(Some(std::time::Duration::ZERO)).unwrap();
        reset.write_all(b"x").await.unwrap();
        drop(reset);
        drop(write);
        drop(read);
    }};
}

macro_rules! unix {
    ($path:ident, $listener:expr, $connect:expr) => {{
        let listener = $listener.unwrap();
        for _ in 0..2 {
            let client = $connect.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            talk(client, server).await;
        }
        std::fs::remove_file(PathBuf::from(&$path)).unwrap();
        drop(listener);
        drop($connect.unwrap_err());
    }};
}

macro_rules! udp {
    ($socket:expr) => {{
        let (one, other) = ($socket.unwrap(), $socket.unwrap());
        let mut buf = [0; 16];
        one.send_to(b"question", other.local_addr().unwrap()).await.unwrap();
        let (length, peer) = other.recv_from(&mut buf).await.unwrap();
        other.connect(peer).await.unwrap();
        other.send(&buf[..length]).await.unwrap();
        one.connect(other.local_addr().unwrap()).await.unwrap();
        one.recv(&mut buf[..4]).await.unwrap();
    }};
}

pub(crate) fn run(twin: &str) {
    let (scenario, types) = twin.split_once(' ').unwrap();
    let tap = match types {
        "on" => Tap::server("twin").sink(Memory::new()).start().unwrap(),
        _ => Tap::off(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(run_on(scenario, (types != "tokio").then_some(&tap)));
    tap.finish_blocking().unwrap();
}

async fn run_on(scenario: &str, tap: Option<&Tap>) {
    let path = std::env::temp_dir().join(format!("socket-tap-twin-{scenario}.sock"));
    let _ = std::fs::remove_file(&path);
    match (scenario, tap) {
        ("tcp", None) => tcp!(TcpListener::bind(ANY).await, |to| TcpStream::connect(to).await),
        ("tcp", Some(tap)) => tcp!(TapListener::bind(tap, ANY).await, |to| TapStream::connect(tap, to).await),
        ("tcp-adopted", None) => tcp!(TcpListener::bind(ANY).await, |to| TcpStream::connect(to).await),
        ("tcp-adopted", Some(tap)) => {
            tcp!(TcpListener::bind(ANY).await.map(|inner| TapListener::from_tokio(tap, inner)), |to| {
                TcpStream::connect(to).await.map(|inner| TapStream::from_tokio(tap, inner))
            });
        }
        ("tcp-split", None) => split!(TcpListener::bind(ANY).await, |to| TcpStream::connect(to).await),
        ("tcp-split", Some(tap)) => {
            split!(TapListener::bind(tap, ANY).await, |to| TapStream::connect(tap, to).await);
        }
        ("tcp-refused", tap) => refused(tap).await,
        ("unix", None) => unix!(path, UnixListener::bind(&path), UnixStream::connect(&path).await),
        ("unix", Some(tap)) => {
            unix!(path, TapUnixListener::bind(tap, &path), TapStream::connect_unix(tap, &path).await);
        }
        ("unix-adopted", None) => unix!(path, UnixListener::bind(&path), UnixStream::connect(&path).await),
        ("unix-adopted", Some(tap)) => unix!(
            path,
            UnixListener::bind(&path).map(|inner| TapUnixListener::from_tokio(tap, inner)),
            UnixStream::connect(&path).await.map(|inner| TapStream::wrap(tap, inner, "unix"))
        ),
        ("udp", None) => udp!(UdpSocket::bind(ANY).await),
        ("udp", Some(tap)) => udp!(TapUdpSocket::bind(tap, ANY).await),
        ("udp-adopted", None) => udp!(UdpSocket::bind(ANY).await),
        ("udp-adopted", Some(tap)) => {
            udp!(UdpSocket::bind(ANY).await.map(|inner| TapUdpSocket::from_tokio(tap, inner)));
        }
        (other, _) => panic!("no program {other}"),
    }
}

async fn talk(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
) {
    let mut buf = [0; 64];
    client.write_all(b"question").await.unwrap();
    assert_eq!(server.read(&mut buf).await.unwrap(), 8);
    server.write_all(b"head ").await.unwrap();
    let body = [IoSlice::new(b"bo"), IoSlice::new(b"dy")];
    assert_eq!(server.write_vectored(&body).await.unwrap(), 4);
    client.read_exact(&mut buf[..9]).await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut buf).await.unwrap(), 0);
    drop(server);
    assert_eq!(client.read(&mut buf).await.unwrap(), 0);
}

async fn refused(tap: Option<&Tap>) {
    let closed = std::net::TcpListener::bind(ANY).unwrap().local_addr().unwrap();
    for _ in 0..3 {
        match tap {
            None => drop(TcpStream::connect(closed).await.unwrap_err()),
            Some(tap) => drop(TapStream::connect(tap, closed).await.unwrap_err()),
        }
    }
}
