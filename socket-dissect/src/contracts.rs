//! Protobuf definitions of services, for decoding gRPC messages with field names.

use std::fmt;

use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};

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
    /// One pool for each descriptor set, because two sets may define the same service differently.
    pools: Vec<DescriptorPool>,
}

/// Reason why a descriptor set cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a valid descriptor set.
    Invalid(Box<dyn std::error::Error + Send + Sync>),
    /// The descriptor set defines no service.
    NoService,
}

impl Contracts {
    /// Adds the services of an encoded `google.protobuf.FileDescriptorSet`, as `protoc --descriptor_set_out
    /// --include_imports` writes it. If an earlier set defines a service of the same name, the service added
    /// last is used.
    ///
    /// # Errors
    /// If the bytes are not a valid descriptor set, or define no service.
    pub fn add_descriptors(&mut self, descriptor_set: &[u8]) -> Result<(), Error> {
        let pool = DescriptorPool::decode(descriptor_set)?;
        if pool.services().len() == 0 {
            return Err(Error::NoService);
        }
        self.pools.insert(0, pool);
        Ok(())
    }

    /// Returns the types of a method's request and response messages, if a contract defines the method.
    pub(crate) fn message_types(
        &self,
        service: &str,
        method: &str,
    ) -> Option<(MessageDescriptor, MessageDescriptor)> {
        let service = self.pools.iter().find_map(|pool| pool.get_service_by_name(service))?;
        let method = service.methods().find(|candidate| candidate.name() == method)?;
        Some((method.input(), method.output()))
    }
}

impl From<DescriptorError> for Error {
    fn from(error: DescriptorError) -> Self {
        Self::Invalid(Box::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "invalid descriptor set: {error}"),
            Self::NoService => f.write_str("the descriptor set defines no service"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(error) => Some(&**error),
            Self::NoService => None,
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
}
