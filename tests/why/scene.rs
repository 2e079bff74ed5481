//! Records one connection and explains its end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use hardening_http::{Limits, Shutdown};
use socket_dissect::Detail;
use socket_tap::{Tap, TapListener, TapStream};
use socket_trace::reader::{Error, Trace};
use socket_trace::timeline::{AnnotatedEvents, Timeline};
use socket_trace::why::{Cause, Ender, Explanation, Level, Processed, Retry, explain};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// Time within which all recorded sockets are closed. It only bounds a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The recordings of both ends of a connection.
pub(super) struct Scene {
    directory: TempDir,
    pub(super) server: Tap,
    pub(super) client: Tap,
}

/// An HTTP server of the scene.
pub(super) struct HttpServer {
    pub(super) address: SocketAddr,
    pub(super) shutdown: Shutdown,
}

impl Scene {
    pub(super) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let file = |name| directory.path().join(name);
        let server = Tap::server("shop").capture(1 << 16).file(file("server.jsonl")).unwrap();
        let client = Tap::client("shop").capture(1 << 16).file(file("client.jsonl")).unwrap();
        Self { server: server.start().unwrap(), client: client.start().unwrap(), directory }
    }

    pub(super) async fn listener(&self) -> (TapListener, SocketAddr) {
        let listener = TapListener::bind(&self.server, "127.0.0.1:0").await.unwrap().nodelay(true);
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    pub(super) async fn connect(&self, server: SocketAddr) -> TapStream {
        TapStream::connect(&self.client, server).await.unwrap()
    }

    /// Connects and sends `bytes`.
    pub(super) async fn saying(&self, server: SocketAddr, bytes: impl AsRef<[u8]>) -> TapStream {
        let mut stream = self.connect(server).await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        stream
    }

    /// Starts an HTTP server of hyper.
    pub(super) async fn http(&self, limits: Limits, router: Router) -> HttpServer {
        let (listener, address) = self.listener().await;
        let shutdown = Shutdown::new();
        tokio::spawn(hardening_http::serve(listener, router, shutdown.clone(), limits));
        HttpServer { address, shutdown }
    }

    /// Starts an HTTP server of hyper that never responds. Returns a channel that reports each request.
    pub(super) async fn silent_http(&self, limits: Limits) -> (HttpServer, UnboundedReceiver<()>) {
        let (requests, requested) = mpsc::unbounded_channel();
        let handler = move || {
            requests.send(()).unwrap();
            std::future::pending::<()>()
        };
        (self.http(limits, Router::new().fallback(handler)).await, requested)
    }

    /// Explains the end of the only connection, after all sockets are closed.
    pub(super) async fn explained(self) -> Explanation {
        // The listener of a server that still runs is no stream.
        for tap in [&self.client, &self.server] {
            tap.finish_when_idle(PATIENCE).await.unwrap();
        }
        only(&self.files())
    }

    /// Explains the only connection from recordings without end lines.
    pub(super) async fn explained_so_far(self) -> Explanation {
        for tap in [&self.client, &self.server] {
            tap.flush().await;
        }
        let copies = self.files().map(|file| {
            let copy = file.with_extension("cut");
            std::fs::copy(&file, &copy).unwrap();
            copy
        });
        only(&copies)
    }

    fn files(&self) -> [PathBuf; 2] {
        ["server.jsonl", "client.jsonl"].map(|name| self.directory.path().join(name))
    }
}

/// Explains the only connection of these recordings.
pub(super) fn only(files: &[impl AsRef<Path>]) -> Explanation {
    let traces = files.iter().map(|file| Trace::open(file.as_ref()).unwrap()).collect();
    let detail = Detail { connection_fields: true, ..Detail::default() };
    let mut events = AnnotatedEvents::new(Timeline::of(traces)).with_detail(detail);
    let mut explanations = Vec::new();
    explain(&mut events, |explanation| {
        explanations.push(explanation);
        Ok::<(), Error>(())
    })
    .unwrap();
    assert_eq!(explanations.len(), 1, "{explanations:#?}");
    explanations.remove(0)
}

/// Asserts who ended the connection, on which level and why, and for each call without a response whether it was processed
/// and whether a retry is safe.
#[track_caller]
pub(super) fn assert_ending(
    explanation: &Explanation,
    ending: (Ender, Level, Cause),
    calls: &[(Processed, Retry)],
) {
    let Explanation { ended_by, level, cause, .. } = *explanation;
    let in_flight: Vec<_> = explanation.in_flight.iter().map(|call| (call.processed, call.retry)).collect();
    assert_eq!(((ended_by, level, cause), &*in_flight), (ending, calls), "{explanation:#?}");
    eprintln!("ending: {}", socket_trace::why::ShortExplanation::of(explanation).text);
}

/// Reads until the peer's FIN or RST.
pub(super) async fn read_to_end(stream: &mut TapStream) -> String {
    let mut bytes = Vec::new();
    // Bytes that were read before a reset are kept.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until `text` has arrived.
pub(super) async fn read_until(stream: &mut TapStream, text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !bytes.windows(text.len()).any(|window| window == text) {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "{}", String::from_utf8_lossy(&bytes));
    }
    bytes
}

pub(super) const GET: &[u8] = b"GET /v1/books/1 HTTP/1.1\r\nhost: localhost\r\n\r\n";
pub(super) const POST: &[u8] = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
