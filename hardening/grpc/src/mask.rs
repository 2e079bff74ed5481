//! Update masks, as AIP-134 and AIP-161 have them.

use bookshelf::BookPatch;
use bookshelf_proto::v1;
use prost_types::FieldMask;
use tonic::Status;
use tonic_types::FieldViolation;

use crate::limits::MAX_FAULTS;
use crate::status::{invalid, shortened};

/// The changes that the mask names, with the values of `book`.
pub(crate) fn patch(book: v1::Book, mask: Option<FieldMask>) -> Result<BookPatch, Status> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    match paths.as_slice() {
        [] => Ok(populated(book)),
        [all] if all == "*" => Ok(whole(book)),
        paths => named(book, paths),
    }
}

/// Without a mask: every field that has a value.
fn populated(book: v1::Book) -> BookPatch {
    BookPatch {
        title: Some(book.title).filter(|title| !title.is_empty()),
        author_id: Some(book.author_id).filter(|id| *id != 0),
        year: Some(book.year).filter(|year| *year != 0),
    }
}

/// `*`: every field, also one without a value.
fn whole(book: v1::Book) -> BookPatch {
    BookPatch { title: Some(book.title), author_id: Some(book.author_id), year: Some(book.year) }
}

fn named(book: v1::Book, paths: &[String]) -> Result<BookPatch, Status> {
    let whole = whole(book);
    let (mut patch, mut faults) = (BookPatch::default(), Vec::new());
    for (index, path) in paths.iter().enumerate() {
        match path.as_str() {
            "title" => patch.title.clone_from(&whole.title),
            "author_id" => patch.author_id = whole.author_id,
            "year" => patch.year = whole.year,
            // Given by the shelf, so there is nothing to change. It should be ignored and not be an error (AIP-161, "Output
            // only fields"): a mask that was good for reading is good for writing.
            "id" | "revision" => {}
            other if faults.len() < MAX_FAULTS => {
                faults.push(FieldViolation::new(format!("update_mask.paths[{index}]"), fault(other)));
            }
            _ => {}
        }
    }
    if faults.is_empty() { Ok(patch) } else { Err(invalid(faults)) }
}

/// What is wrong with a path, and what would be right.
fn fault(path: &str) -> String {
    let shown = shortened(path);
    let snake = snake_case(path);
    let is_field = |name: &str| ["id", "title", "author_id", "year", "revision"].contains(&name);
    match path.split_once('.') {
        _ if path == "*" => "update_mask names \"*\", which stands for all fields: give it alone".to_owned(),
        _ if is_field(&snake) => format!("update_mask names {shown:?}: write {snake:?}, as in the .proto"),
        Some(("book", field)) if is_field(field) => {
            format!("update_mask names {shown:?}: paths begin inside the book, write {field:?}")
        }
        Some((field, _)) if is_field(field) => {
            format!("update_mask names {shown:?}: {field} is no message, there is nothing inside")
        }
        _ => format!("update_mask names {shown:?}: what can be changed is title, author_id and year"),
    }
}

/// `authorId` is `author_id`.
fn snake_case(path: &str) -> String {
    let mut snake = String::new();
    for letter in path.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    fn patched(paths: &[&str]) -> Result<BookPatch, Status> {
        let book = v1::Book { id: 7, title: "New".to_owned(), author_id: 3, year: 0, revision: 4 };
        let paths = paths.iter().map(ToString::to_string).collect();
        patch(book, Some(FieldMask { paths }))
    }

    /// The only fault of a mask.
    fn faulty(paths: &[&str]) -> String {
        let status = patched(paths).unwrap_err();
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations.len(), 1, "{violations:?}");
        violations[0].description.clone()
    }

    fn title() -> BookPatch {
        BookPatch { title: Some("New".to_owned()), ..BookPatch::default() }
    }

    #[test]
    fn a_mask_changes_what_it_names_and_nothing_else() {
        assert_eq!(patched(&["title"]).unwrap(), title());
        assert_eq!(patched(&["title", "title"]).unwrap(), title());
        let year = BookPatch { year: Some(0), ..BookPatch::default() };
        assert_eq!(patched(&["year"]).unwrap(), year, "a year may become 0");
        let both = BookPatch { author_id: Some(3), ..title() };
        assert_eq!(patched(&["author_id", "title"]).unwrap(), both);
    }

    #[test]
    fn no_mask_stands_for_the_fields_that_have_a_value() {
        let populated = BookPatch { author_id: Some(3), ..title() };
        assert_eq!(patched(&[]).unwrap(), populated);
        let book = v1::Book { author_id: 3, ..v1::Book::default() };
        let author = BookPatch { author_id: Some(3), ..BookPatch::default() };
        assert_eq!(patch(book, None).unwrap(), author);
    }

    #[test]
    fn a_star_stands_for_all_fields_and_is_alone() {
        let whole = BookPatch { author_id: Some(3), year: Some(0), ..title() };
        assert_eq!(patched(&["*"]).unwrap(), whole);
        assert!(faulty(&["title", "*"]).contains("give it alone"));
    }

    #[test]
    fn what_the_shelf_gives_is_ignored() {
        assert_eq!(patched(&["id", "title", "revision"]).unwrap(), title());
        assert!(patched(&["id", "revision"]).unwrap().is_empty(), "which the shelf refuses");
    }

    #[test]
    fn a_wrong_path_is_told_what_would_be_right() {
        assert!(faulty(&["authorId"]).contains("\"authorId\": write \"author_id\""));
        assert!(faulty(&["book.title"]).contains("write \"title\""));
        assert!(faulty(&["title.short"]).contains("title is no message"));
        for unknown in ["colour", "", "title ", "*.title", "book.colour", "Title.x", "..", "title,year"] {
            assert!(faulty(&[unknown]).contains(&format!("{unknown:?}: what can be changed is title")));
        }
    }

    #[test]
    fn every_wrong_path_is_named_with_its_place() {
        let status = patched(&["colour", "title", "size"]).unwrap_err();
        let violations = status.get_details_bad_request().unwrap().field_violations;
        let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["update_mask.paths[0]", "update_mask.paths[2]"]);
        assert!(status.message().contains("\"colour\"") && status.message().contains("\"size\""));
    }
}
