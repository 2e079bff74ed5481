//! Reads the update mask of a request (AIP-134, AIP-161).

use prost_types::FieldMask;
use tonic::Status;
use tonic_types::FieldViolation;

use crate::limits::MAX_MASK_VIOLATIONS;
use crate::status::{ErrorDomain, quoted};

/// The fields of a resource, such as a book, in update requests: those that a client may change, and those
/// that only the server sets.
#[derive(Clone, Copy, Debug)]
pub struct MessageFields {
    /// Name of the request's field that contains the resource, such as `book`.
    pub message: &'static str,
    /// Names of the fields that an update may change.
    pub mutable: &'static [&'static str],
    /// Names of the fields that the server sets. A mask may name them, but they are ignored. So a client can
    /// use the same mask for reading and writing (AIP-161).
    pub output_only: &'static [&'static str],
}

/// The fields that an update request changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateMask {
    /// The request has no mask. It changes the fields whose value is not the default.
    Populated,
    /// The mask is `*`. The request changes all mutable fields.
    All,
    /// The mask names these fields. The request changes only them.
    Named(Vec<&'static str>),
}

impl UpdateMask {
    /// Returns `value` if the request changes `field` to it, otherwise `None`.
    #[must_use]
    pub fn select<T: Default + PartialEq>(&self, field: &str, value: T) -> Option<T> {
        let is_selected = match self {
            Self::Populated => value != T::default(),
            Self::All => true,
            Self::Named(fields) => fields.contains(&field),
        };
        is_selected.then_some(value)
    }
}

impl MessageFields {
    /// Reads the `update_mask` of a request.
    ///
    /// # Errors
    /// INVALID_ARGUMENT when the mask names a field that the message does not have, or combines `*` with
    /// another field.
    pub fn read(&self, mask: Option<FieldMask>, domain: ErrorDomain) -> Result<UpdateMask, Status> {
        let paths = mask.map(|mask| mask.paths).unwrap_or_default();
        match paths.as_slice() {
            [] => Ok(UpdateMask::Populated),
            [all] if all == "*" => Ok(UpdateMask::All),
            paths => self.named(paths).map_err(|violations| domain.invalid(violations)),
        }
    }

    fn named(&self, paths: &[String]) -> Result<UpdateMask, Vec<FieldViolation>> {
        let (mut named, mut violations) = (Vec::new(), Vec::new());
        for (index, path) in paths.iter().enumerate() {
            if let Some(field) = self.mutable.iter().find(|field| *field == path) {
                named.push(*field);
            } else if !self.output_only.contains(&path.as_str()) && violations.len() < MAX_MASK_VIOLATIONS {
                let field = format!("update_mask.paths[{index}]");
                violations.push(FieldViolation::new(field, self.violation(path)));
            }
        }
        if violations.is_empty() { Ok(UpdateMask::Named(named)) } else { Err(violations) }
    }

    /// Returns the error text for an invalid path in a mask. If the path resembles a field, suggests the
    /// field, e.g. `author_id` for `authorId`.
    fn violation(&self, path: &str) -> String {
        let shown = quoted(path);
        let snake_case = to_snake_case(path);
        if path == "*" {
            return format!(
                "update_mask has {shown:?}, which selects all fields; send no other path with it"
            );
        }
        if self.has(&snake_case) {
            return format!("update_mask has {shown:?}; write {snake_case:?}, as in the .proto");
        }
        match path.split_once('.') {
            Some((message, field)) if message == self.message && self.has(field) => {
                format!("update_mask has {shown:?}; write {field:?}, relative to the {message}")
            }
            Some((field, _)) if self.has(field) => {
                format!(
                    "update_mask has {shown:?}, but {field} is not a message and has no fields; write {field:?}"
                )
            }
            _ => {
                format!(
                    "update_mask has {shown:?}, which is not a field to update; the fields are {}",
                    self.mutable.join(", ")
                )
            }
        }
    }

    fn has(&self, field: &str) -> bool {
        self.mutable.contains(&field) || self.output_only.contains(&field)
    }
}

fn to_snake_case(path: &str) -> String {
    let mut snake_case = String::new();
    for letter in path.chars() {
        if letter.is_ascii_uppercase() {
            snake_case.push('_');
        }
        snake_case.push(letter.to_ascii_lowercase());
    }
    snake_case
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use tonic_types::StatusExt as _;

    use super::*;

    const BOOK: MessageFields = MessageFields {
        message: "book",
        mutable: &["title", "author_id", "year"],
        output_only: &["id", "revision"],
    };

    fn read(paths: &[&str]) -> Result<UpdateMask, Status> {
        let paths = paths.iter().map(ToString::to_string).collect();
        BOOK.read(Some(FieldMask { paths }), ErrorDomain("test"))
    }

    fn violations(paths: &[&str]) -> Vec<(String, String)> {
        let bad_request = read(paths).unwrap_err().get_details_bad_request().unwrap();
        bad_request.field_violations.into_iter().map(|it| (it.field, it.description)).collect()
    }

    #[test]
    fn mask_selects_the_named_fields() {
        let mask = read(&["author_id", "title", "title"]).unwrap();
        assert_eq!(mask.select("title", "New"), Some("New"));
        assert_eq!(mask.select("author_id", 0), Some(0), "a named field may become 0");
        assert_eq!(mask.select("year", 2001), None);
    }

    #[test]
    fn missing_mask_selects_populated_fields() {
        assert_eq!(BOOK.read(None, ErrorDomain("test")).unwrap(), UpdateMask::Populated);
        let mask = read(&[]).unwrap();
        assert_eq!(mask.select("year", 2001), Some(2001));
        assert_eq!(mask.select("year", 0), None);
    }

    #[test]
    fn mask_with_only_a_star_selects_all_fields() {
        let mask = read(&["*"]).unwrap();
        assert_eq!(mask.select("year", 0), Some(0));
        assert_eq!(violations(&["title", "*"]).len(), 1);
    }

    #[test]
    fn output_only_fields_in_a_mask_are_ignored() {
        assert_eq!(read(&["id", "title", "revision"]).unwrap(), UpdateMask::Named(vec!["title"]));
        assert_eq!(read(&["id", "revision"]).unwrap(), UpdateMask::Named(vec![]));
    }

    #[test]
    fn each_unknown_path_is_reported_with_its_index() {
        let violations = violations(&["colour", "title", "size"]);
        let fields: Vec<&str> = violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["update_mask.paths[0]", "update_mask.paths[2]"]);
    }

    #[test]
    fn number_of_reported_violations_is_limited() {
        assert_eq!(violations(&["colour"; MAX_MASK_VIOLATIONS + 1]).len(), MAX_MASK_VIOLATIONS);
    }

    #[test]
    fn mask_violation_suggests_a_correction() {
        let paths = ["authorId", "book.title", "title.short", "colour", "title,year", ""];
        let texts = paths.map(|path| violations(&[path])[0].1.clone());
        let alone = violations(&["title", "*"])[0].1.clone();
        assert_snapshot!([&texts[..], &[alone]].concat().join("\n"));
    }

    #[test]
    fn dissimilar_mask_paths_get_no_suggestion() {
        for path in ["colour", "title ", "*.title", "book.colour", "Title.x", "..", "title,year"] {
            assert!(violations(&[path])[0].1.ends_with("title, author_id, year"), "{path}");
        }
    }
}
