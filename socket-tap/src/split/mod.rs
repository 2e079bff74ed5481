//! Splits a stream into a read half and a write half. The halves work like tokio's: they use no lock, and
//! dropping the owned write half sends a FIN.
//!
//! In the recording, both halves are the same socket. `tokio::io::split` also accepts a [`TapStream`], but
//! its halves use a lock, and dropping its write half sends no FIN.

mod borrowed;
mod read;
mod reunite;
mod write;

use std::sync::Arc;

pub use borrowed::{ReadHalf, WriteHalf};
pub use read::OwnedReadHalf;
pub use reunite::ReuniteError;
pub use write::OwnedWriteHalf;

use crate::socket::Socket;
use crate::stream::TapStream;

impl<S: Socket> TapStream<S> {
    /// Splits the stream into two halves that borrow it, like [`TcpStream::split`](tokio::net::TcpStream::split).
    pub fn split(&mut self) -> (ReadHalf<'_, S>, WriteHalf<'_, S>) {
        let (inner, recorder) = self.parts_mut();
        let (read, write) = inner.split();
        (ReadHalf { recorder, inner: read }, WriteHalf { recorder, inner: write })
    }

    /// Splits the stream into two halves that can move to different tasks, like
    /// [`TcpStream::into_split`](tokio::net::TcpStream::into_split).
    ///
    /// Dropping the write half shuts down the sending direction, and records the shutdown. When both halves
    /// are dropped, the close is recorded.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener, TapStream};
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// let mut client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
    /// let (server, _) = listener.accept().await?;
    /// let (mut read, mut write) = server.into_split();
    /// write.write_all(b"hello").await?;
    /// drop(write);
    ///
    /// let mut greeting = String::new();
    /// client.read_to_string(&mut greeting).await?; // ends with the FIN
    /// assert_eq!(greeting, "hello");
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn into_split(self) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
        let (inner, recorder, since) = self.into_parts();
        let (read, write) = inner.into_split();
        let recorder = recorder.map(Arc::new);
        let read = OwnedReadHalf { recorder: recorder.clone(), since, inner: read };
        (read, OwnedWriteHalf::new(recorder, write))
    }
}

#[cfg(test)]
mod tests;
