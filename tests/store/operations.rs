//! Tests of the operations of a shelf, on each store.

use bookshelf::model::{YEARS, check_title};
use bookshelf::{Book, BookPatch, ChangeKind, Entity, Error, Field, Limits, ListBooks, NewBook};

use super::stores::Stores;

each_store!(
    initial_books_pass_the_validation_rules,
    unknown_ids_are_not_found,
    author_lookup_skips_unknown_ids,
    id_of_deleted_book_is_not_reused,
    error_for_violated_rule_names_the_field,
    boundary_values_are_accepted,
    update_requires_the_current_revision,
    conditional_delete_requires_the_current_revision,
    deletions_between_pages_skip_no_book,
    page_token_is_valid_for_its_list_only,
    full_shelf_rejects_new_books,
    watcher_receives_every_change_in_order,
    slow_watcher_gets_number_of_missed_changes,
);

fn new_book(title: &str) -> NewBook {
    NewBook { title: title.to_owned(), author_id: 1, year: 2000 }
}

fn patch_year(year: i32) -> BookPatch {
    BookPatch { year: Some(year), ..BookPatch::default() }
}

/// Returns the field of an [`Error::Invalid`].
fn invalid_field<T: std::fmt::Debug>(result: Result<T, Error>) -> Field {
    match result.unwrap_err() {
        Error::Invalid { field, .. } => field,
        other => panic!("expected Error::Invalid, got: {other}"),
    }
}

async fn initial_books_pass_the_validation_rules(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let page = shelf.list(&ListBooks { page_size: Some(100), ..ListBooks::default() }).await.unwrap();
    assert!(page.books.len() >= 12, "{} books", page.books.len());
    assert!(shelf.author(6).await.is_ok());
    for (id, book) in (1..).zip(page.books) {
        assert_eq!((book.id, book.revision), (id, 1));
        check_title(&book.title).unwrap();
        assert!(YEARS.contains(&book.year), "{book:?}");
        shelf.author(book.author_id).await.unwrap();
    }
}

async fn unknown_ids_are_not_found(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let no_book = Error::NotFound { entity: Entity::Book, id: 999 };
    assert_eq!(shelf.book(999).await, Err(no_book.clone()));
    assert_eq!(shelf.delete(999).await, Err(no_book.clone()));
    assert_eq!(shelf.update(999, 1, patch_year(2000)).await, Err(no_book));
    assert_eq!(shelf.author(0).await, Err(Error::NotFound { entity: Entity::Author, id: 0 }));
}

async fn author_lookup_skips_unknown_ids(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let found = shelf.authors(&[3, 99, 1]).await;
    assert_eq!(found.unwrap(), [shelf.author(3).await.unwrap(), shelf.author(1).await.unwrap()]);
}

async fn id_of_deleted_book_is_not_reused(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let first = shelf.create(new_book("First")).await.unwrap();
    assert_eq!(shelf.book(first.id).await.unwrap(), first);
    assert_eq!(shelf.delete(first.id).await.unwrap(), first);
    assert!(shelf.book(first.id).await.is_err());
    assert_eq!(shelf.create(new_book("Second")).await.unwrap().id, first.id + 1);
}

async fn error_for_violated_rule_names_the_field(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    assert_eq!(invalid_field(shelf.create(new_book("")).await), Field::Title);
    assert_eq!(invalid_field(shelf.create(new_book(" \u{a0} ")).await), Field::Title);
    assert_eq!(invalid_field(shelf.create(new_book("a\0b")).await), Field::Title);
    assert_eq!(invalid_field(shelf.create(new_book(&"é".repeat(201))).await), Field::Title);
    assert_eq!(invalid_field(shelf.create(NewBook { year: 2101, ..new_book("t") }).await), Field::Year);
    assert_eq!(
        invalid_field(shelf.create(NewBook { author_id: 99, ..new_book("t") }).await),
        Field::AuthorId
    );
    assert_eq!(invalid_field(shelf.update(1, 1, BookPatch::default()).await), Field::Patch);
    assert_eq!(invalid_field(shelf.update(1, 1, patch_year(-3001)).await), Field::Year);
    let long = ListBooks { page_size: Some(101), ..ListBooks::default() };
    assert_eq!(invalid_field(shelf.list(&long).await), Field::PageSize);
    assert_eq!(
        invalid_field(shelf.list(&ListBooks { page_size: Some(0), ..ListBooks::default() }).await),
        Field::PageSize
    );
}

