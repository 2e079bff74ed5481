//! Servers and databases that are killed under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bookshelf::{Book, BookPatch};
use clients::{Client as _, Grpc};
use rustix::process::Signal;
use socket_tap::Tap;
use tokio::task::JoinHandle;

use crate::support::postgres::Postgres;
use crate::support::process::Serving;

/// Number of kills of the server, and of the database. The environment variable `KILLS` changes it.
const KILLS: u64 = 5;

/// Number of clients, each of which updates a book of its own.
const CLIENTS: u32 = 4;

/// Number of acknowledged updates before a kill. It varies, so that kills hit different moments.
const UPDATES: std::ops::Range<u64> = 20..60;

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_updates_survive_kills() {
    let Some(mut database) = Postgres::start() else { return };
    let url = database.create_database().await;
    let kills = std::env::var("KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut books: Vec<Book> = Vec::new();
    let mut total = 0;
    for kill in 0..2 * kills {
        let server = Serving::start("grpc-server", &["--store", &url, "--no-tap"]);
        let mut client = Grpc::connect(&Tap::off(), server.address).await.unwrap();
        for (id, acknowledged) in (1..=CLIENTS).zip(&books) {
            let stored = client.book(id).await.unwrap();
            // The update in flight may have been stored without an acknowledgement.
            let is_next = stored.revision == acknowledged.revision + 1;
            assert!(stored == *acknowledged || is_next, "{stored:?} instead of {acknowledged:?}");
        }
        books.clear();
        for id in 1..=CLIENTS {
            books.push(client.book(id).await.unwrap());
        }
        let acknowledged = Arc::new(AtomicU64::new(0));
        let writers = Vec::from_iter(books.drain(..).map(|book| spawn_writer(&server, book, &acknowledged)));
        let enough = UPDATES.start + kill * 7 % (UPDATES.end - UPDATES.start);
        while acknowledged.load(Ordering::Relaxed) < enough {
            tokio::task::yield_now().await;
        }
        if kill % 2 == 0 {
            server.signal(Signal::KILL);
        } else {
            database.kill();
        }
        for writer in writers {
            books.push(writer.await.unwrap());
        }
        if kill % 2 == 1 {
            database.start_again();
        }
        total += acknowledged.load(Ordering::Relaxed);
    }
    eprintln!("{} kills, {total} acknowledged updates, none lost", 2 * kills);
}

/// Updates a book until a call fails. Returns the book of the last acknowledged update.
fn spawn_writer(server: &Serving, mut book: Book, acknowledged: &Arc<AtomicU64>) -> JoinHandle<Book> {
    let (address, acknowledged) = (server.address, acknowledged.clone());
    tokio::spawn(async move {
        let mut client = Grpc::connect(&Tap::off(), address).await.unwrap();
        loop {
            let patch = BookPatch { year: Some((book.year + 1) % 2_000), ..BookPatch::default() };
            match client.update(book.id, book.revision, patch).await {
                Ok(updated) => book = updated,
                Err(_) => return book,
            }
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    })
}
