//! Tests of SIGINT and SIGTERM: in-flight requests complete, sockets are closed, the trace is complete.

use std::io::Write as _;

use clients::Watch as _;
use rustix::process::Signal;
use socket_tap::Tap;
use socket_tap::format::Side;
use socket_trace::reader::Trace;
use socket_trace::summary::Role;
use socket_trace::summary::{RecordingState, Summary};
use tempfile::TempDir;

use crate::support::api::Api;
use crate::support::process::Serving;

each_api!(
    trace_is_complete_after_a_signal,
    open_stream_ends_gracefully_after_a_signal,
    idle_connection_is_closed_after_a_signal
);

struct Recorded {
    _directory: TempDir,
    path: String,
    server: Serving,
}

fn recorded<A: Api>() -> Recorded {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("trace.jsonl").to_str().unwrap().to_owned();
    let server = Serving::start(A::SERVER, &["--trace", &path]);
    Recorded { _directory: directory, path, server }
}

/// Sends `signal` to the server and waits until it has ended. Returns the summary of its trace, which must be
/// complete.
async fn ended(recorded: Recorded, signal: Signal) -> Summary {
    recorded.server.signal(signal);
    ends(recorded).await
}

/// Waits for a server that has received a signal, and returns the summary of its trace. Does not block this
/// thread, because a client's task may run on it.
async fn ends(recorded: Recorded) -> Summary {
    let Recorded { server, path, _directory } = recorded;
    let (status, _, err) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert!(status.success(), "{status}: {err}");
    let summary = Summary::of(Trace::open(&path).unwrap(), RecordingState::Finished).unwrap();
    assert_eq!((summary.side, summary.defects.as_slice(), summary.open), (Side::Server, &[][..], 0));
    summary
}

fn accepted(summary: &Summary) -> u64 {
    summary.call_patterns[&Role::Accepted].values().map(|seen| seen.sockets).sum()
}

async fn trace_is_complete_after_a_signal<A: Api>() {
    for signal in [Signal::INT, Signal::TERM] {
        let recorded = recorded::<A>();
        let mut client = A::connect(&Tap::off(), recorded.server.address).await.unwrap();
        client.book(1).await.unwrap();
        client.close().await;
        let summary = ended(recorded, signal).await;
        assert_eq!(accepted(&summary), 1);
        assert!(
            summary.call_patterns[&Role::Listener].contains_key("socket → bind → listen → accept → close")
        );
    }
}

async fn open_stream_ends_gracefully_after_a_signal<A: Api>() {
    let recorded = recorded::<A>();
    let mut watch = A::watch(&Tap::off(), recorded.server.address, 9).await.unwrap();
    recorded.server.signal(Signal::TERM);
    // The stream ends gracefully: the client reads a complete response.
    assert_eq!(watch.next().await.unwrap(), None);
    watch.close().await;
    assert_eq!(accepted(&ends(recorded).await), 1);
}

async fn idle_connection_is_closed_after_a_signal<A: Api>() {
    let recorded = recorded::<A>();
    let mut client = A::connect(&Tap::off(), recorded.server.address).await.unwrap();
    client.book(1).await.unwrap();
    // The client keeps its connection open; the server closes it.
    assert_eq!(accepted(&ended(recorded, Signal::TERM).await), 1);
    drop(client);
}

#[test]
fn connections_that_delay_shutdown_are_reported() {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let mut server = Serving::start("rest-server", &["--trace", trace.to_str().unwrap()]);
    let mut client = std::net::TcpStream::connect(server.address).unwrap();
    client
        .write_all(b"POST /v1/books HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"title\"")
        .unwrap();
    // The request is in flight once the server has recorded that it read the body's first byte.
    while !std::fs::read_to_string(&trace).unwrap().contains("\"op\":\"read\"") {
        std::thread::yield_now();
    }
    server.signal(Signal::TERM);
    let reported = loop {
        let line = server.error_line();
        if line.contains("waiting for") {
            break [line, server.error_line()];
        }
    };
    assert_eq!(reported[0], "rest-server: waiting for 1 connection");
    let peer = client.local_addr().unwrap().to_string();
    assert!(reported[1].contains(&peer), "{reported:?}");
    assert!(reported[1].ends_with(": waiting for this program to write"), "{reported:?}");
    drop(client);
    assert!(server.wait().0.success());
}
