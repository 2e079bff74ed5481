//! An axum server with the tap. Run it and send a request:
//!
//! ```text
//! cargo run -p socket-tap --features axum --example axum
//! curl http://127.0.0.1:8000/
//! ```

use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use socket_tap::format::text::Lines;
use socket_tap::sink::LiveLines;
use socket_tap::{PeerAddr, Tap, TapListener};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    // For a trace file: .file("hello.jsonl")?
    let tap = Tap::server("hello").sink(LiveLines::new(Lines::new(), std::io::stdout())).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:8000").await?.nodelay(true);

    let hello = async |ConnectInfo(PeerAddr(peer))| format!("hello, {peer}\n");
    let app = Router::new().route("/", get(hello));
    axum::serve(listener, app.into_make_service_with_connect_info::<PeerAddr>())
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await?;

    tap.finish_when_idle(Duration::from_secs(5)).await?;
    Ok(())
}
