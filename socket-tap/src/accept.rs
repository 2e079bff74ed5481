//! The parts of accepting a connection that all listeners share.

use std::io;

use crate::event::{Addr, Op};
use crate::pause;
use crate::socket_recorder::SocketRecorder;

/// Records an accepted connection and returns its recorder; `None` if the tap is off. Reads the addresses only if the
/// tap is on.
pub(crate) fn accepted(
    listener: Option<&SocketRecorder>,
    fd: Option<i32>,
    local: impl FnOnce() -> Option<Addr>,
    peer: impl FnOnce() -> Option<Addr>,
) -> Option<SocketRecorder> {
    let listener = listener?;
    let recorder = SocketRecorder::new(listener.recording(), fd);
    recorder.succeeded(Op::Accept { on: listener.sock(), fd, local: local(), peer: peer() });
    Some(recorder)
}

/// Records a failed accept, and returns its error.
pub(crate) fn failed(listener: Option<&SocketRecorder>, error: io::Error) -> io::Error {
    if let Some(listener) = listener {
        let op = Op::Accept { on: listener.sock(), fd: None, local: None, peer: None };
        listener.failed(op, &error);
    }
    error
}

/// Accepts until it succeeds: skips aborted handshakes, and pauses while no file descriptor is available.
pub(crate) async fn next<T, F: Future<Output = io::Result<T>>>(mut accept: impl FnMut() -> F) -> T {
    loop {
        match accept().await {
            Ok(accepted) => return accepted,
            Err(error) if concerns_one_connection(&error) => {}
            Err(_) => {
                if let Some(pause) = pause::begin() {
                    pause.await;
                }
            }
        }
    }
}

/// Returns `true` if an error concerns one connection and not the listener: see accept(2), "Error handling".
pub(crate) fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
