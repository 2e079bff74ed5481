//! Functions that forward a call to the inner stream and record its result. Streams and split halves use
//! them.

use std::io::{self, IoSlice};
use std::task::{Poll, ready};

use tokio::io::ReadBuf;

use crate::recorder::{Direction, EnteredCall};
use crate::socket_recorder::SocketRecorder;
use crate::transfer_count::Access;

/// Forwards a read, and records the bytes that the read appended to `buf`.
#[inline]
pub(crate) fn poll_read(
    recorder: Option<&SocketRecorder>,
    buf: &mut ReadBuf<'_>,
    forward: impl FnOnce(&mut ReadBuf<'_>) -> Poll<io::Result<()>>,
) -> Poll<io::Result<()>> {
    // The caller's buffer may already hold bytes.
    let (before, room) = (buf.filled().len(), buf.remaining());
    let result = ready!(forward(buf));
    if let Some(recorder) = recorder {
        match &result {
            Ok(()) => recorder.read(buf.filled().get(before..).unwrap_or_default(), room, Access::Exclusive),
            Err(error) => recorder.transfer_failed(Direction::Read, error),
        }
    }
    Poll::Ready(result)
}

/// Forwards a write, and records it.
#[inline]
pub(crate) fn poll_write(
    recorder: Option<&SocketRecorder>,
    buf: &[u8],
    forward: impl FnOnce() -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let entered = recorder.map(SocketRecorder::enter);
    let result = ready!(forward());
    wrote(recorder, entered.as_ref(), &result, 0, std::iter::once(buf), Access::Exclusive);
    Poll::Ready(result)
}

/// Forwards a vectored write, and records it.
#[inline]
pub(crate) fn poll_write_vectored(
    recorder: Option<&SocketRecorder>,
    bufs: &[IoSlice<'_>],
    forward: impl FnOnce() -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let entered = recorder.map(SocketRecorder::enter);
    let result = ready!(forward());
    let parts = bufs.iter().map(|buf| &**buf);
    wrote(recorder, entered.as_ref(), &result, bufs.len(), parts, Access::Exclusive);
    Poll::Ready(result)
}

/// Forwards a flush. A flush is not a socket call, so no event is recorded. If the flush fails, its error is
/// stored as the cause of the connection's end.
#[inline]
pub(crate) fn poll_flush(
    recorder: Option<&SocketRecorder>,
    forward: impl FnOnce() -> Poll<io::Result<()>>,
) -> Poll<io::Result<()>> {
    let result = ready!(forward());
    if let (Some(recorder), Err(error)) = (recorder, &result) {
        recorder.flush_failed(error);
    }
    Poll::Ready(result)
}

/// Forwards a shutdown, and records it.
pub(crate) fn poll_shutdown(
    recorder: Option<&SocketRecorder>,
    forward: impl FnOnce() -> Poll<io::Result<()>>,
) -> Poll<io::Result<()>> {
    let entered = recorder.map(SocketRecorder::enter);
    let result = ready!(forward());
    if let (Some(recorder), Some(entered)) = (recorder, &entered) {
        recorder.shut_down(entered, &result);
    }
    Poll::Ready(result)
}

/// Forwards a non-blocking read, and records it unless it returned `WouldBlock`. Several threads may call
/// this at the same time.
pub(crate) fn try_read(
    recorder: Option<&SocketRecorder>,
    buf: &mut [u8],
    forward: impl FnOnce(&mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let result = forward(buf);
    match (recorder, &result) {
        (Some(recorder), Ok(read)) => {
            recorder.read(buf.get(..*read).unwrap_or_default(), buf.len(), Access::Shared);
        }
        (Some(recorder), Err(error)) if error.kind() != io::ErrorKind::WouldBlock => {
            recorder.transfer_failed(Direction::Read, error);
        }
        _ => {}
    }
    result
}

/// Forwards a non-blocking write of the buffers `parts`, and records it unless it returned `WouldBlock`.
/// `slices` is the number of buffers of a vectored write, or 0 for a plain write. Several threads may call
/// this at the same time.
pub(crate) fn try_write<'a>(
    recorder: Option<&SocketRecorder>,
    slices: usize,
    parts: impl Iterator<Item = &'a [u8]>,
    forward: impl FnOnce() -> io::Result<usize>,
) -> io::Result<usize> {
    let entered = recorder.map(SocketRecorder::enter);
    let result = forward();
    if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
        wrote(recorder, entered.as_ref(), &result, slices, parts, Access::Shared);
    }
    result
}

#[inline]
fn wrote<'a>(
    recorder: Option<&SocketRecorder>,
    entered: Option<&EnteredCall>,
    result: &io::Result<usize>,
    slices: usize,
    parts: impl Iterator<Item = &'a [u8]>,
    access: Access,
) {
    if let (Some(recorder), Some(entered)) = (recorder, entered) {
        match result {
            Ok(written) => recorder.wrote(entered, (*written, slices), parts, access),
            Err(error) => recorder.transfer_failed(Direction::Write, error),
        }
    }
}
