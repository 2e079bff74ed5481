//! Tests of operations that the file `scenario.json` cannot express.

use bookshelf::NewBook;

use crate::support::api::{Api, Server};

each_api!(concurrent_clients_create_distinct_books);

pub(crate) fn new_book(title: &str) -> NewBook {
    NewBook { title: title.to_owned(), author_id: 2, year: 2001 }
}

async fn concurrent_clients_create_distinct_books<A: Api>() {
    let server = Server::start::<A>().await;
    let mut clients: Vec<A> = Vec::new();
    for _ in 0..8 {
        clients.push(server.client().await);
    }
    let creating = clients.into_iter().map(|mut client| {
        tokio::spawn(async move {
            let book = client.create(new_book("At once")).await.unwrap();
            client.close().await;
            book.id
        })
    });
    let mut ids = Vec::new();
    for task in creating.collect::<Vec<_>>() {
        ids.push(task.await.unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (15..23).collect::<Vec<_>>());
}
