//! The properties of an API that the checks depend on.

use crate::status::ErrorDomain;

/// The properties of an API that the checks depend on.
///
/// The API's methods must be unary or server-streaming. Only reflection's client streams have a timeout per message.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// Domain of the errors.
    pub domain: ErrorDomain,
    /// Encoded `google.protobuf.FileDescriptorSet` for server reflection.
    pub descriptors: &'static [u8],
    /// Largest request message in bytes, after decompression.
    pub max_request_bytes: usize,
    /// Paths of the methods that may compress their responses, such as `/package.Service/Method`.
    ///
    /// tonic enables compression per service, and gzip makes short messages longer.
    pub compressed_methods: &'static [&'static str],
}
