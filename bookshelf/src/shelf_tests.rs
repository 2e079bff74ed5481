use super::*;

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

#[test]
fn initial_books_satisfy_the_rules() {
    let shelf = Shelf::seeded();
    let page = shelf.list(&ListBooks { page_size: Some(100), ..ListBooks::default() }).unwrap();
    assert!(page.books.len() >= 12, "{} books", page.books.len());
    assert!(shelf.author(6).is_ok());
    for (id, book) in (1..).zip(page.books) {
        assert_eq!((book.id, book.revision), (id, 1));
        model::check_title(&book.title).unwrap();
        model::check_year(book.year).unwrap();
        shelf.author(book.author_id).unwrap();
    }
}

#[test]
fn unknown_ids_are_not_found() {
    let shelf = Shelf::seeded();
    let no_book = Error::NotFound { entity: Entity::Book, id: 999 };
    assert_eq!(shelf.book(999), Err(no_book.clone()));
    assert_eq!(shelf.delete(999), Err(no_book.clone()));
    assert_eq!(shelf.update(999, 1, patch_year(2000)), Err(no_book));
    assert_eq!(shelf.author(0), Err(Error::NotFound { entity: Entity::Author, id: 0 }));
}

#[test]
fn author_lookup_skips_unknown_ids() {
    let shelf = Shelf::seeded();
    let found = shelf.authors(&[3, 99, 1]);
    assert_eq!(found, [shelf.author(3).unwrap(), shelf.author(1).unwrap()]);
}

#[test]
fn id_of_deleted_book_is_not_reused() {
    let shelf = Shelf::seeded();
    let first = shelf.create(new_book("First")).unwrap();
    assert_eq!(shelf.book(first.id).unwrap(), first);
    assert_eq!(shelf.delete(first.id).unwrap(), first);
    assert!(shelf.book(first.id).is_err());
    assert_eq!(shelf.create(new_book("Second")).unwrap().id, first.id + 1);
}

#[test]
fn violated_rule_reports_its_field() {
    let shelf = Shelf::seeded();
    assert_eq!(invalid_field(shelf.create(new_book(""))), Field::Title);
    assert_eq!(invalid_field(shelf.create(new_book(" \u{a0} "))), Field::Title);
    assert_eq!(invalid_field(shelf.create(new_book("a\0b"))), Field::Title);
    assert_eq!(invalid_field(shelf.create(new_book(&"é".repeat(201)))), Field::Title);
    assert_eq!(invalid_field(shelf.create(NewBook { year: 2101, ..new_book("t") })), Field::Year);
    assert_eq!(invalid_field(shelf.create(NewBook { author_id: 99, ..new_book("t") })), Field::AuthorId);
    assert_eq!(invalid_field(shelf.update(1, 1, BookPatch::default())), Field::Patch);
    assert_eq!(invalid_field(shelf.update(1, 1, patch_year(-3001))), Field::Year);
    let long = ListBooks { page_size: Some(101), ..ListBooks::default() };
    assert_eq!(invalid_field(shelf.list(&long)), Field::PageSize);
    assert_eq!(
        invalid_field(shelf.list(&ListBooks { page_size: Some(0), ..ListBooks::default() })),
        Field::PageSize
    );
}

#[test]
fn boundary_values_are_accepted() {
    let shelf = Shelf::seeded();
    shelf.create(new_book(&"é".repeat(200))).unwrap();
    shelf.create(NewBook { year: 2100, ..new_book("t") }).unwrap();
    shelf.create(NewBook { year: -3000, ..new_book("t") }).unwrap();
}

#[test]
fn update_requires_the_current_revision() {
    let shelf = Shelf::seeded();
    let before = shelf.book(1).unwrap();
    let after = shelf.update(1, 1, patch_year(1991)).unwrap();
    assert_eq!(after, Book { year: 1991, revision: 2, ..before });
    assert_eq!(shelf.update(1, 1, patch_year(1992)), Err(Error::Conflict { id: 1, expected: 1, actual: 2 }));
    assert_eq!(shelf.book(1).unwrap(), after);
}

