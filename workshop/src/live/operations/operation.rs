//! The operations that the live page can start, and their titles.

use serde::Deserialize;

use crate::tour::step::ONE_CALL;

/// A call that a client can make over each API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    Get,
    List,
    Create,
    Update,
    Delete,
    Author,
}

/// Title of the operation that watches changes, and the name of its step in the recordings.
pub(crate) const WATCH_TITLE: &str = "watch changes";

impl Operation {
    pub(crate) const ALL: [Self; 6] =
        [Self::Get, Self::List, Self::Create, Self::Update, Self::Delete, Self::Author];

    /// Returns the operation's identifier in the page's requests.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Author => "author",
        }
    }

    /// Returns the operation's title, which is also the name of its step in the recordings.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Get => ONE_CALL,
            Self::List => "list books",
            Self::Create => "create a book",
            Self::Update => "update a book",
            Self::Delete => "delete a book",
            Self::Author => "get author with books",
        }
    }

    /// Returns the number of created books that so many calls of the operation need.
    pub(crate) fn needed_books(self, calls: u32) -> u32 {
        match self {
            Self::Delete => calls,
            Self::Update => 1,
            Self::Get | Self::List | Self::Create | Self::Author => 0,
        }
    }

    /// Returns a sentence that describes the operation.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Get => "Gets one book by its id.",
            Self::List => "Gets a page of five books and the token of the next page.",
            Self::Create => "Adds a new book to the shelf.",
            Self::Update => {
                "Changes the year of the last created book. Fails if another client has changed that book since. \
                 Creates a book first, in a step of its own, if there is none."
            }
            Self::Delete => {
                "Deletes the last created book. Creates a book first, in a step of its own, if there is none."
            }
            Self::Author => {
                "Gets an author and the author's books: two calls over REST and gRPC, one over GraphQL."
            }
        }
    }
}
