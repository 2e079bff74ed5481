//! What can be done, and how it is called.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::Deserialize;

use crate::live::operations::api::Api;
use crate::live::operations::commands;

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

impl Operation {
    const ALL: [Self; 6] = [Self::Get, Self::List, Self::Create, Self::Update, Self::Delete, Self::Author];

    /// What it is asked for by.
    fn id(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Author => "author",
        }
    }

    /// What it is called, also as a step of the recordings.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Get => crate::tour::step::ONE_CALL,
            Self::List => "list books",
            Self::Create => "create a book",
            Self::Update => "update a book",
            Self::Delete => "delete a book",
            Self::Author => "an author with books",
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
        }
    }
}

/// What watching is called, also as a step of the recordings.
pub(crate) const WATCH: &str = "watch changes";

/// All that can be done, as the page is told of it.
pub(crate) fn told(apis: &[Arc<Api>]) -> Vec<page::hello::Operation> {
    let over_each = |command: &dyn Fn(&str, SocketAddr) -> String| {
        apis.iter().map(|api| (api.name, command(api.name, api.address))).collect()
    };
    let calls = Operation::ALL.into_iter().map(|operation| page::hello::Operation {
        id: operation.id(),
        title: operation.title(),
        what: operation.what(),
        commands: over_each(&|api, address| commands::of(operation, api, address)),
    });
    let watch = page::hello::Operation {
        id: "watch",
        title: WATCH,
        what: "Stays connected, and is told of each change when it happens.",
        commands: over_each(&commands::watch),
    };
    calls.chain([watch]).collect()
}
