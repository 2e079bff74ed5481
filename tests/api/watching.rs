//! Tests of the change streams, which report created, updated and deleted books, over each API.

use bookshelf::{BookPatch, ChangeKind, Limits};
use clients::{FailureKind, Watch as _};
use socket_tap::Tap;

use crate::api::operations::new_book;
use crate::support::api::{Api, Server};

each_api!(
    watcher_receives_changes_of_other_clients,
    slow_watcher_gets_an_error,
    shutdown_ends_change_streams,
);

async fn watcher_receives_changes_of_other_clients<A: Api>() {
    let server = Server::start::<A>().await;
    let mut watch = A::watch(&Tap::off(), server.address, 3).await.unwrap();
    let mut client: A = server.client().await;
    let created = client.create(new_book("Watched")).await.unwrap();
    let patch = BookPatch { year: Some(2002), ..BookPatch::default() };
    let updated = client.update(created.id, 1, patch).await.unwrap();
    client.delete(created.id).await.unwrap();
    let expected = [
        (ChangeKind::Created, created),
        (ChangeKind::Updated, updated.clone()),
        (ChangeKind::Deleted, updated),
    ];
    for (sequence, (kind, book)) in (1..).zip(expected) {
        let change = watch.next().await.unwrap().unwrap();
        assert_eq!((change.sequence, change.kind, change.book), (sequence, kind, book));
    }
    assert_eq!(watch.next().await.unwrap(), None);
    watch.close().await;
}

async fn slow_watcher_gets_an_error<A: Api>() {
    let limits = Limits { history: 2, ..Limits::default() };
    let server = Server::with::<A>(&Tap::off(), limits).await;
    let mut watch = A::watch(&Tap::off(), server.address, 9).await.unwrap();
    // The server cannot run in between: the runtime has one thread, and nothing here waits.
    for revision in 1..=5 {
        let patch = BookPatch { year: Some(2000), ..BookPatch::default() };
        server.shelf.update(1, revision, patch).await.unwrap();
    }
    let failure = watch.next().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::FellBehind, "{failure}");
    assert!(failure.message.contains('3'), "the number of missed changes: {failure}");
}

async fn shutdown_ends_change_streams<A: Api>() {
    let server = Server::start::<A>().await;
    let mut watch = A::watch(&Tap::off(), server.address, 9).await.unwrap();
    server.shelf.create(new_book("Before the end")).await.unwrap();
    assert!(watch.next().await.unwrap().is_some());
    server.shutdown.cancel();
    assert_eq!(watch.next().await.unwrap(), None);
    server.stop().await;
}
