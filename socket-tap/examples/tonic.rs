//! A tonic server with the tap. Run it and send a request:
//!
//! ```text
//! cargo run -p socket-tap --features tonic --example tonic
//! grpcurl -plaintext -proto health.proto 127.0.0.1:8000 grpc.health.v1.Health/Check
//! ```

use std::time::Duration;

use socket_tap::format::text::Lines;
use socket_tap::sink::LiveLines;
use socket_tap::{Tap, TapListener};
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For a trace file: .file("health.jsonl")?
    let tap = Tap::server("health").sink(LiveLines::new(Lines::new(), std::io::stdout())).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:8000").await?.nodelay(true);

    let (_, health) = tonic_health::server::health_reporter();
    Server::builder()
        .add_service(health)
        .serve_with_incoming_shutdown(listener.into_incoming(), async { _ = tokio::signal::ctrl_c().await })
        .await?;

    tap.finish_when_idle(Duration::from_secs(5)).await?;
    Ok(())
}
