//! A unit test that checks a server's socket calls with `check::Recording`.
//!
//! The server under test takes a `TapListener`. The test passes a listener whose tap records to memory. If a
//! check fails, it panics with the complete recording, in which the offending events are marked. The server
//! may close its connection after the client has received the response. A test must therefore wait before a
//! check: for the end of the server's task as here, or with `recording.tap().idle().await`, which waits until
//! no connection is open.

use std::io;

use socket_tap::check::Recording;
use socket_tap::{Tap, TapListener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The server under test: reads one request of four bytes, responds, and closes.
async fn serve(listener: TapListener) -> io::Result<()> {
    let (mut stream, _peer) = listener.accept().await?;
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    stream.write_all(b"answer").await?;
    stream.shutdown().await
}

#[tokio::test]
async fn response_follows_the_request_in_one_write() -> io::Result<()> {
    let recording = Recording::server("answers")?;
    let listener = TapListener::bind(recording.tap(), "127.0.0.1:0").await?.nodelay(true);
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    let server = tokio::spawn(serve(listener));

    client.write_all(b"how?").await?;
    let mut response = String::new();
    client.read_to_string(&mut response).await?;
    server.await??;

    assert_eq!(response, "answer");
    recording
        .check()
        .connections(1)
        .nodelay()
        .reads(1)
        .writes(1)
        .sent(6)
        .first_write_after_first_read()
        .all_closed_gracefully()
        .no_errors();
    Ok(())
}

/// The tap of this test is off: it records nothing. A program can use such a tap in production.
#[tokio::test]
async fn server_responds_with_the_tap_off() -> io::Result<()> {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    let server = tokio::spawn(serve(listener));
    client.write_all(b"how?").await?;
    let mut response = String::new();
    client.read_to_string(&mut response).await?;
    server.await??;
    assert_eq!(response, "answer");
    Ok(())
}
