//! The type of a protobuf message, and of its fields.

use std::fmt;
use std::sync::Arc;

use prost_types::field_descriptor_proto::Type;

use super::index::{self, Index};

/// The type of a protobuf message.
#[derive(Clone)]
pub(crate) struct MessageType {
    index: Arc<Index>,
    at: usize,
}

/// A field of a message type.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    /// Name of the field. An extension has its full name in brackets: `[shop.v1.priority]`.
    pub(crate) name: &'a str,
    /// Name of the field in JSON.
    pub(crate) json_name: &'a str,
    pub(crate) is_repeated: bool,
    pub(crate) kind: Kind,
}

/// The type of a field.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A number, a string or bytes.
    Scalar(Type),
    Enum(EnumType),
    Message(MessageType),
}

/// The type of an enum.
#[derive(Clone)]
pub(crate) struct EnumType {
    index: Arc<Index>,
    at: usize,
}

impl MessageType {
    pub(super) fn new(index: Arc<Index>, at: usize) -> Self {
        Self { index, at }
    }

    /// Returns the field with this number, if the contract defines it.
    pub(crate) fn field(&self, number: u32) -> Option<Field<'_>> {
        let field = self.index.message(self.at)?.fields.get(&number)?;
        let kind = match field.kind {
            index::Kind::Scalar(kind) => Kind::Scalar(kind),
            index::Kind::Enum(at) => Kind::Enum(EnumType { index: Arc::clone(&self.index), at }),
            index::Kind::Message(at) => Kind::Message(Self::new(Arc::clone(&self.index), at)),
        };
        let index::Field { name, json_name, is_repeated, .. } = field;
        Some(Field { name, json_name, is_repeated: *is_repeated, kind })
    }

    /// Returns `true` for the entries of a map field: messages with a key in field 1, and a value in field 2.
    pub(crate) fn is_map_entry(&self) -> bool {
        self.index.message(self.at).is_some_and(|message| message.is_map_entry)
    }

    /// Returns the full name of the type: `bookshelf.v1.GetBookRequest`.
    pub(crate) fn full_name(&self) -> &str {
        self.index.message(self.at).map_or("", |message| &message.name)
    }
}

impl EnumType {
    /// Returns the name of the value with this number, if the contract defines it.
    pub(crate) fn value(&self, number: i32) -> Option<&str> {
        self.index.enum_values(self.at)?.get(&number).map(String::as_str)
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MessageType").field(&self.full_name()).finish()
    }
}

impl fmt::Debug for EnumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EnumType").field(&self.at).finish()
    }
}
