//! gRPC over a Unix-domain socket, recorded by both the client and the server.
//!
//! `TapUnixListener` and `TapConnector::unix` take the socket's path. tonic does not connect to the
//! endpoint's URI; it only sends the URI's authority as `:authority`. Client and server have a tap each, as
//! two programs would; `socket-trace` recognizes that their recordings contain the two ends of one
//! connection.

use std::error::Error;
use std::time::Duration;

use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapConnector, TapUnixListener};
use tokio::sync::oneshot;
use tonic::transport::{Endpoint, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("health.sock");
    let (served, called) = (Memory::new(), Memory::new());
    let server_tap = Tap::server("health").sink(served.clone()).sink(terminal()).start()?;
    let client_tap = Tap::client("caller").sink(called.clone()).start()?;

    let listener = TapUnixListener::bind(&server_tap, &path)?;
    let (_, health) = tonic_health::server::health_reporter();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(
        Server::builder()
            .add_service(health)
            .serve_with_incoming_shutdown(listener.into_incoming(), async { _ = stopped.await }),
    );

    let connector = TapConnector::unix(&client_tap, &path);
    let channel = Endpoint::from_static("http://health").connect_with_connector(connector).await?;
    HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    // The client has been dropped and closes its connection, then the server does.
    server_tap.idle().await;
    drop(stop);
    server.await??;

    for (tap, recording) in [(server_tap, served), (client_tap, called)] {
        let end = tap.finish_when_idle(Duration::from_secs(5)).await?;
        assert_eq!((end.lost, end.open), (0, 0));
        recording.check().connections(1).all_closed();
    }
    Ok(())
}
