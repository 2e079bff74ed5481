//! A tonic server that records its connections.
//!
//! `TapListener::bind` and `serve_with_incoming` replace `serve(addr)`. As with any incoming stream, tonic
//! then ignores its builder's `tcp_nodelay`, which is on by default, and `tcp_keepalive`. Set `nodelay(true)`
//! on the listener, and `keepalive(..)` if you used it. All other options of the builder still apply.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use recipes::terminal;
use socket_tap::event::Op;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::sync::oneshot;
use tonic::transport::{Endpoint, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr: SocketAddr = "127.0.0.1:0".parse()?;
    let recording = Memory::new();
    let tap = Tap::server("health").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, addr).await?.nodelay(true).keepalive(Duration::from_secs(60));
    let address = listener.local_addr()?;

    let (_, health) = tonic_health::server::health_reporter();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(
        Server::builder()
            .add_service(health)
            .serve_with_incoming_shutdown(listener.into_incoming(), async { _ = stopped.await }),
    );

    let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
    HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    // The client has been dropped and closes its connection, then the server does.
    tap.idle().await;
    drop(stop);
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    let events = recording.events();
    let options: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.op {
            Op::Option { name, .. } => Some(&**name),
            _ => None,
        })
        .collect();
    assert!(options.contains(&"SO_KEEPALIVE"), "{options:?}");
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().all_closed();
    Ok(())
}
