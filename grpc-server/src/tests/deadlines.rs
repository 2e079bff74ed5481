//! Tests of `grpc-timeout` and the request timeout, under a paused clock.

use std::time::Duration;

use bookshelf_proto::v1::{DeleteBookRequest, GetBookRequest, WatchBooksRequest};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use hardening_http::Limits;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use tokio::time::Instant;
use tonic::{Code, Request};

use super::support::{Reply, Server, details, frame, next, request};

#[tokio::test(start_paused = true)]
async fn deadline_ends_an_idle_stream() {
    let server = Server::new();
    let started = Instant::now();
    let mut watch = Request::new(WatchBooksRequest::default());
    watch.set_timeout(Duration::from_secs(90));
    let mut changes = server.client().watch_books(watch).await.unwrap().into_inner();
    server.shelf.delete(1).await.unwrap();
    assert_eq!(next(&mut changes).await.unwrap().unwrap().sequence, 1, "before the deadline");
    let status = next(&mut changes).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    details(&status, "DEADLINE_EXCEEDED");
    assert_eq!(started.elapsed().as_secs(), 90);
    assert!(next(&mut changes).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn deadline_ends_a_busy_stream() {
    let server = Server::new();
    let started = Instant::now();
    let mut watch = Request::new(WatchBooksRequest::default());
    watch.set_timeout(Duration::from_secs(5));
    let mut changes = server.client().watch_books(watch).await.unwrap().into_inner();
    let patch = bookshelf::BookPatch { year: Some(2000), ..bookshelf::BookPatch::default() };
    let (mut revisions, mut ended) = (1..100, None);
    while let (Some(revision), None) = (revisions.next(), &ended) {
        server.shelf.update(1, revision, patch.clone()).await.unwrap();
        ended = next(&mut changes).await.err();
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    assert_eq!(ended.unwrap().code(), Code::DeadlineExceeded);
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn stream_without_a_deadline_stays_open() {
    let server = Server::new();
    let mut changes = server.client().watch_books(WatchBooksRequest::default()).await.unwrap().into_inner();
    tokio::time::advance(Duration::from_secs(30 * 24 * 60 * 60)).await;
    server.shelf.delete(1).await.unwrap();
    assert!(next(&mut changes).await.unwrap().is_some());
}

/// Returns a call whose request body never ends.
fn unfinished(headers: &[(&str, &str)]) -> axum::http::Request<tonic::body::Body> {
    let first_chunk = Ok::<_, tonic::Status>(Frame::data(Bytes::from_static(b"\0\0\0")));
    request("GetBook", headers, StreamBody::new(stream::iter([first_chunk]).chain(stream::pending())))
}

#[tokio::test(start_paused = true)]
async fn deadline_ends_an_incomplete_request() {
    let started = Instant::now();
    let reply = Server::new().send(unfinished(&[("grpc-timeout", "1500m")])).await;
    assert_eq!(reply.code("DEADLINE_EXCEEDED"), Code::DeadlineExceeded);
    assert_eq!(started.elapsed().as_millis() / 100, 15);
}

/// tonic enforces `grpc-timeout`, too, but ends the call with CANCELLED.
#[tokio::test]
async fn expired_deadline_returns_deadline_exceeded_not_cancelled() {
    let timeout = [("grpc-timeout", "20m")];
    let watch = Full::new(frame(&WatchBooksRequest::default()));
    for request in [request("WatchBooks", &timeout, watch), unfinished(&timeout)] {
        let reply = Reply::over_tcp(request).await;
        assert_eq!(reply.code("DEADLINE_EXCEEDED"), Code::DeadlineExceeded);
    }
}

#[tokio::test(start_paused = true)]
async fn incomplete_request_times_out() {
    for headers in [&[][..], &[("grpc-timeout", "1H")]] {
        let started = Instant::now();
        let reply = Server::new().send(unfinished(headers)).await;
        assert_eq!(reply.code("REQUEST_TIMEOUT"), Code::DeadlineExceeded);
        assert_eq!(started.elapsed().as_secs(), Limits::default().request_timeout.as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn malformed_grpc_timeout_is_an_error() {
    let server = Server::new();
    let book = frame(&GetBookRequest { id: 1 });
    for timeout in ["1S", "99999999H", "00000001M"] {
        let reply = server.call("GetBook", &[("grpc-timeout", timeout)], book.clone()).await;
        assert_eq!(reply.status().code(), Code::Ok, "{timeout}");
    }
    for timeout in ["soon", "1", "S", "1s", "+1S", "1.5S", "123456789S", ""] {
        let reply = server.call("GetBook", &[("grpc-timeout", timeout)], book.clone()).await;
        assert_eq!(reply.code("TIMEOUT_MALFORMED"), Code::Internal, "{timeout}");
    }
}

#[tokio::test(start_paused = true)]
async fn expired_deadline_ends_a_stream_at_once() {
    let reply = Server::new()
        .call("WatchBooks", &[("grpc-timeout", "0m")], frame(&WatchBooksRequest::default()))
        .await;
    assert_eq!(reply.code("DEADLINE_EXCEEDED"), Code::DeadlineExceeded);
}

#[tokio::test(start_paused = true)]
async fn delete_with_expired_deadline_deletes_nothing() {
    let server = Server::new();
    let delete = frame(&DeleteBookRequest { id: 1 });
    let reply = server.call("DeleteBook", &[("grpc-timeout", "0S")], delete).await;
    assert_eq!(reply.code("DEADLINE_EXCEEDED"), Code::DeadlineExceeded);
    assert!(server.shelf.book(1).await.is_ok());
}
