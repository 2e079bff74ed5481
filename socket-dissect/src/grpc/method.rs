//! A gRPC method, and the types of its messages.

use super::super::contracts::{Contracts, MessageType};
use super::super::text::short;

/// A gRPC method, identified by the path of its request.
#[derive(Debug)]
pub(crate) struct Method {
    /// Full name: `bookshelf.v1.BookshelfService/GetBook`.
    name: String,
    /// Types of the request and response messages, if a protobuf contract defines them.
    types: Option<(MessageType, MessageType)>,
}

impl Method {
    /// Returns the method of a path such as `/bookshelf.v1.BookshelfService/GetBook`.
    pub(crate) fn of(path: &str, contracts: &Contracts) -> Self {
        let name = path.strip_prefix('/').unwrap_or(path);
        let (service, method) = name.rsplit_once('/').unwrap_or((name, ""));
        Self { name: short(name), types: contracts.message_types(service, method) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type of the method's request messages, if a protobuf contract defines it.
    pub(crate) fn request(&self) -> Option<MessageType> {
        self.types.as_ref().map(|(request, _)| request.clone())
    }

    /// Returns the type of the method's response messages, if a protobuf contract defines it.
    pub(crate) fn response(&self) -> Option<MessageType> {
        self.types.as_ref().map(|(_, response)| response.clone())
    }
}
