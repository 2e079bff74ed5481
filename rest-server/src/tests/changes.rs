//! Changes, as server-sent events.

use axum::body::BodyDataStream;
use axum::http::StatusCode;
use bookshelf::{BookPatch, Limits, NewBook, Shelf};
use futures_util::StreamExt as _;
use serde_json::Value;

use super::support::Service;
use crate::limits::KEEP_ALIVE;

const CHANGES: &str = "/v1/books/changes";

/// Changes book 1 at each of these revisions.
fn change(shelf: &Shelf, revisions: std::ops::Range<u32>) {
    for revision in revisions {
        shelf.update(1, revision, BookPatch { year: Some(2000), ..BookPatch::default() }).unwrap();
    }
}

async fn next(stream: &mut BodyDataStream) -> String {
    String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap()
}

/// The id and the name of an event, and its data.
fn read(event: &str) -> (&str, &str, Value) {
    let lines: Vec<_> = event.strip_suffix("\n\n").unwrap().lines().collect();
    let [id, name, data] = lines[..] else { panic!("{event}") };
    (
        id.strip_prefix("id: ").unwrap(),
        name.strip_prefix("event: ").unwrap(),
        serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
    )
}

#[tokio::test]
async fn each_change_is_an_event_with_its_sequence_as_id_and_its_kind_as_name() {
    let service = Service::new();
    let mut stream = service.stream(CHANGES, &[]).await;
    let book = service.shelf.create(NewBook { title: "New".to_owned(), author_id: 1, year: 2000 }).unwrap();
    assert_eq!(
        next(&mut stream).await,
        "id: 1\nevent: created\ndata: {\"sequence\":1,\"kind\":\"created\",\"book\":{\"id\":15,\"title\":\"New\",\
         \"author_id\":1,\"year\":2000,\"revision\":1}}\n\n"
    );
    service.shelf.update(15, 1, BookPatch { year: Some(2001), ..BookPatch::default() }).unwrap();
    service.shelf.delete(book.id).unwrap();
    for expected in [("2", "updated"), ("3", "deleted")] {
        let event = next(&mut stream).await;
        let (id, name, data) = read(&event);
        assert_eq!((id, name), expected);
        assert_eq!((data["kind"].as_str().unwrap(), data["book"]["id"].as_u64()), (name, Some(15)));
    }
}

#[tokio::test]
async fn a_reader_that_comes_back_goes_on_where_it_was() {
    let service = Service::new();
    change(&service.shelf, 1..5);
    let mut stream = service.stream(CHANGES, &[("last-event-id", "2")]).await;
    for id in ["3", "4"] {
        assert_eq!(read(&next(&mut stream).await).0, id);
    }
    // And then with what is new.
    change(&service.shelf, 5..6);
    assert_eq!(read(&next(&mut stream).await).0, "5");
}

#[tokio::test]
async fn a_limit_and_a_shutdown_end_the_stream() {
    let service = Service::new();
    let mut limited = service.stream("/v1/books/changes?limit=2", &[]).await;
    let mut endless = service.stream(CHANGES, &[]).await;
    change(&service.shelf, 1..4);
    for stream in [&mut limited, &mut endless] {
        assert_eq!(read(&next(stream).await).0, "1");
        assert_eq!(read(&next(stream).await).0, "2");
    }
    assert!(limited.next().await.is_none());
    assert_eq!(read(&next(&mut endless).await).0, "3");
    service.shutdown.cancel();
    assert!(endless.next().await.is_none());
}

#[tokio::test]
async fn a_reader_that_fell_behind_is_told_and_can_come_back() {
    let service = Service::with_limits(Limits { history: 2, ..Limits::default() });
    let mut stream = service.stream(CHANGES, &[]).await;
    change(&service.shelf, 1..6);
    let event = next(&mut stream).await;
    let (id, name, problem) = read(&event);
    assert_eq!((id, name), ("3", "error"));
    assert_eq!(problem["type"], "urn:problem-type:bookshelf:fell-behind");
    assert!(problem["detail"].as_str().unwrap().contains("missed 3 changes"), "{problem}");
    assert!(stream.next().await.is_none());
    // The id of the error is where there is something again.
    let mut stream = service.stream(CHANGES, &[("last-event-id", id)]).await;
    assert_eq!(read(&next(&mut stream).await).0, "4");
}

#[tokio::test]
async fn a_reader_of_an_earlier_shelf_is_told() {
    let service = Service::new();
    change(&service.shelf, 1..3);
    let mut stream = service.stream(CHANGES, &[("last-event-id", "18446744073709551615")]).await;
    let event = next(&mut stream).await;
    let (id, name, problem) = read(&event);
    assert_eq!((id, name, problem["status"].as_u64()), ("2", "error", Some(410)));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_says_that_it_is_still_there() {
    let service = Service::new();
    let mut stream = service.stream(CHANGES, &[]).await;
    let start = tokio::time::Instant::now();
    assert_eq!(next(&mut stream).await, ":\n\n");
    assert_eq!(start.elapsed().as_secs(), KEEP_ALIVE.as_secs());
}

#[tokio::test]
async fn what_is_no_id_of_an_event_is_a_400() {
    let service = Service::new();
    for id in ["", "x", "-1", "+1", "1.0", "18446744073709551616"] {
        let reply = service.get(CHANGES, &[("last-event-id", id)]).await;
        let error = "Last-Event-ID must be the id of an event of this stream".to_owned();
        assert_eq!((reply.status, reply.errors()), (StatusCode::BAD_REQUEST, vec![error]), "{id}");
    }
    let reply = service.get("/v1/books/changes?limit=0&x=1", &[]).await;
    let errors = ["limit must be a whole number from 1 to 4294967295, is 0", "x is unknown; known are limit"];
    assert_eq!((reply.status, reply.errors()), (StatusCode::BAD_REQUEST, errors.map(str::to_owned).to_vec()));
}
