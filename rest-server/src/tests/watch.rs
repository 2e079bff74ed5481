//! The operation that watches changes as server-sent events.

use axum::body::BodyDataStream;
use axum::http::StatusCode;
use bookshelf::{BookPatch, Limits, NewBook, Shelf};
use futures_util::StreamExt as _;
use hardening_rest::limits::KEEP_ALIVE;
use serde_json::Value;

use super::support::Service;

const CHANGES: &str = "/v1/books/changes";

/// Updates book 1 once for each of the revisions, which must be consecutive.
async fn update(shelf: &Shelf, revisions: std::ops::Range<u32>) {
    for revision in revisions {
        shelf.update(1, revision, BookPatch { year: Some(2000), ..BookPatch::default() }).await.unwrap();
    }
}

async fn next(stream: &mut BodyDataStream) -> String {
    String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap()
}

/// Parses a server-sent event and returns its id, its name and its data.
fn parse(event: &str) -> (&str, &str, Value) {
    let lines: Vec<_> = event.strip_suffix("\n\n").unwrap().lines().collect();
    let [id, name, data] = lines[..] else { panic!("{event}") };
    (
        id.strip_prefix("id: ").unwrap(),
        name.strip_prefix("event: ").unwrap(),
        serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
    )
}

#[tokio::test]
async fn change_is_an_event_with_sequence_and_kind() {
    let service = Service::new();
    let mut stream = service.stream(CHANGES, &[]).await;
    let book =
        service.shelf.create(NewBook { title: "New".to_owned(), author_id: 1, year: 2000 }).await.unwrap();
    assert_eq!(
        next(&mut stream).await,
        "id: 1\nevent: created\ndata: {\"sequence\":1,\"kind\":\"created\",\"book\":{\"id\":15,\"title\":\"New\",\
         \"author_id\":1,\"year\":2000,\"revision\":1}}\n\n"
    );
    service.shelf.update(15, 1, BookPatch { year: Some(2001), ..BookPatch::default() }).await.unwrap();
    service.shelf.delete(book.id).await.unwrap();
    for expected in [("2", "updated"), ("3", "deleted")] {
        let event = next(&mut stream).await;
        let (id, name, data) = parse(&event);
        assert_eq!((id, name), expected);
        assert_eq!((data["kind"].as_str().unwrap(), data["book"]["id"].as_u64()), (name, Some(15)));
    }
}

#[tokio::test]
async fn reconnected_client_continues_after_last_event_id() {
    let service = Service::new();
    update(&service.shelf, 1..5).await;
    let mut stream = service.stream(CHANGES, &[("last-event-id", "2")]).await;
    for id in ["3", "4"] {
        assert_eq!(parse(&next(&mut stream).await).0, id);
    }
    // Changes after the reconnection follow.
    update(&service.shelf, 5..6).await;
    assert_eq!(parse(&next(&mut stream).await).0, "5");
}

#[tokio::test]
async fn event_limit_or_shutdown_ends_the_change_stream() {
    let service = Service::new();
    let mut limited = service.stream("/v1/books/changes?limit=2", &[]).await;
    let mut endless = service.stream(CHANGES, &[]).await;
    update(&service.shelf, 1..4).await;
    for stream in [&mut limited, &mut endless] {
        assert_eq!(parse(&next(stream).await).0, "1");
        assert_eq!(parse(&next(stream).await).0, "2");
    }
    assert!(limited.next().await.is_none());
    assert_eq!(parse(&next(&mut endless).await).0, "3");
    service.shutdown.cancel();
    assert!(endless.next().await.is_none());
}

#[tokio::test]
async fn missed_changes_end_the_stream_with_an_error() {
    let service = Service::with_limits(Limits { history: 2, ..Limits::default() });
    let mut stream = service.stream(CHANGES, &[]).await;
    update(&service.shelf, 1..6).await;
    let event = next(&mut stream).await;
    let (id, name, problem) = parse(&event);
    assert_eq!((id, name), ("3", "error"));
    assert_eq!(problem["type"], "urn:problem-type:bookshelf:fell-behind");
    assert!(stream.next().await.is_none());
    // A client that reconnects with the id of the error receives the oldest stored change.
    let mut stream = service.stream(CHANGES, &[("last-event-id", id)]).await;
    assert_eq!(parse(&next(&mut stream).await).0, "4");
}

#[tokio::test]
async fn future_last_event_id_is_an_error_event() {
    let service = Service::new();
    update(&service.shelf, 1..3).await;
    let mut stream = service.stream(CHANGES, &[("last-event-id", "18446744073709551615")]).await;
    let event = next(&mut stream).await;
    let (id, name, problem) = parse(&event);
    assert_eq!((id, name, problem["status"].as_u64()), ("2", "error", Some(410)));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn idle_stream_sends_keep_alive_comments() {
    let service = Service::new();
    let mut stream = service.stream(CHANGES, &[]).await;
    let start = tokio::time::Instant::now();
    assert_eq!(next(&mut stream).await, ":\n\n");
    assert_eq!(start.elapsed().as_secs(), KEEP_ALIVE.as_secs());
}

#[tokio::test]
async fn malformed_last_event_id_is_400() {
    let service = Service::new();
    for id in ["", "x", "-1", "+1", "1.0", "18446744073709551616"] {
        let response = service.get(CHANGES, &[("last-event-id", id)]).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{id}");
        assert_eq!(response.invalid_fields(), ["Last-Event-ID"]);
    }
}

#[tokio::test]
async fn malformed_limit_parameter_is_400() {
    let response = Service::new().get("/v1/books/changes?limit=0&x=1", &[]).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(response.invalid_fields(), ["limit", "x"]);
}
