//! The content of an HTTP/2 `GOAWAY` frame.

use serde::Serialize;

/// The content of an HTTP/2 `GOAWAY` frame (RFC 9113, section 6.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Goaway {
    /// Name of the error code, such as `NO_ERROR`; `error 0x77` for a code without a name.
    pub code: String,
    /// Number of the last stream that its sender may have processed. `None` if it names none yet: the first `GOAWAY`
    /// of a graceful shutdown, or one from a client that accepted no pushed stream.
    pub last_stream: Option<u32>,
    /// Debug data as printable text; `binary` if it is not UTF-8. Empty if there is none.
    pub debug: String,
}

impl Goaway {
    /// Returns `true` if the frame reports an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code != "NO_ERROR"
    }
}
