//! The gRPC contract of the bookshelf, `bookshelf/v1/bookshelf.proto`, and the code generated from it.
//!
//! ```
//! # #[cfg(feature = "code")] {
//! use bookshelf_proto::v1::GetBookRequest;
//!
//! let request = GetBookRequest { id: 1 };
//! assert_eq!(prost::Message::encoded_len(&request), 2);
//! # }
//! ```
//!
//! The generated code is checked in. After a change of the `.proto`, `UPDATE=1 cargo test -p bookshelf-proto` writes it
//! again.

#![forbid(unsafe_code)]

/// Package `bookshelf.v1`: messages, client and server.
#[cfg(feature = "code")]
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "generated code")]
#[rustfmt::skip]
#[path = "generated/bookshelf.v1.rs"]
pub mod v1;

/// The contract as an encoded `google.protobuf.FileDescriptorSet`. Server reflection and dynamic decoders use
/// it.
pub const DESCRIPTORS: &[u8] = include_bytes!("generated/descriptors.bin");
