//! Tests of the bookshelf service through all three APIs: operations, errors and cross-site browser requests.

pub(crate) mod documented_errors;
pub(crate) mod errors;
pub(crate) mod http_checks;
pub(crate) mod operations;
pub(crate) mod pacing;
pub(crate) mod same_origin;
pub(crate) mod scenario;
pub(crate) mod watching;
