//! The client side.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpStream, ToSocketAddrs};

use crate::endpoint::{set_nodelay, step, tcp_socket};
use crate::event::Op;
use crate::stream::TapStream;
use crate::tap::Tap;

impl TapStream<TcpStream> {
    /// Connects, as [`TcpStream::connect`] does, and records socket and connect. `TCP_NODELAY` is set, and recorded.
    ///
    /// # Errors
    /// As [`TcpStream::connect`]: the last address's, when there are several and all fail.
    pub async fn connect(tap: &Tap, address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut last = None;
        for address in tokio::net::lookup_host(address).await? {
            match connect_to(tap, address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no address to connect to")))
    }
}

async fn connect_to(tap: &Tap, address: SocketAddr) -> io::Result<TapStream> {
    let (socket, sensor) = tcp_socket(tap, address)?;
    let result = socket.connect(address).await;
    let local = result.as_ref().ok().and_then(|stream| stream.local_addr().ok()).map(Into::into);
    let (stream, sensor) = step(sensor, || Op::Connect { local, peer: Some(address.into()) }, result)?;
    set_nodelay(&stream, sensor.as_ref());
    Ok(TapStream::new(stream, sensor))
}
