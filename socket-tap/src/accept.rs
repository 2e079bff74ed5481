//! Functions that TCP and Unix-domain listeners share to accept connections.

use std::io;

use crate::event::{Addr, Op};
use crate::pause;
use crate::socket_recorder::SocketRecorder;

/// Records an accepted connection and returns the recorder of the new socket. If the tap is off, returns
/// `None` and does not query the addresses.
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

/// Records a failed accept, and returns its error unchanged.
pub(crate) fn failed(listener: Option<&SocketRecorder>, error: io::Error) -> io::Error {
    if let Some(listener) = listener {
        let op = Op::Accept { on: listener.sock(), fd: None, local: None, peer: None };
        listener.failed(op, &error);
    }
    error
}

/// Calls `accept` until it returns a connection. Skips aborted handshakes, and pauses while no file
/// descriptor is available.
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

/// Returns `true` if `accept` failed only because of the connection that was being accepted, for example
/// because the client had aborted it. The listener can then accept further connections. See accept(2), "Error
/// handling".
pub(crate) fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