async fn boundary_values_are_accepted(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    shelf.create(new_book(&"é".repeat(200))).await.unwrap();
    shelf.create(NewBook { year: 2100, ..new_book("t") }).await.unwrap();
    shelf.create(NewBook { year: -3000, ..new_book("t") }).await.unwrap();
}

async fn update_requires_the_current_revision(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let before = shelf.book(1).await.unwrap();
    let after = shelf.update(1, 1, patch_year(1991)).await.unwrap();
    assert_eq!(after, Book { year: 1991, revision: 2, ..before });
    assert_eq!(
        shelf.update(1, 1, patch_year(1992)).await,
        Err(Error::Conflict { id: 1, expected: 1, actual: 2 })
    );
    assert_eq!(shelf.book(1).await.unwrap(), after);
}

async fn conditional_delete_requires_the_current_revision(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    shelf.update(1, 1, patch_year(1991)).await.unwrap();
    assert_eq!(shelf.delete_at(1, 1).await, Err(Error::Conflict { id: 1, expected: 1, actual: 2 }));
    assert_eq!(shelf.delete_at(1, 2).await.unwrap().year, 1991);
    assert_eq!(shelf.delete_at(1, 2).await, Err(Error::NotFound { entity: Entity::Book, id: 1 }));
    assert_eq!(shelf.last_change().await, Ok(2));
}

async fn deletions_between_pages_skip_no_book(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let mut query = ListBooks { page_size: Some(4), ..ListBooks::default() };
    let first = shelf.list(&query).await.unwrap();
    assert_eq!(first.books.iter().map(|b| b.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
    shelf.delete(4).await.unwrap();
    shelf.delete(5).await.unwrap();
    query.page_token = first.next_page_token;
    let second = shelf.list(&query).await.unwrap();
    assert_eq!(second.books.iter().map(|b| b.id).collect::<Vec<_>>(), [6, 7, 8, 9]);
    query.page_size = Some(100);
    assert_eq!(shelf.list(&query).await.unwrap().next_page_token, None);
}

async fn page_token_is_valid_for_its_list_only(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let stevens = ListBooks { author_id: Some(1), page_size: Some(2), page_token: None };
    let page = shelf.list(&stevens).await.unwrap();
    assert!(page.books.iter().all(|book| book.author_id == 1));
    let token = page.next_page_token;
    let rest = shelf.list(&ListBooks { page_token: token.clone(), ..stevens }).await.unwrap();
    assert_eq!(rest.books.iter().map(|b| b.id).collect::<Vec<_>>(), [3]);
    let other_list = ListBooks { page_token: token, ..ListBooks::default() };
    assert_eq!(invalid_field(shelf.list(&other_list).await), Field::PageToken);
    for foreign in ["", "!", "MTI", "OjE", "MTo5OTk5OTk5OTk5OQ"] {
        let query = ListBooks { page_token: Some(foreign.to_owned()), ..ListBooks::default() };
        assert_eq!(invalid_field(shelf.list(&query).await), Field::PageToken, "{foreign:?}");
    }
}

async fn full_shelf_rejects_new_books(stores: Stores) {
    let limits = Limits { books: 15, ..Limits::default() };
    let shelf = stores.shelf(limits).await;
    let mut last = shelf.create(new_book("the last")).await;
    while last.is_ok() {
        last = shelf.create(new_book("one more")).await;
    }
    assert_eq!(last, Err(Error::TooMany { limit: 15 }));
    shelf.delete(1).await.unwrap();
    shelf.create(new_book("fits again")).await.unwrap();
}

async fn watcher_receives_every_change_in_order(stores: Stores) {
    let shelf = stores.shelf(Limits::default()).await;
    let mut changes = shelf.watch();
    let book = shelf.create(new_book("new")).await.unwrap();
    shelf.update(book.id, 1, patch_year(1999)).await.unwrap();
    shelf.delete(book.id).await.unwrap();
    for (sequence, kind) in [(1, ChangeKind::Created), (2, ChangeKind::Updated), (3, ChangeKind::Deleted)] {
        let change = changes.next().await.unwrap();
        assert_eq!((change.sequence, change.kind, change.book.id), (sequence, kind, book.id));
    }
    let mut later = shelf.watch_after(2);
    assert_eq!(later.next().await.unwrap().kind, ChangeKind::Deleted);
}

async fn slow_watcher_gets_number_of_missed_changes(stores: Stores) {
    let shelf = stores.shelf(Limits { history: 2, ..Limits::default() }).await;
    let mut changes = shelf.watch();
    for revision in 1..=5 {
        shelf.update(1, revision, patch_year(1990)).await.unwrap();
    }
    assert_eq!(changes.next().await, Err(Error::FellBehind { missed: 3 }));
}
