//! SIGINT and SIGTERM: running calls are finished, sockets closed, the trace complete.

use std::io::Write as _;

use clients::Watch as _;
use rustix::process::Signal;
use socket_tap::Tap;
use socket_tap::format::Side;
use socket_trace::reader::Trace;
use socket_trace::socket::Role;
use socket_trace::summary::{Recording, Summary};
use tempfile::TempDir;

use crate::support::api::Api;
use crate::support::process::Serving;

each_api!(
    a_signal_completes_the_trace,
    a_call_that_runs_is_finished,
    no_trace_is_left_open_by_a_client_that_stays
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

/// Ends the server with `signal`, and returns what the trace comes to. It must be whole.
async fn ended(recorded: Recorded, signal: Signal) -> Summary {
    recorded.server.signal(signal);
    ends(recorded).await
}

/// The same when it ends already. The client, which shares this thread, goes on meanwhile.
async fn ends(recorded: Recorded) -> Summary {
    let Recorded { server, path, _directory } = recorded;
    let (status, _, err) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert!(status.success(), "{status}: {err}");
    let summary = Summary::of(Trace::open(&path).unwrap(), Recording::Ended).unwrap();
    assert_eq!((summary.side, summary.doubts.as_slice(), summary.open), (Side::Server, &[][..], 0));
    summary
}

fn accepted(summary: &Summary) -> u64 {
    summary.skeletons[&Role::Accepted].values().map(|seen| seen.sockets).sum()
}

async fn a_signal_completes_the_trace<A: Api>() {
    for signal in [Signal::INT, Signal::TERM] {
        let recorded = recorded::<A>();
        let mut client = A::connect(&Tap::off(), recorded.server.address).await.unwrap();
        client.book(1).await.unwrap();
        client.close().await;
        let summary = ended(recorded, signal).await;
        assert_eq!(accepted(&summary), 1);
        assert!(summary.skeletons[&Role::Listener].contains_key("socket → bind → listen → accept → close"));
    }
}

async fn a_call_that_runs_is_finished<A: Api>() {
    let recorded = recorded::<A>();
    let mut watch = A::watch(&Tap::off(), recorded.server.address, 9).await.unwrap();
    recorded.server.signal(Signal::TERM);
    // The stream is ended, not torn: the client sees a whole answer.
    assert_eq!(watch.next().await.unwrap(), None);
    watch.close().await;
    assert_eq!(accepted(&ends(recorded).await), 1);
}

async fn no_trace_is_left_open_by_a_client_that_stays<A: Api>() {
    let recorded = recorded::<A>();
    let mut client = A::connect(&Tap::off(), recorded.server.address).await.unwrap();
    client.book(1).await.unwrap();
    // It keeps its connection; the server closes that.
    assert_eq!(accepted(&ended(recorded, Signal::TERM).await), 1);
    drop(client);
}

#[test]
fn connections_that_hold_up_the_shutdown_are_reported_with_the_reason() {
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
    assert!(reported[1].ends_with(": nothing was written since the last read"), "{reported:?}");
    drop(client);
    assert!(server.wait().0.success());
}
