//! Revisions as `ETag`, and the conditions that a request can set on them (RFC 9110, 8.8.3 and 13).
//!
//! # Layout
//!
//! - [`Conditions`]: what a request demands, and whether a book meets it
//! - `tags`: lists of entity tags

mod tags;

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bookshelf::{Book, Error, Shelf};

use crate::problem::{FieldError, Problem};
use tags::Tags;

/// The header that names a book's revision.
pub(crate) fn etag(revision: u32) -> [(HeaderName, String); 1] {
    [(ETAG, format!("\"{revision}\""))]
}

/// The answer to a client that has the book already.
pub(crate) fn not_modified(revision: u32) -> Response {
    (StatusCode::NOT_MODIFIED, etag(revision)).into_response()
}

/// What a request demands of the book that it is about.
#[derive(Debug)]
pub(crate) struct Conditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let headers = &parts.headers;
        Ok(Self {
            if_match: read(headers, "If-Match", &IF_MATCH)?,
            if_none_match: read(headers, "If-None-Match", &IF_NONE_MATCH)?,
        })
    }
}

impl Conditions {
    /// A change needs `If-Match`, so that no change of someone else is overwritten unseen (RFC 6585, 3).
    pub(crate) fn demand_if_match(&self) -> Result<(), Problem> {
        if self.if_match.is_some() {
            return Ok(());
        }
        let detail = "say which revision you changed: If-Match with the ETag of the book as you read it";
        Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, detail))
    }

    /// Whether a client that reads the book has it already.
    pub(crate) fn has(&self, book: &Book) -> Result<bool, Problem> {
        self.check_if_match(book)?;
        Ok(self.if_none_match.as_ref().is_some_and(|tags| tags.match_weakly(book.revision)))
    }

    /// Fails when the book must not be changed.
    pub(crate) fn check(&self, book: &Book) -> Result<(), Problem> {
        self.check_if_match(book)?;
        match &self.if_none_match {
            Some(tags) if tags.match_weakly(book.revision) => {
                let detail =
                    format!("book {} is at revision {}, which If-None-Match names", book.id, book.revision);
                Err(Problem::changed(book.revision, detail))
            }
            _ => Ok(()),
        }
    }

    fn check_if_match(&self, book: &Book) -> Result<(), Problem> {
        match &self.if_match {
            Some(tags) if !tags.match_strongly(book.revision) => {
                let (id, revision) = (book.id, book.revision);
                let detail = format!(
                    "book {id} is at revision {revision}, not {tags}: read it again, then repeat the change"
                );
                Err(Problem::changed(revision, detail))
            }
            _ => Ok(()),
        }
    }

    /// Changes the book at a revision that meets the conditions. Another change can come in between: then it is judged
    /// again, by the revision that it has now.
    pub(crate) fn change<T>(
        &self,
        shelf: &Shelf,
        id: u32,
        change: impl Fn(u32) -> Result<T, Error>,
    ) -> Result<T, Problem> {
        loop {
            let book = shelf.book(id)?;
            self.check(&book)?;
            match change(book.revision) {
                Err(Error::Conflict { .. }) => {}
                changed => return Ok(changed?),
            }
        }
    }
}

fn read(headers: &HeaderMap, field: &str, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let lines: Vec<_> =
        headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    Tags::parse(&lines.join(",")).map(Some).ok_or_else(|| {
        let detail = "must be * or a list of ETags, such as \"1\" or \"1\", \"2\"".to_owned();
        Problem::invalid(StatusCode::BAD_REQUEST, vec![FieldError { field: field.to_owned(), detail }])
    })
}
