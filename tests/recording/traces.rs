//! Tests of summaries and comparisons of recordings, intact and damaged.

use std::fs;
use std::path::{Path, PathBuf};

use bookshelf::Limits;
use clients::{Graphql, Grpc, Rest, Watch as _};
use socket_tap::Tap;
use socket_tap::format::Side;
use socket_trace::compare::{Comparison, Verdict};
use socket_trace::reader::Trace;
use socket_trace::summary::Role;
use socket_trace::summary::{RecordingState, Summary};
use tempfile::TempDir;

use crate::api::operations::new_book;
use crate::support::api::{Api, Server};

each_api!(
    all_connections_have_the_expected_call_pattern,
    client_and_server_record_the_same_bytes,
    cancelled_change_stream_is_shut_down_and_closed,
);

/// Recordings of the client and the server of a scripted exchange: calls on one connection, an error,
/// concurrent connections, a change stream.
struct Exchange {
    directory: TempDir,
}

impl Exchange {
    async fn record<A: Api>() -> Self {
        let directory = TempDir::new().unwrap();
        let path = |side: &str| directory.path().join(format!("{side}.jsonl"));
        let server_tap = Tap::server(A::API).file(path("server")).unwrap().start().unwrap();
        let tap = Tap::client(A::API).file(path("client")).unwrap().start().unwrap();
        let server = Server::with::<A>(&server_tap, Limits::default()).await;

        let mut client = A::connect(&tap, server.address).await.unwrap();
        client.book(1).await.unwrap();
        client.book(99).await.unwrap_err();
        let mut others = Vec::new();
        for _ in 0..3 {
            others.push(A::connect(&tap, server.address).await.unwrap());
        }
        for mut other in others {
            other.author_with_books(1).await.unwrap();
            other.close().await;
        }
        let mut watch = A::watch(&tap, server.address, 1).await.unwrap();
        client.create(new_book("Seen")).await.unwrap();
        watch.next().await.unwrap().unwrap();
        watch.close().await;
        client.close().await;

        tap.idle().await;
        server_tap.idle().await;
        server.stop().await;
        assert_eq!(server_tap.finish().await.unwrap().open, 0);
        assert_eq!(tap.finish().await.unwrap().open, 0);
        Self { directory }
    }

    fn path(&self, side: Side) -> PathBuf {
        self.directory.path().join(format!("{}.jsonl", side.name()))
    }

    fn summary(&self, side: Side) -> Summary {
        summary(&self.path(side))
    }
}

fn summary(path: &Path) -> Summary {
    Summary::of(Trace::open(path).unwrap(), RecordingState::Finished).unwrap()
}

fn skeletons(summary: &Summary, role: Role) -> Vec<(&str, u64)> {
    summary.call_patterns[&role].iter().map(|(skeleton, seen)| (skeleton.as_str(), seen.sockets)).collect()
}

async fn all_connections_have_the_expected_call_pattern<A: Api>() {
    let exchange = Exchange::record::<A>().await;
    let (server, client) = (exchange.summary(Side::Server), exchange.summary(Side::Client));
    assert_eq!(server.defects, []);
    assert_eq!(skeletons(&server, Role::Listener), [("socket → bind → listen → accept → close", 1)]);
    assert_eq!(skeletons(&server, Role::Accepted), [("accept → read → write → shutdown → close", 5)]);
    assert_eq!(
        skeletons(&client, Role::Connected),
        [("socket → connect → write → read → shutdown → close", 5)]
    );
}

async fn cancelled_change_stream_is_shut_down_and_closed<A: Api>() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("server.jsonl");
    let tap = Tap::server(A::API).file(&path).unwrap().start().unwrap();
    let server = Server::with::<A>(&tap, Limits::default()).await;
    let mut watch = A::watch(&Tap::off(), server.address, 9).await.unwrap();
    server.shelf.create(new_book("Seen")).await.unwrap();
    watch.next().await.unwrap().unwrap();
    watch.close().await;
    // There are no further changes. The server must end the stream anyway.
    tap.idle().await;
    server.stop().await;
    tap.finish().await.unwrap();
    let expected = [("accept → read → write → shutdown → close", 1)];
    assert_eq!(skeletons(&summary(&path), Role::Accepted), expected);
}

