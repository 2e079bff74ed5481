//! A salvo server whose `Acceptor` is a `TapListener`.
//!
//! salvo's server works with any type that implements its trait `Acceptor`; here `Tapped` does.
//! `StraightStream`, which implements salvo's timeouts, wraps the `TapStream`. Instead of the `ttl` and
//! `backlog` of salvo's `TcpListener`, set options with `TapListener::bind_with` and `TapStream::set_ttl`.
//! This recipe ignores salvo's fuse policy; a program that uses one has to apply it before it returns
//! `Accepted`.

use std::error::Error;
use std::io;
use std::time::Duration;

use recipes::terminal;
use salvo::conn::tcp::TcpCoupler;
use salvo::conn::{Accepted, Acceptor, ConnCtrl, Holding, StraightStream};
use salvo::fuse::ArcFusePolicy;
use salvo::http::{Version, uri::Scheme};
use salvo::{Request, Router, Server, handler};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener, TapStream};

struct Tapped {
    listener: TapListener,
    holdings: Vec<Holding>,
}

impl Tapped {
    fn new(listener: TapListener) -> io::Result<Self> {
        let local_addr = listener.local_addr()?.into();
        let holding =
            Holding { local_addr, http_versions: vec![Version::HTTP_11], http_scheme: Scheme::HTTP };
        Ok(Self { listener, holdings: vec![holding] })
    }
}

impl Acceptor for Tapped {
    type Coupler = TcpCoupler<Self::Stream>;
    type Stream = StraightStream<TapStream>;

    fn holdings(&self) -> &[Holding] {
        &self.holdings
    }

    async fn accept(
        &mut self,
        _: Option<ArcFusePolicy>,
    ) -> io::Result<Accepted<Self::Coupler, Self::Stream>> {
        let (stream, peer) = self.listener.accept().await?;
        let conn_ctrl = ConnCtrl::new();
        Ok(Accepted {
            coupler: TcpCoupler::new(),
            stream: StraightStream::new(stream, None, conn_ctrl.clone(), None),
            fuse_config: None,
            conn_ctrl,
            local_addr: self.holdings[0].local_addr.clone(),
            remote_addr: peer.into(),
            http_scheme: Scheme::HTTP,
        })
    }
}

#[handler]
async fn hello(request: &mut Request) -> String {
    format!("hello, {}", request.remote_addr())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);
    let address = listener.local_addr()?;

    let server = Server::new(Tapped::new(listener)?);
    let handle = server.handle();
    let server = tokio::spawn(server.serve(Router::new().get(hello)));

    assert!(recipes::get(address, "/").await?.contains("hello, socket://127.0.0.1:"));
    handle.stop_graceful(Duration::from_secs(5));
    server.await?;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().reads(1).writes(1).all_closed_gracefully().no_errors();
    Ok(())
}
