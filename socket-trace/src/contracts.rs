//! Protobuf contracts for [`socket_dissect`]: the built-in contract of the bookshelf, and contracts in files.

use std::sync::LazyLock;

use socket_dissect::Contracts;

#[cfg(feature = "cli")]
mod essentials;
#[cfg(feature = "cli")]
mod file;
#[cfg(feature = "cli")]
mod sources;

#[cfg(feature = "cli")]
pub use file::{Error, add_file};

/// Returns the protobuf contract of the bookshelf API, which is built in.
#[must_use]
pub fn bookshelf() -> Contracts {
    static BOOKSHELF: LazyLock<Contracts> = LazyLock::new(|| {
        let mut contracts = Contracts::default();
        // The descriptors are part of the program, and a test decodes them.
        let _ = contracts.add_descriptors(bookshelf_proto::DESCRIPTORS);
        contracts
    });
    BOOKSHELF.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_descriptors_are_valid() {
        Contracts::default().add_descriptors(bookshelf_proto::DESCRIPTORS).unwrap();
    }
}
