//! Watching changes: from now on, from behind one, and when that cannot be.

use bookshelf::Limits;
use bookshelf_proto::v1::{WatchBooksRequest, WatchBooksResponse};
use tonic::{Code, Status, Streaming};

use super::support::{Server, details, next, value};

/// A shelf that keeps two changes and has had five.
fn changed() -> Server {
    let server = Server::with_limits(Limits { history: 2, ..Limits::default() });
    for id in 1..=5 {
        server.shelf.delete(id).unwrap();
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
async fn without_a_sequence_a_watcher_sees_what_comes_next() {
    let server = changed();
    let mut changes = watch(&server, None).await.unwrap();
    server.shelf.delete(6).unwrap();
    assert_eq!(sequence(&mut changes).await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_comes_back_sees_what_it_missed() {
    let server = changed();
    let mut changes = watch(&server, Some(3)).await.unwrap();
    assert_eq!([sequence(&mut changes).await, sequence(&mut changes).await], [4, 5]);
    server.shelf.delete(6).unwrap();
    assert_eq!(sequence(&mut changes).await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_comes_back_too_late_is_told_how_much_it_lost() {
    for (seen, missed) in [(0, "3"), (2, "1")] {
        let mut changes = watch(&changed(), Some(seen)).await.unwrap();
        let status = next(&mut changes).await.unwrap_err();
        assert_eq!(status.code(), Code::DataLoss);
        assert_eq!(value(&details(&status, "WATCHER_FELL_BEHIND"), "missed"), missed);
        assert!(next(&mut changes).await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_falls_behind_is_told_how_much_it_lost() {
    let server = Server::with_limits(Limits { history: 2, ..Limits::default() });
    let mut changes = watch(&server, None).await.unwrap();
    for id in 1..=5 {
        server.shelf.delete(id).unwrap();
    }
    let status = next(&mut changes).await.unwrap_err();
    assert_eq!(status.code(), Code::DataLoss);
    assert_eq!(value(&details(&status, "WATCHER_FELL_BEHIND"), "missed"), "3");
}

#[tokio::test(start_paused = true)]
async fn a_watcher_from_before_a_restart_is_told_so() {
    for sequence in [6, u64::MAX] {
        let status = watch(&changed(), Some(sequence)).await.unwrap_err();
        assert_eq!(status.code(), Code::DataLoss);
        let details = details(&status, "CHANGE_UNKNOWN");
        assert_eq!(value(&details, "sequence"), sequence.to_string());
        assert_eq!(value(&details, "last"), "5");
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_stream_with_a_good_status() {
    let server = changed();
    let mut changes = watch(&server, None).await.unwrap();
    server.shutdown.cancel();
    assert!(next(&mut changes).await.unwrap().is_none());
}
