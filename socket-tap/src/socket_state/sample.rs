//! Samples the kernel's TCP state of an open stream.

use std::sync::atomic::Ordering;

use super::SocketState;
use crate::close::TcpSample;
use crate::sys;

impl SocketState {
    /// Returns a sample of the kernel's TCP state. Returns `None` if the socket is not an open TCP connection,
    /// or not in the recording.
    ///
    /// The caller holds the lock of the registry under which it found the socket. A stream takes the same lock
    /// before it records its close, so the descriptor is still that of this socket, and the sample is recorded
    /// before the close.
    pub(crate) fn sample(&self) -> Option<TcpSample> {
        let is_sampled = self.is_open.load(Ordering::Acquire) && !self.is_dropped();
        self.fd.filter(|_| is_sampled).and_then(sys::tcp_sample)
    }
}
