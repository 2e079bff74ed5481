//! A socket that is made step by step, so that each step is recorded as it happens.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, SockAddr, Socket, Type};

use crate::event::Op;
use crate::sensor::Sensor;
use crate::tap::Tap;

/// The sensor of an open socket that carries no stream: a listener, or a socket that is still being made. When it is
/// dropped, it records the close; empty when nothing is recorded.
///
/// Keep it in a field before the socket: fields are dropped in order, and the close must be recorded while the
/// descriptor is still ours. The kernel gives its number to another socket at once.
#[derive(Debug)]
pub(crate) struct OpenSocket(Option<Sensor>);

impl OpenSocket {
    pub(crate) fn new(sensor: Option<Sensor>) -> Self {
        Self(sensor)
    }

    pub(crate) fn get(&self) -> Option<&Sensor> {
        self.0.as_ref()
    }

    /// Takes the sensor out: the socket became something else.
    pub(crate) fn take(mut self) -> Option<Sensor> {
        self.0.take()
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        if let Some(sensor) = self.0.take() {
            sensor.close();
        }
    }
}

/// A socket that is being made. Whenever it is dropped (a step failed or panicked, the future that waits for it was
/// cancelled), the recording gets its close.
#[derive(Debug)]
pub(crate) struct Making<S> {
    sensor: OpenSocket,
    socket: S,
}

impl Making<Socket> {
    /// Calls `socket(2)` with the arguments that tokio passes.
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
        let sensor = tap.recorder().map(|recorder| Sensor::new(recorder, fd));
        if let Some(sensor) = &sensor {
            let domain = match domain {
                Domain::IPV4 => "ipv4",
                Domain::IPV6 => "ipv6",
                _ => "unix",
            };
            let kind = if kind == Type::DGRAM { "datagram" } else { "stream" };
            sensor.done(Op::Socket { fd, domain: domain.into(), kind: kind.into() });
        }
        Ok(Self { sensor: OpenSocket::new(sensor), socket })
    }

    /// Calls `bind(2)` with an IP address.
    pub(crate) fn bind(&self, address: SocketAddr) -> io::Result<()> {
        let result = self.socket.bind(&address.into());
        let bound = || result.as_ref().ok().and_then(|()| self.socket.local_addr().ok()?.as_socket());
        let local = if self.is_recorded() { bound() } else { None }.unwrap_or(address);
        self.step(|| Op::Bind { local: Some(local.into()) }, result)
    }

    /// Calls `connect(2)`. Success is not recorded: the handshake has only begun.
    pub(crate) fn begin_connect(&self, address: &SockAddr, op: impl FnOnce() -> Op) -> io::Result<()> {
        match self.socket.connect(address) {
            Err(error) if in_progress(&error) => Ok(()),
            result => self.fails(op, result),
        }
    }
}

impl<S> Making<S> {
    pub(crate) fn socket(&self) -> &S {
        &self.socket
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.sensor.get().is_some()
    }

    /// Records the result of a step.
    pub(crate) fn step<T>(&self, op: impl FnOnce() -> Op, result: io::Result<T>) -> io::Result<T> {
        record(self.sensor.get(), op, result)
    }

    /// Records the result of a step only when it failed.
    pub(crate) fn fails<T>(&self, op: impl FnOnce() -> Op, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() { self.step(op, result) } else { result }
    }

    /// Records that an option was set, or that it could not be.
    pub(crate) fn option(&self, name: &'static str, value: i64, result: io::Result<()>) -> io::Result<()> {
        self.step(|| Op::Option { name: name.into(), value }, result)
    }

    /// Turns the socket into another type.
    pub(crate) fn convert<T>(self, into: impl FnOnce(S) -> io::Result<T>) -> io::Result<Making<T>> {
        let Self { sensor, socket } = self;
        Ok(Making { socket: into(socket)?, sensor })
    }

    pub(crate) fn done(self) -> (S, OpenSocket) {
        (self.socket, self.sensor)
    }
}

/// Records how an operation went.
pub(crate) fn record<T>(
    sensor: Option<&Sensor>,
    op: impl FnOnce() -> Op,
    result: io::Result<T>,
) -> io::Result<T> {
    if let Some(sensor) = sensor {
        match &result {
            Ok(_) => sensor.done(op()),
            Err(error) => sensor.failed(op(), error),
        }
    }
    result
}

/// Whether a `connect(2)` that does not block has begun.
fn in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(not(unix))]
    return error.kind() == io::ErrorKind::WouldBlock;
}

/// The address family, as in a trace.
pub(crate) fn ip_domain(address: SocketAddr) -> &'static str {
    if address.is_ipv4() { "ipv4" } else { "ipv6" }
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
#[path = "endpoint_tests.rs"]
mod tests;
