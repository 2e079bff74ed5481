//! A poem server whose `Acceptor` is a `TapListener`.
//!
//! poem's server works with any type that implements its trait `Acceptor`; here `Tapped` does.
//! `Server::new(listener)` becomes `Server::new_with_acceptor(Tapped(listener))`. Handlers that extract
//! `&RemoteAddr` need no change.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Route, Server, get, handler};
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener, TapStream};
use tokio::sync::oneshot;

struct Tapped {
    listener: TapListener,
    address: SocketAddr,
}

impl Acceptor for Tapped {
    type Io = TapStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        vec![LocalAddr(self.address.into())]
    }

    async fn accept(&mut self) -> io::Result<(TapStream, LocalAddr, RemoteAddr, http::uri::Scheme)> {
        let (stream, peer) = self.listener.accept().await?;
        Ok((stream, LocalAddr(self.address.into()), RemoteAddr(peer.into()), http::uri::Scheme::HTTP))
    }
}

#[handler]
fn hello(peer: &RemoteAddr) -> String {
    format!("hello, {peer}")
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);
    let address = listener.local_addr()?;

    let app = Route::new().at("/", get(hello));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new_with_acceptor(Tapped { listener, address });
    let within = Some(Duration::from_secs(5));
    let server = tokio::spawn(server.run_with_graceful_shutdown(app, async { _ = stopped.await }, within));

    assert!(recipes::get(address, "/").await?.contains("hello, socket://127.0.0.1:"));
    drop(stop);
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().reads(2).writes(1).all_closed_gracefully().no_errors();
    Ok(())
}
