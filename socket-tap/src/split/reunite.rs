//! Joins the two owned halves of a stream.

use std::fmt;
use std::sync::Arc;

use super::read::OwnedReadHalf;
use super::write::OwnedWriteHalf;
use crate::socket::Socket;
use crate::stream::TapStream;

impl<S: Socket> OwnedReadHalf<S> {
    /// Joins the read half with the write half of the same stream.
    ///
    /// # Errors
    /// Returns both halves if they belong to different sockets.
    pub fn reunite(self, write: OwnedWriteHalf<S>) -> Result<TapStream<S>, ReuniteError<S>> {
        if !write.socket().is_some_and(|socket| std::ptr::eq(socket, self.inner.as_ref())) {
            return Err(ReuniteError(self, write));
        }
        let Self { recorder, since, inner } = self;
        match write.into_inner().and_then(|write| S::reunite(inner, write)) {
            // `write` was the only other reference.
            Some(stream) => Ok(TapStream::from_parts(stream, recorder.and_then(Arc::into_inner), since)),
            None => unreachable!("both halves belong to the same socket"),
        }
    }
}

impl<S: Socket> OwnedWriteHalf<S> {
    /// Joins the write half with the read half of the same stream.
    ///
    /// # Errors
    /// Returns both halves if they belong to different sockets.
    pub fn reunite(self, read: OwnedReadHalf<S>) -> Result<TapStream<S>, ReuniteError<S>> {
        read.reunite(self)
    }
}

/// The error of a failed `reunite`: the two halves belong to different sockets. The error contains both
/// halves.
#[derive(Debug)]
pub struct ReuniteError<S: Socket>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: Socket> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot reunite two halves of different sockets")
    }
}

impl<S: Socket + fmt::Debug> std::error::Error for ReuniteError<S> {}
