//! A hyper server with the tap. hyper accepts any stream, so no adapter is needed. Run it and send a request:
//!
//! ```text
//! cargo run -p socket-tap --example hyper
//! curl http://127.0.0.1:8000/
//! ```

use std::convert::Infallible;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use socket_tap::format::text::Lines;
use socket_tap::sink::LiveLines;
use socket_tap::{Tap, TapListener};

async fn hello(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(Response::new(format!("hello from {}\n", request.uri().path())))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    // For a trace file: .file("hello.jsonl")?
    let tap = Tap::server("hello").sink(LiveLines::new(Lines::new(), std::io::stdout())).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:8000").await?.nodelay(true);

    let serve = async {
        loop {
            let (stream, _peer) = listener.accept_next().await;
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(hello));
            tokio::spawn(connection);
        }
    };
    tokio::select! {
        () = serve => {}
        _ = tokio::signal::ctrl_c() => {}
    }

    tap.finish_when_idle(Duration::from_secs(5)).await?;
    Ok(())
}
