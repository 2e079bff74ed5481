//! hyper-util's server for HTTP/1.1 and HTTP/2, with graceful shutdown.
//!
//! Compared with a server without the tap, only the stream type differs. `GracefulShutdown` lets requests
//! finish. If that takes long, `Tap::open_sockets` lists the open connections, and shows whether each
//! connection waits for the program or for the peer. If a client does not read its response, the list shows
//! the unacknowledged bytes in the kernel's send queue.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::net::TcpStream;

async fn hello(_: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("hello".to_owned()))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);

    let http = auto::Builder::new(TokioExecutor::new());
    let graceful = GracefulShutdown::new();
    let client = tokio::spawn(recipes::get_on(TcpStream::connect(listener.local_addr()?).await?, "/"));
    let (stream, _peer) = listener.accept_next().await;
    let connection = http.serve_connection(TokioIo::new(stream), service_fn(hello)).into_owned();
    tokio::spawn(graceful.watch(connection));
    assert!(client.await??.ends_with("hello"));

    // Stops accepting; open connections may finish.
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(Duration::from_secs(5)) => {
            for socket in tap.open_sockets() {
                println!("still open: {socket}");
            }
        }
    }
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    // The first read is limited to 24 bytes, the length of the HTTP/2 preface, to detect the version (RFC
    // 9113 section 3.4).
    recording.check().connections(1).reads(2).writes(1).all_closed_gracefully().no_errors();
    Ok(())
}
