//! The steps of the tour (the calls that the workshop makes at its start) and their names.

/// Name of the step that makes one call. The report prints its socket calls for all APIs side by side.
pub const ONE_CALL: &str = "get a book";

/// Name of the step that makes several calls on one connection. The report uses it to compute the cost of a
/// call on an open connection.
pub const TEN_CALLS: &str = "the same call 10 times";

/// A step of the tour: one or more calls that the workshop makes at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Gets a book.
    Get,
    /// Lists the first page of books.
    List,
    /// Creates a book.
    Create,
    /// Updates the created book.
    Update,
    /// Updates an old revision of the book, which the server must reject.
    UpdateOldRevision,
    /// Gets an author and the author's books.
    Author,
    /// Watches changes while another client updates the book.
    Watch,
    /// Deletes the book.
    Delete,
    /// Makes ten calls on one connection.
    TenCalls,
    /// Makes calls on several connections that are open at the same time.
    Concurrent,
}

impl Step {
    /// All steps in the order of the tour.
    pub const ALL: [Self; 10] = [
        Self::Get,
        Self::List,
        Self::Create,
        Self::Update,
        Self::UpdateOldRevision,
        Self::Author,
        Self::Watch,
        Self::Delete,
        Self::TenCalls,
        Self::Concurrent,
    ];

    /// Returns the step with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Returns the step's name in the recordings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => ONE_CALL,
            Self::List => "list books",
            Self::Create => "create a book",
            Self::Update => "update the book",
            Self::UpdateOldRevision => "update an old revision",
            Self::Author => "get author with books",
            Self::Watch => "watch a change",
            Self::Delete => "delete the book",
            Self::TenCalls => TEN_CALLS,
            Self::Concurrent => "4 connections at once",
        }
    }
}
