//! A socket that is being created. Each socket call of its creation, such as `bind` or `connect`, is
//! recorded.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Poll, ready};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::event::{self, Op, SocketKind};
use crate::recorder::EnteredCall;
use crate::socket_recorder::SocketRecorder;
use crate::tap::Tap;

/// A socket that is being created. Dropping it records its close. It is dropped if a socket call of its
/// creation fails or panics, or if the future that creates it is cancelled.
#[derive(Debug)]
pub(crate) struct PendingSocket<S> {
    /// Dropped before `socket`, so that the close is recorded before the descriptor is closed. Afterwards the
    /// kernel may assign the same number to another socket.
    recorder: Option<SocketRecorder>,
    socket: S,
}

impl PendingSocket<Socket> {
    /// Calls `socket(2)` with the same arguments as tokio, and records it.
    pub(crate) fn new(tap: &Tap, domain: Domain, kind: Type) -> io::Result<Self> {
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        let socket = Socket::new(domain, kind.nonblocking(), None)?;
        #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
        let socket = {
            let socket = Socket::new(domain, kind, None)?;
            socket.set_nonblocking(true)?;
            socket
        };
        let fd = fd_of(&socket);
        let recorder = tap.recording().map(|recording| SocketRecorder::new(recording, fd));
        if let Some(recorder) = &recorder {
            let domain = match domain {
                Domain::IPV4 => event::Domain::Ipv4,
                Domain::IPV6 => event::Domain::Ipv6,
                _ => event::Domain::Unix,
            };
            let kind = if kind == Type::DGRAM { SocketKind::Datagram } else { SocketKind::Stream };
            recorder.succeeded(Op::Socket { fd, domain, kind });
        }
        Ok(Self { recorder, socket })
    }

    /// Calls `bind(2)` with an IP address, and records it.
    pub(crate) fn bind(&self, address: SocketAddr) -> io::Result<()> {
        let result = self.socket.bind(&address.into());
        let bound = || result.as_ref().ok().and_then(|()| self.socket.local_addr().ok()?.as_socket());
        let local = if self.is_recorded() { bound() } else { None }.unwrap_or(address);
        self.record(|| Op::Bind { local: Some(local.into()) }, result)
    }

    /// Calls `connect(2)`, and records the operation `op` if the call fails. A success is not recorded yet,
    /// because the handshake is still in progress.
    pub(crate) fn begin_connect(&self, address: &SockAddr, op: impl FnOnce() -> Op) -> io::Result<()> {
        match self.socket.connect(address) {
            Err(error) if in_progress(&error) => Ok(()),
            result => self.record_failure(op, result),
        }
    }
}

impl<S> PendingSocket<S> {
    pub(crate) fn socket(&self) -> &S {
        &self.socket
    }

    /// Returns the nanoseconds since the recording began; `None` if the tap is off.
    pub(crate) fn now(&self) -> Option<u64> {
        self.recorder.as_ref().map(SocketRecorder::now)
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.recorder.is_some()
    }

    /// Records the operation `op` with its result, and returns the result.
    pub(crate) fn record<T>(&self, op: impl FnOnce() -> Op, result: io::Result<T>) -> io::Result<T> {
        record(self.recorder.as_ref(), op, result)
    }

    /// Records the operation `op` only if it failed, and returns its result.
    pub(crate) fn record_failure<T>(&self, op: impl FnOnce() -> Op, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() { self.record(op, result) } else { result }
    }

    /// Records an attempt to set an option with its result, and returns the result.
    pub(crate) fn set_option(
        &self,
        name: &'static str,
        value: i64,
        result: io::Result<()>,
    ) -> io::Result<()> {
        self.record(|| Op::Option { name: name.into(), value }, result)
    }

    /// Converts the socket to another type with `into`, and keeps its recorder.
    pub(crate) fn convert<T>(self, into: impl FnOnce(S) -> io::Result<T>) -> io::Result<PendingSocket<T>> {
        let Self { recorder, socket } = self;
        Ok(PendingSocket { socket: into(socket)?, recorder })
    }

    pub(crate) fn into_parts(self) -> (S, Option<SocketRecorder>) {
        (self.socket, self.recorder)
    }
}

/// Records an operation with its result, and returns the result.
pub(crate) fn record<T>(
    recorder: Option<&SocketRecorder>,
    op: impl FnOnce() -> Op,
    result: io::Result<T>,
) -> io::Result<T> {
    if let Some(recorder) = recorder {
        match &result {
            Ok(_) => recorder.succeeded(op()),
            Err(error) => recorder.failed(op(), error),
        }
    }
    result
}

/// Waits for a socket call that sends, such as `send_to`, and passes its result to `record`. The recorded
/// time is the beginning of the poll that completes the call.
pub(crate) async fn record_send<T>(
    recorder: Option<&SocketRecorder>,
    call: impl Future<Output = T>,
    record: impl FnOnce(&SocketRecorder, &EnteredCall, &T),
) -> T {
    let Some(recorder) = recorder else { return call.await };
    let (mut call, mut record) = (pin!(call), Some(record));
    poll_fn(|cx| {
        let entered = recorder.enter();
        let result = ready!(call.as_mut().poll(cx));
        if let Some(record) = record.take() {
            record(recorder, &entered, &result);
        }
        Poll::Ready(result)
    })
    .await
}

/// Returns `true` if the error means that a non-blocking `connect(2)` is still in progress.
fn in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(not(unix))]
    return error.kind() == io::ErrorKind::WouldBlock;
}

pub(crate) fn no_address(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

#[cfg(unix)]
pub(crate) fn fd_of(socket: &impl std::os::fd::AsRawFd) -> Option<i32> {
    Some(socket.as_raw_fd())
}

#[cfg(not(unix))]
pub(crate) fn fd_of<T>(_socket: &T) -> Option<i32> {
    None
}

#[cfg(test)]
#[path = "pending_socket_tests.rs"]
mod tests;
