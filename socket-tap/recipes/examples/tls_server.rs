//! A rustls server, recorded both below and above TLS.
//!
//! The tap around the accepted stream records the encrypted bytes. `TapStream::wrap` around the TLS stream
//! records the plaintext. `Origin::over` marks the two streams as one connection, so that readers of the
//! trace count each byte once. Both streams are in one recording, on one time line. Capture payload above TLS
//! only where logging plaintext is allowed.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use recipes::{carried, payload, terminal};
use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use socket_tap::{Origin, Tap, TapListener, TapStream};
use tokio::net::TcpStream;

async fn hello(_: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("hello".to_owned()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (acceptor, connector) = recipes::tls::pair()?;
    let recording = Memory::new();
    let tap = Tap::server("hello").capture(4096).sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let client = tokio::spawn(async move {
        let stream = TcpStream::connect(address).await?;
        recipes::get_on(
            connector.connect("localhost".try_into().map_err(std::io::Error::other)?, stream).await?,
            "/",
        )
        .await
    });

    let (stream, peer) = listener.accept().await?;
    let below = stream.sock();
    let stream = acceptor.accept(stream).await?;
    let stream = TapStream::wrap(&tap, stream, Origin::new("tls").over(below).peer(peer));
    let above = stream.sock();
    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(hello)).await?;
    assert!(client.await??.ends_with("hello"));
    drop(listener);
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    let events = recording.events();
    let of = |sock| events.iter().filter(|event| event.sock == sock).cloned().collect::<Vec<Event>>();
    let (below_events, above_events) = (of(below), of(above));
    // RFC 8446 section 5.1: 22 is a handshake record, 23 is application data.
    let records: Vec<u8> = below_events.iter().filter_map(payload).map(|data| data[0]).collect();
    assert!(records.contains(&22) && records.contains(&23), "{records:?}");
    assert!(carried(&above_events, "GET / HTTP/1.1") && !carried(&below_events, "GET / HTTP/1.1"));
    // The upper stream's adopt event names the lower stream, which closes last.
    assert!(matches!(above_events[0].op, Op::Adopt { on, .. } if on == below && on.is_some()));
    let closes: Vec<_> =
        events.iter().filter(|event| event.op.name() == "close").map(|event| event.sock).collect();
    assert_eq!(closes[..2], [above, below]);
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).all_closed().no_errors();
    Ok(())
}
