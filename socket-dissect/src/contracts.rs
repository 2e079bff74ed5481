//! Protobuf definitions of services, for decoding gRPC messages with field names.

use std::fmt;
use std::sync::Arc;

use prost::Message as _;
use prost_types::FileDescriptorSet;

mod index;
mod message;

pub(crate) use message::{Field, Kind, MessageType};

use index::Index;

/// Protobuf services whose messages are decoded with field names.
///
/// Empty by default: fields of messages are then shown by number.
///
/// ```
/// use socket_dissect::Contracts;
///
/// let mut contracts = Contracts::default();
/// assert!(contracts.add_descriptors(b"not a descriptor set").is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Contracts {
    /// One index for each descriptor set, because two sets may define the same service differently.
    sets: Vec<Arc<Index>>,
}

/// Reason why a descriptor set cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a valid descriptor set.
    Invalid(Box<dyn std::error::Error + Send + Sync>),
    /// The descriptor set defines no service.
    NoService,
    /// The descriptor set does not define a type that it uses, as when `protoc` wrote it without `--include_imports`.
    UnknownType {
        /// Name of the type: `google.protobuf.Timestamp`.
        name: String,
        /// Full name of the field or method that has this type.
        used_by: String,
    },
}

impl Contracts {
    /// Adds the services of an encoded `google.protobuf.FileDescriptorSet`, as `protoc --descriptor_set_out
    /// --include_imports` writes it, of any syntax or edition. If an earlier set defines a service of the same name, the service added
    /// last is used.
    ///
    /// # Errors
    /// If the bytes are not a valid descriptor set, define no service, or use a type that they do not define.
    pub fn add_descriptors(&mut self, descriptor_set: &[u8]) -> Result<(), Error> {
        let set = FileDescriptorSet::decode(descriptor_set).map_err(|error| Error::Invalid(error.into()))?;
        let index = Index::of(&set.file)?;
        if !index.has_services() {
            return Err(Error::NoService);
        }
        self.sets.insert(0, index);
        Ok(())
    }

    /// Returns the types of a method's request and response messages, if a contract defines the method.
    pub(crate) fn message_types(&self, service: &str, method: &str) -> Option<(MessageType, MessageType)> {
        self.sets.iter().find_map(|index| {
            let (request, response) = index.method(service, method)?;
            let of = |at| MessageType::new(Arc::clone(index), at);
            Some((of(request), of(response)))
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "invalid descriptor set: {error}"),
            Self::NoService => f.write_str("the descriptor set defines no service"),
            Self::UnknownType { name, used_by } => write!(
                f,
                "the type {name} of {used_by} is not defined; compile with `protoc --include_imports`"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(error) => Some(&**error),
            Self::NoService | Self::UnknownType { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_of_a_descriptor_set_are_found() {
        let mut contracts = Contracts::default();
        assert!(contracts.message_types("bookshelf.v1.BookshelfService", "GetBook").is_none());
        contracts.add_descriptors(bookshelf_proto::DESCRIPTORS).unwrap();
        let (request, response) =
            contracts.message_types("bookshelf.v1.BookshelfService", "GetBook").unwrap();
        assert_eq!(request.full_name(), "bookshelf.v1.GetBookRequest");
        assert_eq!(response.full_name(), "bookshelf.v1.GetBookResponse");
        assert!(contracts.message_types("bookshelf.v1.BookshelfService", "Sell").is_none());
    }

    #[test]
    fn descriptor_sets_without_service_are_refused() {
        let mut contracts = Contracts::default();
        assert!(matches!(contracts.add_descriptors(b"\x01"), Err(Error::Invalid(_))));
        assert!(matches!(contracts.add_descriptors(b""), Err(Error::NoService)));
    }

    proptest::proptest! {
        #[test]
        fn damaged_descriptor_set_is_read_or_refused(
            damages in proptest::collection::vec((0..bookshelf_proto::DESCRIPTORS.len(), proptest::prelude::any::<u8>()), 1..20),
            length in 0..bookshelf_proto::DESCRIPTORS.len(),
        ) {
            let mut bytes = bookshelf_proto::DESCRIPTORS.to_vec();
            for (at, byte) in damages {
                bytes[at] = byte;
            }
            let mut contracts = Contracts::default();
            let _ = contracts.add_descriptors(&bytes);
            let _ = contracts.add_descriptors(&bytes[..length]);
            contracts.message_types("bookshelf.v1.BookshelfService", "GetBook");
        }
    }

    #[test]
    fn descriptor_sets_without_a_used_type_are_refused() {
        let set = FileDescriptorSet::decode(bookshelf_proto::DESCRIPTORS).unwrap();
        let own = set.file.into_iter().filter(|file| file.package() == "bookshelf.v1").collect();
        let error = Contracts::default()
            .add_descriptors(&FileDescriptorSet { file: own }.encode_to_vec())
            .unwrap_err();
        let Error::UnknownType { name, .. } = error else { panic!("{error}") };
        assert!(name.starts_with("google.protobuf."), "{name}");
    }

    #[test]
    fn descriptor_set_of_an_edition_is_read() {
        // `edition = EDITION_2023`, which `prost-types` does not know, is in field 14 of each file.
        let mut set = FileDescriptorSet::decode(bookshelf_proto::DESCRIPTORS).unwrap();
        let mut bytes = Vec::new();
        for file in &mut set.file {
            file.syntax = Some("editions".to_owned());
            let mut file = file.encode_to_vec();
            file.extend_from_slice(&[0x70, 0xe8, 0x07]);
            bytes.push(0x0a);
            prost::encoding::encode_varint(file.len() as u64, &mut bytes);
            bytes.extend_from_slice(&file);
        }
        let mut contracts = Contracts::default();
        contracts.add_descriptors(&bytes).unwrap();
        assert!(contracts.message_types("bookshelf.v1.BookshelfService", "GetBook").is_some());
    }
}