async fn client_and_server_record_the_same_bytes<A: Api>() {
    let exchange = Exchange::record::<A>().await;
    let [server, client] = [Side::Server, Side::Client].map(|side| {
        let summary = exchange.summary(side);
        let [step] = summary.steps.as_slice() else { panic!("one step: {:?}", summary.steps) };
        (step.connections, step.to_server, step.to_client)
    });
    assert_eq!(server, client);
    assert_eq!(server.0, 5);
    assert!(server.1 > 100 && server.2 > 100, "{server:?}");
}

/// Records the scripted exchange over each of the three APIs.
async fn three() -> [Exchange; 3] {
    [Exchange::record::<Rest>().await, Exchange::record::<Graphql>().await, Exchange::record::<Grpc>().await]
}

fn compared(paths: impl IntoIterator<Item = PathBuf>) -> Comparison {
    Comparison::of(paths.into_iter().map(|path| summary(&path)).collect())
}

#[tokio::test]
async fn three_apis_make_the_same_socket_calls() {
    let exchanges = three().await;
    let paths =
        exchanges.iter().flat_map(|exchange| [Side::Server, Side::Client].map(|side| exchange.path(side)));
    let comparison = compared(paths);
    assert_eq!(comparison.verdict, Verdict::Same, "{:?}", comparison.reasons);
    assert_eq!(comparison.reasons, [""; 0]);
}

#[tokio::test]
async fn comparison_reports_a_missing_accept() {
    let [rest, graphql, _] = three().await;
    let trace = fs::read_to_string(rest.path(Side::Server)).unwrap();
    let without: Vec<&str> = {
        let accept = trace.lines().position(|line| line.contains("\"op\":\"accept\"")).unwrap();
        trace.lines().enumerate().filter(|(number, _)| *number != accept).map(|(_, line)| line).collect()
    };
    fs::write(rest.path(Side::Server), without.join("\n") + "\n").unwrap();
    let comparison = compared([rest.path(Side::Server), graphql.path(Side::Server)]);
    assert_eq!(comparison.verdict, Verdict::Different);
    let reasons = comparison.reasons.join("\n");
    assert!(reasons.contains("read → write → shutdown → close"), "the pattern without accept: {reasons}");
    // The second reason: the end line counts more events than there are.
    assert_eq!(comparison.reasons.len(), 2, "{reasons}");
}

#[tokio::test]
async fn missing_lines_make_a_comparison_inconclusive() {
    let [rest, graphql, _] = three().await;
    let trace = fs::read_to_string(rest.path(Side::Server)).unwrap();
    let option = trace.lines().find(|line| line.contains("TCP_NODELAY")).unwrap();
    fs::write(rest.path(Side::Server), trace.replacen(&format!("{option}\n"), "", 1)).unwrap();
    let comparison = compared([rest.path(Side::Server), graphql.path(Side::Server)]);
    assert_eq!(comparison.verdict, Verdict::Inconclusive, "{:?}", comparison.reasons);
}

#[tokio::test]
async fn comparison_of_truncated_trace_is_inconclusive() {
    let exchange = Exchange::record::<Rest>().await;
    let whole = fs::read(exchange.path(Side::Server)).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let end = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let cut = exchange.directory.path().join("cut.jsonl");
    for length in (header..end).step_by(7).chain([end, end + 5]) {
        fs::write(&cut, &whole[..length]).unwrap();
        let comparison = compared([cut.clone(), exchange.path(Side::Server)]);
        assert_eq!(comparison.verdict, Verdict::Inconclusive, "cut at {length}");
        assert!(!comparison.reasons.is_empty(), "cut at {length}");
    }
}

#[tokio::test]
async fn comparison_of_lossy_trace_is_inconclusive() {
    let exchange = Exchange::record::<Rest>().await;
    let path = exchange.path(Side::Server);
    let trace = fs::read_to_string(&path).unwrap();
    let (before, end) = trace.trim_end().rsplit_once('\n').unwrap();
    let events = before.lines().count();
    let gap = r#"{"t":1,"op":"gap","reads":2,"writes":1,"payloads":0}"#;
    assert!(end.contains("\"end\":true"));
    fs::write(&path, format!("{before}\n{gap}\n{{\"end\":true,\"events\":{events},\"lost\":3}}\n")).unwrap();
    let comparison = compared([path.clone(), path]);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(comparison.reasons[0].contains(" 3 "), "the number of lost events: {:?}", comparison.reasons);
}

#[tokio::test]
async fn server_and_client_traces_are_not_comparable() {
    let exchange = Exchange::record::<Rest>().await;
    let comparison = compared([exchange.path(Side::Server), exchange.path(Side::Client)]);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert_eq!(comparison.reasons.len(), 1, "{:?}", comparison.reasons);
}
