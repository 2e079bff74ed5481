//! What every listener does alike, whatever its sockets' addresses are.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::event::{Addr, Op};
use crate::sensor::Sensor;

/// How long to wait when no file descriptor is left, as axum and hyper do: one may become free.
pub(crate) const EXHAUSTED_PAUSE: Duration = Duration::from_secs(1);

/// A connection was taken: its sensor, when the listener has one. Addresses are asked for only then.
pub(crate) fn done(
    listener: Option<&Sensor>,
    fd: Option<i32>,
    local: impl FnOnce() -> Option<Addr>,
    peer: impl FnOnce() -> Option<Addr>,
) -> Option<Sensor> {
    let listener = listener?;
    let sensor = Sensor::new(listener.recording(), fd);
    sensor.done(Op::Accept { on: listener.sock(), fd, local: local(), peer: peer() });
    Some(sensor)
}

/// No connection was taken; the listener goes on.
pub(crate) fn failed(listener: Option<&Sensor>, error: io::Error) -> io::Error {
    if let Some(listener) = listener {
        let op = Op::Accept { on: listener.sock(), fd: None, local: None, peer: None };
        listener.failed(op, &error);
    }
    error
}

/// The next connection, whatever happens to others.
pub(crate) async fn next<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<io::Result<T>>) -> T {
    loop {
        match poll_fn(&mut poll).await {
            Ok(accepted) => return accepted,
            Err(error) if is_the_peers_fault(&error) => {}
            Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
        }
    }
}

/// Errors of one connection, not of the listener: see accept(2), "Error handling".
pub(crate) fn is_the_peers_fault(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
