//! What is called, and the types of its messages.

use prost_reflect::MessageDescriptor;

use super::super::contracts::Contracts;
use super::super::text::short;

/// A method, by the path of its request.
#[derive(Debug)]
pub(crate) struct Method {
    /// `bookshelf.v1.BookshelfService/GetBook`
    name: String,
    /// What the messages are of each direction, when a contract says it.
    types: Option<(MessageDescriptor, MessageDescriptor)>,
}

impl Method {
    /// With the path `/bookshelf.v1.BookshelfService/GetBook`.
    pub(crate) fn of(path: &str, contracts: &Contracts) -> Self {
        let name = path.strip_prefix('/').unwrap_or(path);
        let (service, method) = name.rsplit_once('/').unwrap_or((name, ""));
        Self { name: short(name), types: contracts.message_types(service, method) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a request's messages are.
    pub(crate) fn request(&self) -> Option<MessageDescriptor> {
        self.types.as_ref().map(|(request, _)| request.clone())
    }

    /// What an answer's messages are.
    pub(crate) fn response(&self) -> Option<MessageDescriptor> {
        self.types.as_ref().map(|(_, response)| response.clone())
    }
}
