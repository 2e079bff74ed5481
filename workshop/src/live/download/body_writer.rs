//! From what writes, in a thread of its own, to what is read by the browser: so little of it is in memory at a time.

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::once;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::live::response::Refusal;

/// Pieces that wait for the browser.
const WAITING: usize = 4;

/// How long a piece should be, in bytes.
pub(crate) const PIECE: usize = 64 * 1024;

/// Where to write. It waits for the browser, and fails when that has gone.
#[derive(Clone, Debug)]
pub(crate) struct Pipe(mpsc::Sender<io::Result<Bytes>>);

/// What `write` writes, as the body of an answer. What fails before anything is written becomes a refusal, and later the
/// answer breaks off, so that nobody takes it for a whole one.
pub(crate) async fn body(
    write: impl FnOnce(&mut Pipe) -> io::Result<()> + Send + 'static,
) -> Result<Body, Refusal> {
    let (sender, mut pieces) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe(sender);
        if let Err(error) = write(&mut pipe) {
            // The browser may be the one that has gone.
            let _ = pipe.0.blocking_send(Err(error));
        }
    });
    match pieces.recv().await {
        None => Ok(Body::empty()),
        Some(Err(error)) => Err(Refusal::failed(error)),
        Some(first) => Ok(Body::from_stream(once(async { first }).chain(ReceiverStream::new(pieces)))),
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
