//! Contracts in protobuf: what the methods of services take and return.

use prost_reflect::{DescriptorPool, MessageDescriptor};

/// The services that are known.
#[derive(Clone, Debug)]
pub struct Contracts {
    pool: DescriptorPool,
}

impl Default for Contracts {
    /// The bookshelf's, which is built in.
    fn default() -> Self {
        Self::bookshelf()
    }
}

impl Contracts {
    /// The bookshelf's, which is built in.
    #[must_use]
    pub fn bookshelf() -> Self {
        // It is checked by the tests, and made when this program is built.
        let pool = DescriptorPool::decode(bookshelf_proto::DESCRIPTORS).unwrap_or_default();
        Self { pool }
    }

    /// The types of a method's messages: what it takes, and what it returns.
    pub(super) fn types(
        &self,
        service: &str,
        method: &str,
    ) -> Option<(MessageDescriptor, MessageDescriptor)> {
        let service = self.pool.get_service_by_name(service)?;
        let method = service.methods().find(|known| known.name() == method)?;
        Some((method.input(), method.output()))
    }
}