#[test]
fn conditional_delete_requires_the_current_revision() {
    let shelf = Shelf::seeded();
    shelf.update(1, 1, patch_year(1991)).unwrap();
    assert_eq!(shelf.delete_at(1, 1), Err(Error::Conflict { id: 1, expected: 1, actual: 2 }));
    assert_eq!(shelf.delete_at(1, 2).unwrap().year, 1991);
    assert_eq!(shelf.delete_at(1, 2), Err(Error::NotFound { entity: Entity::Book, id: 1 }));
    assert_eq!(shelf.last_change(), 2);
}

#[test]
fn deletions_between_pages_skip_no_book() {
    let shelf = Shelf::seeded();
    let mut query = ListBooks { page_size: Some(4), ..ListBooks::default() };
    let first = shelf.list(&query).unwrap();
    assert_eq!(first.books.iter().map(|b| b.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
    shelf.delete(4).unwrap();
    shelf.delete(5).unwrap();
    query.page_token = first.next_page_token;
    let second = shelf.list(&query).unwrap();
    assert_eq!(second.books.iter().map(|b| b.id).collect::<Vec<_>>(), [6, 7, 8, 9]);
    query.page_size = Some(100);
    assert_eq!(shelf.list(&query).unwrap().next_page_token, None);
}

#[test]
fn page_token_is_valid_for_its_list_only() {
    let shelf = Shelf::seeded();
    let stevens = ListBooks { author_id: Some(1), page_size: Some(2), page_token: None };
    let page = shelf.list(&stevens).unwrap();
    assert!(page.books.iter().all(|book| book.author_id == 1));
    let token = page.next_page_token;
    let rest = shelf.list(&ListBooks { page_token: token.clone(), ..stevens }).unwrap();
    assert_eq!(rest.books.iter().map(|b| b.id).collect::<Vec<_>>(), [3]);
    let other_list = ListBooks { page_token: token, ..ListBooks::default() };
    assert_eq!(invalid_field(shelf.list(&other_list)), Field::PageToken);
    for foreign in ["", "!", "MTI", "OjE", "MTo5OTk5OTk5OTk5OQ"] {
        let query = ListBooks { page_token: Some(foreign.to_owned()), ..ListBooks::default() };
        assert_eq!(invalid_field(shelf.list(&query)), Field::PageToken, "{foreign:?}");
    }
}

#[test]
fn full_shelf_rejects_new_books() {
    let limits = Limits { books: 15, ..Limits::default() };
    let shelf = Shelf::with_limits(limits);
    let mut last = shelf.create(new_book("the last"));
    while last.is_ok() {
        last = shelf.create(new_book("one more"));
    }
    assert_eq!(last, Err(Error::TooMany { limit: 15 }));
    shelf.delete(1).unwrap();
    shelf.create(new_book("fits again")).unwrap();
}

#[tokio::test]
async fn watcher_receives_every_change_in_order() {
    let shelf = Shelf::seeded();
    let mut changes = shelf.watch();
    let book = shelf.create(new_book("new")).unwrap();
    shelf.update(book.id, 1, patch_year(1999)).unwrap();
    shelf.delete(book.id).unwrap();
    for (sequence, kind) in [(1, ChangeKind::Created), (2, ChangeKind::Updated), (3, ChangeKind::Deleted)] {
        let change = changes.next().await.unwrap();
        assert_eq!((change.sequence, change.kind, change.book.id), (sequence, kind, book.id));
    }
    let mut later = shelf.watch_after(2);
    assert_eq!(later.next().await.unwrap().kind, ChangeKind::Deleted);
}

#[tokio::test]
async fn slow_watcher_gets_the_missed_count() {
    let shelf = Shelf::with_limits(Limits { history: 2, ..Limits::default() });
    let mut changes = shelf.watch();
    for revision in 1..=5 {
        shelf.update(1, revision, patch_year(1990)).unwrap();
    }
    assert_eq!(changes.next().await, Err(Error::FellBehind { missed: 3 }));
}
