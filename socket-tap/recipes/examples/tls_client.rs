//! A rustls client, recorded both below and above TLS.
//!
//! The program connects with the tap, then performs the TLS handshake, and finally wraps the TLS stream with
//! `TapStream::wrap`. The tap above TLS records plaintext. The tap below TLS also records the handshake, with
//! its round trips and the server's processing time.

use std::error::Error;
use std::time::Duration;

use recipes::{carried, payload, terminal};
use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use socket_tap::{Origin, Tap, TapStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (acceptor, connector) = recipes::tls::pair()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        let mut stream = acceptor.accept(listener.accept().await?.0).await?;
        let mut request = [0; 5];
        stream.read_exact(&mut request).await?;
        stream.write_all(b"teatime").await?;
        stream.shutdown().await
    });

    let recording = Memory::new();
    let tap = Tap::client("caller").capture(4096).sink(recording.clone()).sink(terminal()).start()?;
    let stream = TapStream::connect(&tap, address).await?;
    let below = stream.sock();
    let stream = connector.connect("localhost".try_into()?, stream).await?;
    let mut stream = TapStream::wrap(&tap, stream, Origin::new("tls").over(below).peer(address));
    let above = stream.sock();

    stream.write_all(b"time?").await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    stream.shutdown().await?;
    drop(stream);
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!(response, "teatime");
    let events = recording.events();
    let of = |sock| events.iter().filter(|event| event.sock == sock).cloned().collect::<Vec<Event>>();
    let (below_events, above_events) = (of(below), of(above));
    // RFC 8446 section 5.1: the first record, the ClientHello, is of type handshake.
    assert_eq!(below_events.iter().find_map(payload).and_then(|data| data.first()), Some(&22));
    assert!(carried(&above_events, "time?") && carried(&above_events, "teatime"));
    assert!(!carried(&below_events, "teatime"));
    assert!(matches!(above_events[0].op, Op::Adopt { on, .. } if on == below && on.is_some()));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).all_closed_gracefully().no_errors();
    Ok(())
}
