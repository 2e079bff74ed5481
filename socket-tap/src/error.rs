//! The error of a sink that failed during a recording.

use std::error::Error;
use std::fmt;
use std::io;

/// The error of a sink. The sink gets no further events; the program and the other sinks continue.
///
/// [`TapBuilder::on_error`](crate::TapBuilder::on_error) reports each such error when it happens;
/// [`Tap::finish`](crate::Tap::finish) returns the first.
#[derive(Debug)]
#[non_exhaustive]
pub struct RecordingError {
    /// The [name](crate::sink::Sink::name) of the failed sink, for example the path of a trace file.
    pub sink: String,
    source: io::Error,
}

impl RecordingError {
    pub(crate) fn new(sink: String, source: io::Error) -> Self {
        Self { sink, source }
    }

    /// Returns the I/O error that the sink returned.
    #[must_use]
    pub fn io_error(&self) -> &io::Error {
        &self.source
    }

    /// Returns a new [`io::Error`] with the same kind and the message of this error. Several callers of
    /// `finish` may need the error, and an `io::Error` cannot be cloned.
    pub(crate) fn to_io(&self) -> io::Error {
        io::Error::new(self.source.kind(), self.to_string())
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sink, source } = self;
        write!(f, "recording to {sink} has stopped: {source}")
    }
}

impl Error for RecordingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
