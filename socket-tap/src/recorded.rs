//! Forwards single calls and records them: for a stream and for its halves.

use std::io::{self, IoSlice};
use std::task::{Poll, ready};

use tokio::io::ReadBuf;

use crate::recorder::{Direction, Entered};
use crate::sensor::Sensor;
use crate::socket_state::Access;

/// Forwards a read and records what it added to `buf`.
#[inline]
pub(crate) fn poll_read(
    sensor: Option<&Sensor>,
    buf: &mut ReadBuf<'_>,
    forward: impl FnOnce(&mut ReadBuf<'_>) -> Poll<io::Result<()>>,
) -> Poll<io::Result<()>> {
    // The caller's buffer may hold bytes already: only its growth was read.
    let (before, room) = (buf.filled().len(), buf.remaining());
    let result = ready!(forward(buf));
    if let Some(sensor) = sensor {
        match &result {
            Ok(()) => sensor.read(buf.filled().get(before..).unwrap_or_default(), room, Access::Exclusive),
            Err(error) => sensor.transfer_failed(Direction::Read, error),
        }
    }
    Poll::Ready(result)
}

/// Forwards a write and records it.
#[inline]
pub(crate) fn poll_write(
    sensor: Option<&Sensor>,
    buf: &[u8],
    forward: impl FnOnce() -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let entered = sensor.map(Sensor::enter);
    let result = ready!(forward());
    wrote(sensor, entered.as_ref(), &result, 0, std::iter::once(buf), Access::Exclusive);
    Poll::Ready(result)
}

/// Forwards a vectored write and records it.
#[inline]
pub(crate) fn poll_write_vectored(
    sensor: Option<&Sensor>,
    bufs: &[IoSlice<'_>],
    forward: impl FnOnce() -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let entered = sensor.map(Sensor::enter);
    let result = ready!(forward());
    let parts = bufs.iter().map(|buf| &**buf);
    wrote(sensor, entered.as_ref(), &result, bufs.len(), parts, Access::Exclusive);
    Poll::Ready(result)
}

/// Forwards a flush. It is not a call on a socket; only its failure is recorded.
#[inline]
pub(crate) fn poll_flush(
    sensor: Option<&Sensor>,
    forward: impl FnOnce() -> Poll<io::Result<()>>,
) -> Poll<io::Result<()>> {
    let result = ready!(forward());
    if let (Some(sensor), Err(error)) = (sensor, &result) {
        sensor.flush_failed(error);
    }
    Poll::Ready(result)
}

/// Forwards a shutdown and records it.
pub(crate) fn poll_shutdown(
    sensor: Option<&Sensor>,
    forward: impl FnOnce() -> Poll<io::Result<()>>,
) -> Poll<io::Result<()>> {
    let entered = sensor.map(Sensor::enter);
    let result = ready!(forward());
    if let (Some(sensor), Some(entered)) = (sensor, &entered) {
        sensor.shut_down(entered, &result);
    }
    Poll::Ready(result)
}

/// Tries a read, which several threads may do at once. When it would block, nothing is recorded.
pub(crate) fn try_read(
    sensor: Option<&Sensor>,
    buf: &mut [u8],
    forward: impl FnOnce(&mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let result = forward(buf);
    match (sensor, &result) {
        (Some(sensor), Ok(read)) => {
            sensor.read(buf.get(..*read).unwrap_or_default(), buf.len(), Access::Shared);
        }
        (Some(sensor), Err(error)) if error.kind() != io::ErrorKind::WouldBlock => {
            sensor.transfer_failed(Direction::Read, error);
        }
        _ => {}
    }
    result
}

/// Tries a write from `parts`, which several threads may do at once; `slices` is 0 for a plain one. When it would block,
/// nothing is recorded.
pub(crate) fn try_write<'a>(
    sensor: Option<&Sensor>,
    slices: usize,
    parts: impl Iterator<Item = &'a [u8]>,
    forward: impl FnOnce() -> io::Result<usize>,
) -> io::Result<usize> {
    let entered = sensor.map(Sensor::enter);
    let result = forward();
    if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
        wrote(sensor, entered.as_ref(), &result, slices, parts, Access::Shared);
    }
    result
}

#[inline]
fn wrote<'a>(
    sensor: Option<&Sensor>,
    entered: Option<&Entered>,
    result: &io::Result<usize>,
    slices: usize,
    parts: impl Iterator<Item = &'a [u8]>,
    access: Access,
) {
    if let (Some(sensor), Some(entered)) = (sensor, entered) {
        match result {
            Ok(written) => sensor.wrote(entered, (*written, slices), parts, access),
            Err(error) => sensor.transfer_failed(Direction::Write, error),
        }
    }
}
