//! Tests of servers whose database shuts down, stops responding, or has no free connection.

use std::time::{Duration, Instant};

use bookshelf::{BookPatch, ChangeKind};
use clients::{Client as _, FailureKind, Rest, Watch as _};
use futures_util::future::join_all;
use socket_tap::Tap;

use crate::api::operations::new_book;
use crate::support::api::Api;
use crate::support::postgres::Postgres;
use crate::support::process::Serving;
use crate::support::raw::Raw;

each_api!(server_reports_and_survives_a_database_outage, unresponsive_database_times_out);

/// Time within which a call must fail if the database does not respond: the default of `--request-timeout`.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Starts a database, and a server that uses it.
async fn start<A: Api>(arguments: &[&str]) -> Option<(Postgres, Serving)> {
    let database = Postgres::start()?;
    let url = database.create_database().await;
    let server = Serving::start(A::SERVER, &[&["--store", &*url], arguments].concat());
    Some((database, server))
}

/// Repeats a call until the database is available.
async fn available<A: Api>(client: &mut A) {
    while let Err(failure) = client.book(1).await {
        assert_eq!(failure.kind, FailureKind::Unavailable, "{failure}");
    }
}

async fn server_reports_and_survives_a_database_outage<A: Api>() {
    let Some((mut database, server)) = start::<A>(&[]).await else { return };
    let mut client = A::connect(&Tap::off(), server.address).await.unwrap();
    let mut watch = A::watch(&Tap::off(), server.address, 2).await.unwrap();
    let created = client.create(new_book("Before the outage")).await.unwrap();
    database.kill();
    let began = Instant::now();
    let patch = BookPatch { year: Some(2002), ..BookPatch::default() };
    for failure in [
        client.book(1).await.unwrap_err(),
        client.update(created.id, 1, patch.clone()).await.unwrap_err(),
        client.author_with_books(1).await.unwrap_err(),
    ] {
        assert_eq!(failure.kind, FailureKind::Unavailable, "{failure}");
    }
    assert!(began.elapsed() < REQUEST_TIMEOUT);
    database.start_again();
    available(&mut client).await;
    let updated = client.update(created.id, 1, patch).await.unwrap();
    // The watcher has been open all the time, and sees each change once.
    for (sequence, kind, book) in [(1, ChangeKind::Created, created), (2, ChangeKind::Updated, updated)] {
        let change = watch.next().await.unwrap().unwrap();
        assert_eq!((change.sequence, change.kind, change.book), (sequence, kind, book));
    }
    assert_eq!(watch.next().await.unwrap(), None);
}

async fn unresponsive_database_times_out<A: Api>() {
    let Some((database, server)) = start::<A>(&["--store-timeout", "2"]).await else { return };
    let mut client = A::connect(&Tap::off(), server.address).await.unwrap();
    client.book(1).await.unwrap();
    database.freeze();
    let failure = client.book(1).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable, "{failure}");
    database.unfreeze();
    available(&mut client).await;
}

#[tokio::test]
async fn calls_on_exhausted_database_pool_fail_within_timeout() {
    let arguments = ["--store-connections", "1", "--store-timeout", "2"];
    let Some((database, server)) = start::<Rest>(&arguments).await else { return };
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = Rest::connect(&Tap::off(), server.address).await.unwrap();
        client.book(1).await.unwrap();
        clients.push(client);
    }
    database.freeze();
    let began = Instant::now();
    let failures = join_all(clients.iter_mut().map(|client| client.book(1))).await;
    assert!(began.elapsed() < REQUEST_TIMEOUT);
    for failure in failures.into_iter().map(Result::unwrap_err) {
        assert_eq!(failure.kind, FailureKind::Unavailable, "{failure}");
    }
    database.unfreeze();
    available(&mut clients[0]).await;
}

#[tokio::test]
async fn rest_response_says_when_to_retry() {
    let Some((mut database, server)) = start::<Rest>(&[]).await else { return };
    database.stop();
    let mut raw = Raw::saying(server.address, "GET /v1/books/1 HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let response = raw.answer().await.unwrap();
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    let retry_after = format!("retry-after: {}\r\n", bookshelf::error::RETRY_AFTER.as_secs());
    assert!(response.contains(&retry_after), "{response}");
}
