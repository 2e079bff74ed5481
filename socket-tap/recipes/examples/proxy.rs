//! A TCP proxy that copies each direction in its own task, with `into_split`.
//!
//! When the peer of one connection has finished sending, the task that reads from it drops the write half of
//! the other connection. As with tokio's `into_split`, this sends a FIN, and the tap records a `shutdown`.
//! `tokio::io::split` also accepts a `TapStream`, but it uses a lock, and dropping its write half sends no
//! FIN.

use std::io;
use std::time::Duration;

use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::split::{OwnedReadHalf, OwnedWriteHalf};
use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<u64> {
    tokio::io::copy(&mut from, &mut to).await
}

#[tokio::main]
async fn main() -> io::Result<()> {
    // The upstream server responds at EOF.
    let upstream = TcpListener::bind("127.0.0.1:0").await?;
    let target = upstream.local_addr()?;
    let server = tokio::spawn(async move {
        let (mut stream, _) = upstream.accept().await?;
        let mut request = String::new();
        stream.read_to_string(&mut request).await?;
        stream.write_all(request.to_uppercase().as_bytes()).await
    });

    let recording = Memory::new();
    let tap = Tap::server("proxy").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    client.write_all(b"hello").await?;
    client.shutdown().await?;

    let (downstream, _) = listener.accept().await?;
    let (from_client, to_client) = downstream.into_split();
    let (from_server, to_server) = TapStream::connect(&tap, target).await?.into_split();
    let client_to_server = tokio::spawn(forward(from_client, to_server));
    let server_to_client = tokio::spawn(forward(from_server, to_client));

    let mut response = String::new();
    client.read_to_string(&mut response).await?;
    assert_eq!((&*response, client_to_server.await??, server_to_client.await??), ("HELLO", 5, 5));
    server.await??;
    drop(listener);
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(2).received(10).sent(10).all_closed_gracefully().no_errors();
    Ok(())
}
