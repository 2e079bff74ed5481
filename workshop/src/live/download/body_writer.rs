//! A response body that is written by a blocking task, so that only a few chunks are in memory at a time.

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::once;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::live::response::ErrorResponse;

/// Maximum number of chunks that wait for the client.
const MAX_QUEUED: usize = 4;

/// Recommended size of a chunk in bytes.
pub(crate) const CHUNK_SIZE: usize = 64 * 1024;

/// A writer to a response body. A write blocks while the queue is full, and fails when the client has disconnected.
#[derive(Clone, Debug)]
pub(crate) struct BodyWriter(mpsc::Sender<io::Result<Bytes>>);

/// Runs `write` in a blocking task and returns a response body that consists of its output.
///
/// If `write` fails later, the response ends without its last chunk, so that the client detects the failure.
///
/// # Errors
/// If `write` fails before its first write.
pub(crate) async fn body(
    write: impl FnOnce(&mut BodyWriter) -> io::Result<()> + Send + 'static,
) -> Result<Body, ErrorResponse> {
    let (sender, mut chunks) = mpsc::channel(MAX_QUEUED);
    tokio::task::spawn_blocking(move || {
        let mut writer = BodyWriter(sender);
        if let Err(error) = write(&mut writer) {
            // Fails if the client has disconnected, which may also be the cause of `error`.
            let _ = writer.0.blocking_send(Err(error));
        }
    });
    match chunks.recv().await {
        None => Ok(Body::empty()),
        Some(Err(error)) => Err(ErrorResponse::internal(error)),
        Some(first) => Ok(Body::from_stream(once(async { first }).chain(ReceiverStream::new(chunks)))),
    }
}

impl Write for BodyWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let disconnected = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(disconnected)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
