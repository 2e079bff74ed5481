//! What can be done, and how it is called.

use serde::Deserialize;

use super::api::Api;
use super::commands;

/// What a client can do over each API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Operation {
    Get,
    List,
    Create,
    Update,
    Delete,
    Author,
    Watch,
}

impl Operation {
    pub(super) const ALL: [Self; 7] =
        [Self::Get, Self::List, Self::Create, Self::Update, Self::Delete, Self::Author, Self::Watch];

    /// What it is asked for by.
    fn id(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Author => "author",
            Self::Watch => "watch",
        }
    }

    /// What it is called, also as a step of the recordings.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Get => crate::tour::ONE_CALL,
            Self::List => "list books",
            Self::Create => "create a book",
            Self::Update => "update a book",
            Self::Delete => "delete a book",
            Self::Author => "an author with books",
            Self::Watch => "watch changes",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Get => "Asks for one book by its id.",
            Self::List => "Asks for a page of five books, and where the next page begins.",
            Self::Create => "Puts a new book on the shelf.",
            Self::Update => {
                "Changes the year of the book that was created last, as long as nobody else has changed it since; \
                 without one, it creates a book first."
            }
            Self::Delete => {
                "Takes the book that was created last off the shelf; without one, it creates a book first."
            }
            Self::Author => {
                "Asks for an author and the author's books: two calls over REST and gRPC, one over GraphQL."
            }
            Self::Watch => "Stays connected, and is told of each change when it happens.",
        }
    }

    /// As the page is told of it.
    pub(super) fn told(self, apis: &[std::sync::Arc<Api>]) -> page::hello::Operation {
        let commands = apis.iter().map(|api| (api.name, commands::of(self, api.name, api.address)));
        page::hello::Operation {
            id: self.id(),
            title: self.title(),
            what: self.what(),
            commands: commands.collect(),
        }
    }
}
