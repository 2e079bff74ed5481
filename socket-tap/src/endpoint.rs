//! Making a socket step by step, so that each step is recorded as it happens.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpSocket, TcpStream};

use crate::event::{Op, SocketKind};
use crate::sensor::Sensor;
use crate::tap::Tap;

/// A TCP socket that is neither bound nor connected, and its sensor.
pub(crate) fn tcp_socket(tap: &Tap, address: SocketAddr) -> io::Result<(TcpSocket, Option<Sensor>)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    let fd = fd_of(&socket);
    let sensor = tap.recorder().map(|recorder| Sensor::new(recorder, fd));
    if let Some(sensor) = &sensor {
        sensor.done(Op::Socket { fd, domain: address.into(), kind: SocketKind::Stream });
    }
    Ok((socket, sensor))
}

/// Sends small writes at once. Without it, a write that waits for the acknowledgement of the one before it can take
/// 40 ms: Nagle's algorithm (RFC 896) meets delayed acknowledgements (RFC 1122, 4.2.3.2).
pub(crate) fn set_nodelay(stream: &TcpStream, sensor: Option<&Sensor>) {
    let result = stream.set_nodelay(true);
    if let Some(sensor) = sensor {
        let op = Op::Option { name: "TCP_NODELAY".into(), value: 1 };
        match result {
            Ok(()) => sensor.done(op),
            // The connection may be gone already; the next read will say so.
            Err(error) => sensor.failed(op, &error),
        }
    }
}

/// Records how a step went; when it failed, the socket's close too, as it is dropped.
pub(crate) fn step<T>(
    sensor: Option<Sensor>,
    op: impl FnOnce() -> Op,
    result: io::Result<T>,
) -> io::Result<(T, Option<Sensor>)> {
    match (result, sensor) {
        (Ok(value), None) => Ok((value, None)),
        (Ok(value), Some(sensor)) => {
            sensor.done(op());
            Ok((value, Some(sensor)))
        }
        (Err(error), None) => Err(error),
        (Err(error), Some(sensor)) => {
            sensor.failed(op(), &error);
            sensor.close();
            Err(error)
        }
    }
}

#[cfg(unix)]
pub(crate) fn fd_of(socket: &impl std::os::fd::AsRawFd) -> Option<i32> {
    Some(socket.as_raw_fd())
}

#[cfg(not(unix))]
pub(crate) fn fd_of<T>(_socket: &T) -> Option<i32> {
    None
}
