//! A tonic client that records its connections.
//!
//! `endpoint.connect_with_connector(TapConnector::new(&tap))` (feature `client`) replaces
//! `endpoint.connect()`. With a custom connector, tonic ignores the endpoint's `tcp_nodelay` (on by default),
//! `tcp_keepalive` and `local_address`. Set the first two with `TapConnector::options`. Timeouts, TLS and
//! HTTP/2 settings still apply.

use std::error::Error;
use std::time::Duration;

use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapConnector, TcpOptions};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Endpoint, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (_, health) = tonic_health::server::health_reporter();
    let incoming = TcpListenerStream::new(listener);
    tokio::spawn(Server::builder().add_service(health).serve_with_incoming(incoming));

    let recording = Memory::new();
    let tap = Tap::client("caller").sink(recording.clone()).sink(terminal()).start()?;
    let connector = TapConnector::new(&tap).options(TcpOptions::new().nodelay(true));
    let endpoint =
        Endpoint::from_shared(format!("http://{address}"))?.connect_timeout(Duration::from_secs(5));
    let mut client = HealthClient::new(endpoint.connect_with_connector(connector).await?);
    for _ in 0..3 {
        client.check(HealthCheckRequest::default()).await?;
    }
    // Closes the channel's connection.
    drop(client);
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().first_read_after_first_write().all_closed().no_errors();
    Ok(())
}
