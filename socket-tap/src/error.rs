//! Errors of a recording.

use std::error::Error;
use std::fmt;
use std::io;

/// An error that has ended the recording to one sink. The program and the other sinks continue.
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

    /// Returns the error of the sink.
    #[must_use]
    pub fn io_error(&self) -> &io::Error {
        &self.source
    }

    /// Converts to an [`io::Error`] of the same kind. Several callers may need the error, and `io::Error` cannot be
    /// cloned.
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
