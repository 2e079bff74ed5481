//! A hyper server without a framework.
//!
//! hyper accepts any stream, so `TapListener::accept_next` replaces `TcpListener::accept`. `accept_next`
//! never fails: it skips aborted handshakes, waits while no file descriptor is available, and records these
//! errors. A loop with `accept()?` would end the server on the first such error.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use recipes::{carried, terminal};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};

async fn hello(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(Response::new(format!("hello from {}", request.uri().path())))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("hello").capture(1024).sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);
    let address = listener.local_addr()?;

    let server = tokio::spawn(async move {
        loop {
            let (stream, _peer) = listener.accept_next().await;
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(hello)));
        }
    });

    assert!(recipes::get(address, "/world").await?.ends_with("hello from /world"));
    server.abort();
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert!(carried(&recording.events(), "GET /world HTTP/1.1"));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).reads(1).writes(1).all_closed_gracefully().no_errors();
    Ok(())
}
