//! Every error as a gRPC status.

use bookshelf::Error;
use tonic::{Code, Status};

pub(crate) fn status(error: Error) -> Status {
    let code = match &error {
        Error::NotFound { .. } => Code::NotFound,
        Error::Invalid { .. } => Code::InvalidArgument,
        // The caller can read again and repeat: that is ABORTED, not FAILED_PRECONDITION.
        Error::Conflict { .. } => Code::Aborted,
        Error::TooMany { .. } => Code::ResourceExhausted,
        Error::FellBehind { .. } => Code::DataLoss,
        Error::Internal(_) => Code::Internal,
    };
    Status::new(code, error.to_string())
}

pub(crate) fn invalid(message: &str) -> Status {
    Status::invalid_argument(message)
}
