//! A response body that is written by a blocking task, so that only a few chunks are in memory at a time.

use std::future::ready;
use std::io::{self, Write};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::once;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;

use super::slots::Slot;
use crate::live::response::ErrorResponse;

/// Maximum number of chunks that wait for the client.
const MAX_QUEUED: usize = 4;

/// Recommended size of a chunk in bytes.
pub(crate) const CHUNK_SIZE: usize = 64 * 1024;

/// Maximum time that a chunk waits for the client. A slower client would occupy a thread for too long.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(30);

/// A writer to a response body. A write blocks while the queue is full, and fails when the client has disconnected or is
/// too slow.
#[derive(Clone, Debug)]
pub(crate) struct BodyWriter {
    chunks: mpsc::Sender<Bytes>,
    runtime: Handle,
}

/// Runs `write` in a blocking task and returns a response body that consists of its output. The task occupies `slot`
/// until it ends.
///
/// If `write` fails later, the response ends without its last chunk, so that the client detects the failure.
///
/// # Errors
/// If `write` fails before its first write.
pub(crate) async fn body(
    slot: Slot,
    write: impl FnOnce(&mut BodyWriter) -> io::Result<()> + Send + 'static,
) -> Result<Body, ErrorResponse> {
    let (sender, mut chunks) = mpsc::channel(MAX_QUEUED);
    let mut writer = BodyWriter { chunks: sender, runtime: Handle::current() };
    let writing = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        write(&mut writer)
    });
    let written = async { writing.await.map_err(io::Error::other).flatten() };
    match chunks.recv().await {
        None => written.await.map(|()| Body::empty()).map_err(ErrorResponse::internal),
        Some(first) => {
            let failure = once(written).filter_map(|result| ready(result.err().map(Err)));
            let chunks = once(ready(first)).chain(ReceiverStream::new(chunks)).map(Ok);
            Ok(Body::from_stream(chunks.chain(failure)))
        }
    }
}

impl Write for BodyWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let chunk = &bytes[..bytes.len().min(CHUNK_SIZE)];
        let send = self.chunks.send(Bytes::copy_from_slice(chunk));
        match self.runtime.block_on(async { timeout(CHUNK_TIMEOUT, send).await }) {
            Ok(Ok(())) => Ok(chunk.len()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
