//! Each operation of the service, through each API.

use bookshelf::{Book, BookPatch, ListBooks, NewBook};

use crate::support::api::{Api, Server};

each_api!(
    a_book_is_the_shelfs,
    pages_join_to_the_whole_list,
    a_list_keeps_one_author,
    a_book_is_created_read_and_deleted,
    an_update_changes_what_it_names,
    an_author_comes_with_books,
    text_is_not_changed_on_the_way,
    several_clients_work_at_once,
);

pub(crate) fn new_book(title: &str) -> NewBook {
    NewBook { title: title.to_owned(), author_id: 2, year: 2001 }
}

async fn a_book_is_the_shelfs<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    for id in [1, 14] {
        assert_eq!(client.book(id).await.unwrap(), server.shelf.book(id).unwrap());
    }
    client.close().await;
    server.stop().await;
}

async fn pages_join_to_the_whole_list<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let mut query = ListBooks { page_size: Some(5), ..ListBooks::default() };
    let (mut books, mut pages) = (Vec::new(), 0);
    loop {
        let page = client.list(&query).await.unwrap();
        pages += 1;
        books.extend(page.books);
        query.page_token = page.next_page_token;
        if query.page_token.is_none() {
            break;
        }
    }
    assert_eq!(pages, 3);
    let whole = ListBooks { page_size: Some(100), ..ListBooks::default() };
    assert_eq!(books, server.shelf.list(&whole).unwrap().books);
    // Without a size a page holds twenty.
    assert_eq!(client.list(&ListBooks::default()).await.unwrap().books, books);
}

async fn a_list_keeps_one_author<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let query = ListBooks { author_id: Some(4), ..ListBooks::default() };
    let books = client.list(&query).await.unwrap().books;
    assert_eq!(books.iter().map(|book| book.author_id).collect::<Vec<_>>(), [4, 4]);
}

async fn a_book_is_created_read_and_deleted<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let created = client.create(new_book("New")).await.unwrap();
    let expected = Book { id: 15, title: "New".to_owned(), author_id: 2, year: 2001, revision: 1 };
    assert_eq!(created, expected);
    assert_eq!(server.shelf.book(15).unwrap(), expected);
    assert_eq!(client.book(15).await.unwrap(), expected);
    client.delete(15).await.unwrap();
    assert!(server.shelf.book(15).is_err());
}

async fn an_update_changes_what_it_names<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let before = server.shelf.book(1).unwrap();
    let patches = [
        BookPatch { title: Some("Renamed".to_owned()), ..BookPatch::default() },
        BookPatch { author_id: Some(3), ..BookPatch::default() },
        BookPatch { year: Some(0), ..BookPatch::default() },
    ];
    for (revision, patch) in (1..).zip(patches) {
        let updated = client.update(1, revision, patch).await.unwrap();
        assert_eq!(updated, server.shelf.book(1).unwrap());
    }
    let expected = Book { title: "Renamed".to_owned(), author_id: 3, year: 0, revision: 4, ..before };
    assert_eq!(server.shelf.book(1).unwrap(), expected);
}

async fn an_author_comes_with_books<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let (author, books) = client.author_with_books(1).await.unwrap();
    assert_eq!(author, server.shelf.author(1).unwrap());
    assert_eq!(books.iter().map(|book| book.id).collect::<Vec<_>>(), [1, 2, 3]);
}

async fn text_is_not_changed_on_the_way<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    for title in ["\"quoted\" \\ back", "Страж-птица 🐦", "e\u{301} is not é", "<b>&amp;</b>", " spaced "]
    {
        let created = client.create(new_book(title)).await.unwrap();
        assert_eq!(created.title, title);
        assert_eq!(server.shelf.book(created.id).unwrap().title, title);
    }
}

async fn several_clients_work_at_once<A: Api>() {
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
