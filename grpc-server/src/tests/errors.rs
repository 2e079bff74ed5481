//! Codes and details of error statuses.

use bookshelf::Limits;
use bookshelf_proto::v1::{
    Book, CreateBookRequest, DeleteBookRequest, GetAuthorRequest, GetBookRequest, ListBooksRequest,
    UpdateBookRequest,
};
use prost_types::FieldMask;
use tonic::{Code, Status};

use super::support::{Server, details, value};

fn new_book() -> Book {
    Book { title: "New".to_owned(), author_id: 1, year: 2001, ..Book::default() }
}

fn create(book: Book) -> CreateBookRequest {
    CreateBookRequest { book: Some(book) }
}

fn update(id: u32, revision: u32, paths: &[&str]) -> UpdateBookRequest {
    let update_mask = Some(FieldMask { paths: paths.iter().map(ToString::to_string).collect() });
    UpdateBookRequest { book: Some(Book { id, revision, ..new_book() }), update_mask }
}

#[tokio::test]
async fn not_found_has_resource_info() {
    let mut client = Server::new().client();
    let resource = |status: Status, reason: &str| {
        assert_eq!(status.code(), Code::NotFound);
        let details = details(&status, reason);
        assert_eq!(value(&details, "id"), "99");
        let resource = details.resource_info().unwrap().clone();
        (resource.resource_type, resource.resource_name)
    };
    let book = ("bookshelf.v1.Book".to_owned(), "books/99".to_owned());
    let found = client.get_book(GetBookRequest { id: 99 }).await.unwrap_err();
    assert_eq!(resource(found, "BOOK_NOT_FOUND"), book);
    let deleted = client.delete_book(DeleteBookRequest { id: 99 }).await.unwrap_err();
    assert_eq!(resource(deleted, "BOOK_NOT_FOUND"), book);
    let updated = client.update_book(update(99, 1, &["year"])).await.unwrap_err();
    assert_eq!(resource(updated, "BOOK_NOT_FOUND"), book);
    let author = client.get_author(GetAuthorRequest { id: 99 }).await.unwrap_err();
    let expected = ("bookshelf.v1.Author".to_owned(), "authors/99".to_owned());
    assert_eq!(resource(author, "AUTHOR_NOT_FOUND"), expected);
}

/// Returns the names of the fields in the violations of an INVALID_ARGUMENT.
fn violated_fields(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = details(status, "FIELD_INVALID");
    let violations = &details.bad_request().unwrap().field_violations;
    for violation in violations {
        assert!(status.message().contains(&violation.description), "{status:?}");
    }
    let fields: Vec<String> = violations.iter().map(|violation| violation.field.clone()).collect();
    assert_eq!(value(&details, "field"), fields.join(","));
    fields
}

#[tokio::test]
async fn invalid_argument_names_the_field() {
    let mut client = Server::new().client();
    for (field, book) in [
        ("book.title", Book { title: String::new(), ..new_book() }),
        ("book.author_id", Book { author_id: 99, ..new_book() }),
        ("book.year", Book { year: 9999, ..new_book() }),
    ] {
        assert_eq!(violated_fields(&client.create_book(create(book.clone())).await.unwrap_err()), [field]);
        let path = field.trim_start_matches("book.").to_owned();
        let request = UpdateBookRequest {
            book: Some(Book { id: 1, revision: 1, ..book }),
            update_mask: Some(FieldMask { paths: vec![path] }),
        };
        assert_eq!(violated_fields(&client.update_book(request).await.unwrap_err()), [field]);
    }
    let missing = client.create_book(CreateBookRequest { book: None }).await.unwrap_err();
    assert_eq!(violated_fields(&missing), ["book"]);
    let missing = client.update_book(UpdateBookRequest::default()).await.unwrap_err();
    assert_eq!(violated_fields(&missing), ["book"]);
    let no_revision = client.update_book(update(1, 0, &["year"])).await.unwrap_err();
    assert_eq!(violated_fields(&no_revision), ["book.revision"]);
    let long = ListBooksRequest { page_size: 101, ..ListBooksRequest::default() };
    assert_eq!(violated_fields(&client.list_books(long).await.unwrap_err()), ["page_size"]);
    let foreign = ListBooksRequest { page_token: "nonsense".to_owned(), ..ListBooksRequest::default() };
    assert_eq!(violated_fields(&client.list_books(foreign).await.unwrap_err()), ["page_token"]);
}

#[tokio::test]
async fn error_for_invalid_mask_names_the_paths() {
    let server = Server::new();
    let mut client = server.client();
    let wrong = client.update_book(update(1, 1, &["year", "authorId", "colour"])).await.unwrap_err();
    assert_eq!(violated_fields(&wrong), ["update_mask.paths[1]", "update_mask.paths[2]"]);
    let empty = client.update_book(update(1, 1, &["id", "revision"])).await.unwrap_err();
    assert_eq!(violated_fields(&empty), ["update_mask"]);
    assert_eq!(server.shelf.book(1).await.unwrap().revision, 1);
    let replaced = client.update_book(update(1, 1, &["*"])).await.unwrap().into_inner().book.unwrap();
    assert_eq!(replaced, Book { id: 1, revision: 2, ..new_book() });
}

#[tokio::test]
async fn outdated_revision_aborts_the_update() {
    let mut client = Server::new().client();
    let status = client.update_book(update(1, 7, &["year"])).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted);
    let details = details(&status, "REVISION_OUTDATED");
    let values = ["id", "expectedRevision", "actualRevision"].map(|key| value(&details, key));
    assert_eq!(values, ["1", "7", "1"]);
    let violation = &details.precondition_failure().unwrap().violations[0];
    assert_eq!((violation.r#type.as_str(), violation.subject.as_str()), ("REVISION", "books/1"));
}

#[tokio::test]
async fn full_shelf_returns_a_quota_failure() {
    let mut client = Server::with_limits(Limits { books: 14, ..Limits::default() }).client();
    let status = client.create_book(create(new_book())).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    let details = details(&status, "SHELF_FULL");
    assert_eq!(value(&details, "limit"), "14");
    assert_eq!(details.quota_failure().unwrap().violations[0].subject, "shelf");
}
