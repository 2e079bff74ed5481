//! Masks that keep the secrets of a stream out of captured payload.

mod masks;
mod stream;

pub(crate) use masks::Masks;

/// A mask that overwrites secrets, such as passwords, in the captured payload of one stream.
///
/// The tap passes a copy of the bytes that the stream has read or written, and records the copy after the mask has
/// changed it. The program's own bytes stay unchanged, and so do the lengths in the recording. A mask sees every byte
/// of each direction in order, including bytes beyond the [capture limit](crate::TapBuilder::capture), so that it can
/// follow message boundaries. A message may be split at any byte.
///
/// ```
/// use socket_tap::{PayloadMask, Tap, TapListener, TapStream, event::Op, sink::Memory};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// /// Masks the token of 6 bytes that a client sends first.
/// struct TokenMask {
///     left: usize,
/// }
///
/// impl PayloadMask for TokenMask {
///     fn mask_read(&mut self, bytes: &mut [u8]) {
///         let token = bytes.len().min(self.left);
///         bytes[..token].fill(b'*');
///         self.left -= token;
///     }
///
///     fn mask_write(&mut self, _bytes: &mut [u8]) {}
///
///     fn is_finished(&self) -> bool {
///         self.left == 0
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let recording = Memory::new();
/// let tap = Tap::server("shop").capture(1024).sink(recording.clone()).start()?;
/// let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
/// let mut client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
/// let (mut server, _peer) = listener.accept().await?;
/// server.mask_payload(TokenMask { left: 6 });
///
/// client.write_all(b"secrethello").await?;
/// let mut received = [0; 11];
/// server.read_exact(&mut received).await?;
/// assert_eq!(&received, b"secrethello");
///
/// drop((server, listener));
/// tap.finish().await?;
/// let events = recording.events();
/// let payload: Vec<u8> = events
///     .iter()
///     .filter_map(|event| if let Op::Read(read) = &event.op { read.data.as_deref() } else { None })
///     .flatten()
///     .copied()
///     .collect();
/// assert_eq!(payload, b"******hello");
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
///
/// # Order
///
/// Each direction is in order if only one task reads and only one task writes. The two directions are in
/// order relative to each other only if one task both reads and writes: a write is passed to the mask after
/// the socket call has returned, so the task of the other half may already have read the response. Concurrent
/// calls of [`try_read`](crate::TapStream::try_read) in several threads have no order.
///
/// # Panics in a mask
///
/// A panic in a mask does not reach the program. The mask is dropped, and all payload of the stream is overwritten with
/// `*` from the bytes on which it panicked.
///
/// # Deadlocks
///
/// A mask must not read or write the stream that it masks: the two directions of a stream wait for each other while
/// the mask runs. It must not wait for anything else either, because it runs inside the program's read or write.
pub trait PayloadMask: Send + 'static {
    /// Overwrites the secrets in bytes that the stream has read.
    fn mask_read(&mut self, bytes: &mut [u8]);

    /// Overwrites the secrets in bytes that the stream has written.
    fn mask_write(&mut self, bytes: &mut [u8]);

    /// Returns `true` if no secret can follow in either direction. The tap calls this method after each read
    /// and write of bytes, and drops a finished mask. From then on the stream costs as much as one without a
    /// mask.
    ///
    /// The default implementation returns `false`.
    fn is_finished(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
