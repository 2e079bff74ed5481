//! Tests of watch streams that start with the next change, or after the change with a given number. The
//! server may have dropped that change, or never made it.

use bookshelf::Limits;
use bookshelf_proto::v1::{WatchBooksRequest, WatchBooksResponse};
use tonic::{Code, Status, Streaming};

use super::support::{Server, details, next, value};

/// Returns a server whose books have changed five times. The server keeps only the last two of these changes.
async fn changed_server() -> Server {
    let server = Server::with_limits(Limits { history: 2, ..Limits::default() });
    for id in 1..=5 {
        server.shelf.delete(id).await.unwrap();
    }
    server
}

async fn watch(server: &Server, after: Option<u64>) -> Result<Streaming<WatchBooksResponse>, Status> {
    let request = WatchBooksRequest { after_sequence: after };
    Ok(server.client().watch_books(request).await?.into_inner())
}

async fn sequence(changes: &mut Streaming<WatchBooksResponse>) -> u64 {
    next(changes).await.unwrap().unwrap().sequence
}

#[tokio::test(start_paused = true)]
async fn watch_without_after_sequence_skips_earlier_changes() {
    let server = changed_server().await;
    let mut changes = watch(&server, None).await.unwrap();
    server.shelf.delete(6).await.unwrap();
    assert_eq!(sequence(&mut changes).await, 6);
}

#[tokio::test(start_paused = true)]
async fn resumed_watch_replays_missed_changes() {
    let server = changed_server().await;
    let mut changes = watch(&server, Some(3)).await.unwrap();
    assert_eq!([sequence(&mut changes).await, sequence(&mut changes).await], [4, 5]);
    server.shelf.delete(6).await.unwrap();
    assert_eq!(sequence(&mut changes).await, 6);
}

#[tokio::test(start_paused = true)]
async fn watch_resumed_too_late_reports_missed_changes() {
    for (after, missed) in [(0, "3"), (2, "1")] {
        let mut changes = watch(&changed_server().await, Some(after)).await.unwrap();
        let status = next(&mut changes).await.unwrap_err();
        assert_eq!(status.code(), Code::DataLoss);
        assert_eq!(value(&details(&status, "WATCHER_FELL_BEHIND"), "missed"), missed);
        assert!(next(&mut changes).await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn slow_watch_reports_missed_changes() {
    let server = Server::with_limits(Limits { history: 2, ..Limits::default() });
    let mut changes = watch(&server, None).await.unwrap();
    for id in 1..=5 {
        server.shelf.delete(id).await.unwrap();
    }
    let status = next(&mut changes).await.unwrap_err();
    assert_eq!(status.code(), Code::DataLoss);
    assert_eq!(value(&details(&status, "WATCHER_FELL_BEHIND"), "missed"), "3");
}

#[tokio::test(start_paused = true)]
async fn watch_fails_if_after_sequence_is_in_future() {
    for sequence in [6, u64::MAX] {
        let status = watch(&changed_server().await, Some(sequence)).await.unwrap_err();
        assert_eq!(status.code(), Code::DataLoss);
        let details = details(&status, "CHANGE_UNKNOWN");
        assert_eq!(value(&details, "sequence"), sequence.to_string());
        assert_eq!(value(&details, "last"), "5");
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_the_watch_with_ok() {
    let server = changed_server().await;
    let mut changes = watch(&server, None).await.unwrap();
    server.shutdown.cancel();
    assert!(next(&mut changes).await.unwrap().is_none());
}
