//! The properties of a gRPC API that this crate needs to serve it.

use crate::status::ErrorDomain;

/// The properties of a gRPC API that this crate needs to serve it.
///
/// The methods of the API must be unary or server-streaming. This crate does not support client streams: it
/// limits the time between the messages of a client stream only for server reflection.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// Domain of the API's errors.
    pub domain: ErrorDomain,
    /// Encoded `google.protobuf.FileDescriptorSet` for server reflection.
    pub descriptors: &'static [u8],
    /// Maximum size of a request message in bytes, after decompression.
    pub max_request_bytes: usize,
    /// Paths of the methods whose responses may be compressed, such as `/package.Service/Method`.
    ///
    /// This crate needs the list, because tonic compresses the responses of either all methods of a service
    /// or none, and gzip makes short messages longer.
    pub compressed_methods: &'static [&'static str],
}
