//! Checks the table in `docs/errors.md`: provokes each error through each API and compares the codes.

use std::collections::BTreeMap;

use bookshelf::{BookPatch, Limits, ListBooks, NewBook, Shelf};
use clients::{Failure, Graphql, Grpc, Rest, Watch as _};
use socket_tap::Tap;

use crate::api::operations::new_book;
use crate::support::api::{Api, Server};
use crate::support::unavailable_store::UnavailableStore;

const DOCUMENT: &str = include_str!("../../docs/errors.md");

/// Returns the rows of the table in `docs/errors.md`: the error, then its code in REST, GraphQL and gRPC.
fn rows() -> Vec<[&'static str; 4]> {
    let table = DOCUMENT.split("| error | REST | GraphQL | gRPC |\n|---|---|---|---|\n").nth(1).unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        cells.try_into().unwrap()
    })
    .collect()
}

#[tokio::test]
async fn each_api_returns_the_documented_errors() {
    let [rest, graphql, grpc] =
        [answers::<Rest>().await, answers::<Graphql>().await, answers::<Grpc>().await];
    let rows = rows();
    for [error, cells @ ..] in &rows {
        for (answers, cell) in [&rest, &graphql, &grpc].into_iter().zip(cells) {
            assert_eq!(answers.get(error).map(String::as_str), Some(*cell), "{error}");
        }
    }
    let documented: Vec<&str> = rows.iter().map(|[error, ..]| *error).collect();
    assert!(rest.keys().all(|error| documented.contains(error)), "the table lacks one of {:?}", rest.keys());
}

/// Provokes each documented error through the API `A`. Returns the error codes, by the name of the error in
/// the table.
async fn answers<A: Api>() -> BTreeMap<&'static str, String> {
    let limits = Limits { books: 15, history: 2 };
    let server = Server::with::<A>(&Tap::off(), limits).await;
    let mut client: A = server.client().await;
    let year = |year| BookPatch { year: Some(year), ..BookPatch::default() };
    let mut answers = BTreeMap::new();
    let mut answer = |error, failure: Failure| _ = answers.insert(error, shown(&failure.status));

    answer("unknown book", client.book(99).await.unwrap_err());
    answer("unknown author", client.author_with_books(99).await.unwrap_err());
    answer("invalid title or year", client.create(new_book("")).await.unwrap_err());
    let unknown = NewBook { author_id: 99, ..new_book("Whose?") };
    answer("unknown author of a new book", client.create(unknown).await.unwrap_err());
    let long = ListBooks { page_size: Some(101), ..ListBooks::default() };
    answer("page size above the maximum", client.list(&long).await.unwrap_err());
    let foreign = ListBooks { page_token: Some("bm9uc2Vuc2U".to_owned()), ..ListBooks::default() };
    answer("unknown page token", client.list(&foreign).await.unwrap_err());
    client.update(1, 1, year(1991)).await.unwrap();
    answer("update of an old revision", client.update(1, 1, year(1992)).await.unwrap_err());
    client.create(new_book("The last")).await.unwrap();
    answer("maximum number of books reached", client.create(new_book("One too many")).await.unwrap_err());
    let mut watch = A::watch(&Tap::off(), server.address, 9).await.unwrap();
    // The server cannot run in between: the runtime has one thread, and nothing here waits.
    for revision in 2..=6 {
        server.shelf.update(1, revision, year(2000)).await.unwrap();
    }
    answer("watcher that missed changes", watch.next().await.unwrap_err());
    let server = Server::of::<A>(Shelf::new(UnavailableStore::default())).await;
    answer("database not available", server.client::<A>().await.book(1).await.unwrap_err());
    answers
}

/// Formats an error code as in the table: in backticks, and gRPC's `NotFound` as `NOT_FOUND`.
fn shown(answer: &str) -> String {
    let camel = answer.chars().all(char::is_alphabetic) && answer.chars().any(char::is_lowercase);
    if !camel {
        return format!("`{answer}`");
    }
    let mut code = String::new();
    for letter in answer.chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    format!("`{code}`")
}
