//! OpenAPI descriptions of headers and responses that operations have in common.

mod headers;
mod responses;

pub use headers::{IfMatch, IfNoneMatch, LastEventIdHeader, OptionalIfMatch};
pub use responses::{
    Always, BadBody, BadQuery, NotAcceptable, PreconditionFailed, PreconditionRequired, problem,
};
