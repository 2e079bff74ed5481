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

#![forbid(unsafe_code)]

/// Package `bookshelf.v1`: messages, client and server.
#[cfg(feature = "code")]
pub mod v1 {
    #![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    tonic::include_proto!("bookshelf.v1");
}

/// The contract as an encoded `google.protobuf.FileDescriptorSet`, for server reflection and for decoders.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
