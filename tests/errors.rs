//! Each error of the service, through each API: the same kind, and a message that says what to mend.

use bookshelf::{BookPatch, Limits, ListBooks, NewBook};
use clients::{Failure, Kind};
use socket_tap::Tap;

use crate::operations::new_book;
use crate::support::api::{Api, Server};

each_api!(
    what_is_not_there,
    each_argument_is_named,
    an_old_revision,
    a_full_shelf,
    a_client_without_a_server
);

fn year(year: i32) -> BookPatch {
    BookPatch { year: Some(year), ..BookPatch::default() }
}

fn is<T: std::fmt::Debug>(result: Result<T, Failure>, kind: Kind, mentions: &str) {
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, kind, "{failure}");
    // `author_id` is `authorId` in GraphQL.
    let message = failure.message.to_lowercase().replace('_', "");
    assert!(
        message.contains(&mentions.to_lowercase().replace('_', "")),
        "{failure} does not name {mentions}"
    );
}

async fn what_is_not_there<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    is(client.book(99).await, Kind::NotFound, "no book 99");
    is(client.update(99, 1, year(2000)).await, Kind::NotFound, "no book 99");
    is(client.delete(99).await, Kind::NotFound, "no book 99");
    is(client.author_with_books(99).await, Kind::NotFound, "no author 99");
    is(client.book(0).await, Kind::NotFound, "no book 0");
    is(client.book(u32::MAX).await, Kind::NotFound, "no book 4294967295");
}

async fn each_argument_is_named<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    for title in ["", "   ", "line\nbreak", &"x".repeat(201)] {
        is(client.create(new_book(title)).await, Kind::Invalid, "title");
        let patch = BookPatch { title: Some(title.to_owned()), ..BookPatch::default() };
        is(client.update(1, 1, patch).await, Kind::Invalid, "title");
    }
    for year in [-3001, 2101, i32::MIN, i32::MAX] {
        is(client.create(NewBook { year, ..new_book("t") }).await, Kind::Invalid, "year");
    }
    is(client.create(NewBook { author_id: 99, ..new_book("t") }).await, Kind::Invalid, "author_id");
    is(client.update(1, 1, BookPatch::default()).await, Kind::Invalid, "title, author_id, year");
    let long = ListBooks { page_size: Some(101), ..ListBooks::default() };
    is(client.list(&long).await, Kind::Invalid, "from 1 to 100");
    let foreign = ListBooks { page_token: Some("bm9uc2Vuc2U".to_owned()), ..ListBooks::default() };
    is(client.list(&foreign).await, Kind::Invalid, "not one that this service has given out");
    assert_eq!(server.shelf.book(1).unwrap().revision, 1, "nothing of it was done");
}

async fn an_old_revision<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    client.update(1, 1, year(1991)).await.unwrap();
    is(client.update(1, 1, year(1992)).await, Kind::Conflict, "revision 2, not 1");
    assert_eq!(server.shelf.book(1).unwrap().year, 1991);
}

async fn a_full_shelf<A: Api>() {
    let limits = Limits { books: 15, ..Limits::default() };
    let server = Server::with::<A>(&Tap::off(), limits).await;
    let mut client: A = server.client().await;
    client.create(new_book("the last")).await.unwrap();
    is(client.create(new_book("one too many")).await, Kind::TooMany, "at most 15 books");
}

async fn a_client_without_a_server<A: Api>() {
    let server = Server::start::<A>().await;
    let address = server.address;
    server.stop().await;
    assert_eq!(A::connect(&Tap::off(), address).await.err().unwrap().kind, Kind::Transport);
}
