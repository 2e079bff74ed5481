//! Connecting to a server over TCP.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Type};
use tokio::net::{TcpStream, ToSocketAddrs};

use crate::event::Op;
use crate::options::TcpOptions;
use crate::pending_socket::{PendingSocket, no_address};
use crate::stream::TapStream;
use crate::tap::Tap;

impl TapStream<TcpStream> {
    /// Connects like [`TcpStream::connect`], and records `socket` and `connect`. Sets no options.
    ///
    /// # Errors
    /// Fails like [`TcpStream::connect`]. If several addresses fail, returns the error of the last one.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O enabled, like [`TcpStream::connect`].
    pub async fn connect(tap: &Tap, address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::connect_with(tap, address, TcpOptions::new()).await
    }

    /// Connects like [`connect`](Self::connect), then sets the given options and records each.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener, TapStream, TcpOptions};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let address = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?.local_addr()?;
    /// # let _listener = TapListener::bind(&Tap::off(), address).await?;
    /// let stream = TapStream::connect_with(&Tap::off(), address, TcpOptions::new().nodelay(true)).await?;
    /// assert!(stream.get_ref().nodelay()?);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// Fails like [`connect`](Self::connect). If an option cannot be set, the failure is recorded, but this
    /// method does not fail: a possible reason is that the connection has already ended, which the first read
    /// will report.
    pub async fn connect_with(
        tap: &Tap,
        address: impl ToSocketAddrs,
        options: TcpOptions,
    ) -> io::Result<Self> {
        let mut last = None;
        for address in tokio::net::lookup_host(address).await? {
            match connect_to(tap, address, options).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| no_address("cannot connect: the address list is empty")))
    }
}

async fn connect_to(tap: &Tap, address: SocketAddr, options: TcpOptions) -> io::Result<TapStream> {
    let peer = Some(address.into());
    let pending = PendingSocket::new(tap, Domain::for_address(address), Type::STREAM)?;
    let began = pending.now();
    let connect = |local| Op::Connect { local, peer: peer.clone(), began };
    pending.begin_connect(&address.into(), || connect(None))?;
    // A connect that fails or is cancelled drops `pending`, which records the close.
    let pending = pending.convert(|socket| TcpStream::from_std(socket.into()))?;
    let result = connected(pending.socket()).await;
    let local = || pending.socket().local_addr().ok().map(Into::into);
    let local = if result.is_ok() && pending.is_recorded() { local() } else { None };
    pending.record(|| connect(local), result)?;
    let (stream, recorder) = pending.into_parts();
    options.apply(&stream, recorder.as_ref());
    Ok(TapStream::new(stream, recorder))
}

/// Waits until the TCP handshake has succeeded or failed, and returns the error of a failed one (`SO_ERROR`).
/// tokio's own `connect` waits in the same way.
async fn connected(stream: &TcpStream) -> io::Result<()> {
    stream.writable().await?;
    stream.take_error()?.map_or(Ok(()), Err)
}
