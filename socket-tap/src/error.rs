//! Errors of a recording.

use std::error::Error;
use std::fmt;
use std::io;

/// Recording to one sink has stopped. The program and the other sinks continue.
///
/// [`TapBuilder::on_error`](crate::TapBuilder::on_error) reports it when it happens;
/// [`Tap::finish`](crate::Tap::finish) returns the first one.
#[derive(Debug)]
#[non_exhaustive]
pub struct RecordingError {
    /// The [name](crate::sink::Sink::name) of the sink: the path of a trace file, for example.
    pub sink: String,
    source: io::Error,
}

impl RecordingError {
    pub(crate) fn new(sink: String, source: io::Error) -> Self {
        Self { sink, source }
    }

    /// The error that the sink returned.
    #[must_use]
    pub fn io_error(&self) -> &io::Error {
        &self.source
    }

    /// The same as an [`io::Error`] of the same kind. `io::Error` cannot be cloned, and several may wait for one.
    pub(crate) fn to_io(&self) -> io::Error {
        io::Error::new(self.source.kind(), self.to_string())
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "recording to {} has stopped: {}", self.sink, self.source)
    }
}

impl Error for RecordingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
