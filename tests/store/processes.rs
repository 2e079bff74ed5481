//! Tests of four server processes, of all three APIs, that share one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bookshelf::BookPatch;
use clients::{Client, FailureKind, Graphql, Grpc, Rest, Watch as _};
use socket_tap::Tap;
use tokio::sync::watch;

use crate::support::api::Api;
use crate::support::postgres::Postgres;
use crate::support::process::Serving;

/// Total number of updates by all clients.
const UPDATES: u64 = 10_000;

/// Number of books that the clients update. It is small, so that several clients often update the same book.
const BOOKS: u32 = 14;

/// Maximum number of updates by which a watcher may lag behind. The clients wait for a watcher that lags
/// further behind, because the store keeps only 1,024 changes.
const MAX_LAG: u64 = 500;

/// Receiver of the number of updates that a watcher has seen so far.
type Seen = watch::Receiver<u64>;

#[tokio::test(flavor = "multi_thread")]
async fn updates_by_several_processes_reach_watchers_exactly_once() {
    let Some(database) = Postgres::start() else { return };
    let url = database.create_database().await;
    let arguments = ["--store", &*url, "--no-tap"];
    // They start at the same time, and one of them creates the tables.
    let starting = [Rest::SERVER, Graphql::SERVER, Grpc::SERVER, Rest::SERVER].map(|name| {
        let arguments = arguments.map(str::to_owned);
        tokio::task::spawn_blocking(move || Serving::start(name, &arguments.each_ref().map(String::as_str)))
    });
    let mut servers = Vec::new();
    for server in starting {
        servers.push(server.await.unwrap());
    }
    let [rest, graphql, grpc, second_rest] = [0, 1, 2, 3].map(|index: usize| servers[index].address);
    let mut watchers = Vec::new();
    let mut seen = Vec::new();
    watch_all::<Rest>(rest, &mut watchers, &mut seen).await;
    watch_all::<Graphql>(graphql, &mut watchers, &mut seen).await;
    watch_all::<Grpc>(grpc, &mut watchers, &mut seen).await;
    watch_all::<Rest>(second_rest, &mut watchers, &mut seen).await;
    let started = Arc::new(AtomicU64::new(0));
    let mut writers = Vec::new();
    for number in 0..2 {
        writers.push(tokio::spawn(update_all::<Rest>(rest, number, started.clone(), seen.clone())));
        writers.push(tokio::spawn(update_all::<Graphql>(graphql, number + 3, started.clone(), seen.clone())));
        writers.push(tokio::spawn(update_all::<Grpc>(grpc, number + 6, started.clone(), seen.clone())));
        writers.push(tokio::spawn(update_all::<Rest>(
            second_rest,
            number + 9,
            started.clone(),
            seen.clone(),
        )));
    }
    let mut acknowledged = vec![0; BOOKS as usize + 1];
    for writer in writers {
        for (total, updates) in acknowledged.iter_mut().zip(writer.await.unwrap()) {
            *total += updates;
        }
    }
    assert_eq!(acknowledged.iter().sum::<u32>() as u64, UPDATES);
    for watcher in watchers {
        // Each update raises the revision of its book by one, so equal counts mean that none was lost.
        assert_eq!(watcher.await.unwrap(), acknowledged);
    }
    let mut client = Grpc::connect(&Tap::off(), grpc).await.unwrap();
    for id in 1..=BOOKS {
        assert_eq!(client.book(id).await.unwrap().revision, 1 + acknowledged[id as usize]);
    }
}

/// Starts a watcher that asserts the order of the changes and returns the number of updates of each book.
async fn watch_all<A: Api>(
    address: std::net::SocketAddr,
    watchers: &mut Vec<tokio::task::JoinHandle<Vec<u32>>>,
    seen: &mut Vec<Seen>,
) {
    let mut watch = A::watch(&Tap::off(), address, u32::try_from(UPDATES).unwrap()).await.unwrap();
    let (sender, receiver) = watch::channel(0);
    seen.push(receiver);
    watchers.push(tokio::spawn(async move {
        let mut updates = vec![0; BOOKS as usize + 1];
        for sequence in 1..=UPDATES {
            let change = watch.next().await.unwrap().unwrap();
            assert_eq!(change.sequence, sequence, "{}", A::API);
            updates[change.book.id as usize] += 1;
            assert_eq!(change.book.revision, 1 + updates[change.book.id as usize], "{}", A::API);
            sender.send_replace(sequence);
        }
        updates
    }));
}

/// Updates books until there are enough updates. Returns the number of acknowledged updates of each book.
async fn update_all<A: Api>(
    address: std::net::SocketAddr,
    number: u32,
    started: Arc<AtomicU64>,
    mut seen: Vec<Seen>,
) -> Vec<u32> {
    let mut client = A::connect(&Tap::off(), address).await.unwrap();
    let mut acknowledged = vec![0; BOOKS as usize + 1];
    let mut id = number % BOOKS + 1;
    loop {
        let update = started.fetch_add(1, Ordering::Relaxed);
        if update >= UPDATES {
            client.close().await;
            return acknowledged;
        }
        for watcher in &mut seen {
            watcher.wait_for(|seen| *seen + MAX_LAG > update).await.unwrap();
        }
        let patch = BookPatch { year: Some(i32::try_from(update % 2_000).unwrap()), ..BookPatch::default() };
        loop {
            let revision = client.book(id).await.unwrap().revision;
            match client.update(id, revision, patch.clone()).await {
                Ok(_) => break,
                Err(failure) => assert_eq!(failure.kind, FailureKind::Conflict, "{failure}"),
            }
        }
        acknowledged[id as usize] += 1;
        id = id % BOOKS + 1;
    }
}
