//! The bookshelf over GraphQL.
