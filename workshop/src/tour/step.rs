//! What is done in a step.

/// The step that is shown call by call.
pub const ONE_CALL: &str = "get a book";

/// The step that shows what a call costs once the connection is there.
pub const TEN_CALLS: &str = "the same call 10 times";

/// What is done in a step.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Gets a book.
    Get,
    /// Lists the first books.
    List,
    /// Creates a book.
    Create,
    /// Changes it.
    Update,
    /// Changes it as if it had not been changed since, which must fail.
    UpdateOld,
    /// Gets an author, with books.
    Author,
    /// Watches, while another client changes something.
    Watch,
    /// Deletes the book.
    Delete,
    /// Calls again and again on one connection.
    TenCalls,
    /// Calls on several connections that are open together.
    AtOnce,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Get,
        Self::List,
        Self::Create,
        Self::Update,
        Self::UpdateOld,
        Self::Author,
        Self::Watch,
        Self::Delete,
        Self::TenCalls,
        Self::AtOnce,
    ];

    /// What the recordings call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => ONE_CALL,
            Self::List => "list books",
            Self::Create => "create a book",
            Self::Update => "update it",
            Self::UpdateOld => "update an old revision",
            Self::Author => "an author with books",
            Self::Watch => "watch a change",
            Self::Delete => "delete it",
            Self::TenCalls => TEN_CALLS,
            Self::AtOnce => "4 connections at once",
        }
    }
}
