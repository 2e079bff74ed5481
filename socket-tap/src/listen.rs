//! Creates TCP listeners, and starts to record existing ones.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Type};
use tokio::net::{TcpListener, TcpSocket, ToSocketAddrs};

use crate::adopt::{adopted, ip};
use crate::event::{Op, SocketKind};
use crate::listener::TapListener;
use crate::pending_socket::{PendingSocket, fd_of, no_address, record};
use crate::tap::Tap;

/// Default length of the accept queue. It is the default of mio, which tokio's `bind` uses.
const BACKLOG: i32 = 128;

/// Options for [`TapListener::bind_with`]. The defaults are those of tokio's [`TcpListener::bind`].
///
/// ```
/// use socket_tap::{ListenOptions, Tap, TapListener};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let options = ListenOptions::new().backlog(1024);
/// let listener = TapListener::bind_with(&Tap::off(), "127.0.0.1:0", options).await?;
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenOptions {
    backlog: i32,
    reuseport: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self { backlog: BACKLOG, reuseport: false }
    }
}

impl ListenOptions {
    /// Creates options with tokio's defaults: a backlog of 128, and on Unix `SO_REUSEADDR`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the length of the accept queue, in connections. On Linux `net.core.somaxconn` limits it, see
    /// `listen(2)`.
    #[must_use]
    pub fn backlog(mut self, backlog: u32) -> Self {
        self.backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
        self
    }

    /// Sets `SO_REUSEPORT`, so that several sockets can listen on one port, see `socket(7)`. Unix only.
    #[cfg(all(unix, not(target_os = "solaris"), not(target_os = "illumos")))]
    #[must_use]
    pub fn reuseport(mut self, reuseport: bool) -> Self {
        self.reuseport = reuseport;
        self
    }
}

impl TapListener {
    /// Binds and listens like [`TcpListener::bind`], and records `socket`, each socket option, `bind` and
    /// `listen`.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// println!("listening on {}", listener.local_addr()?);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// Fails like [`TcpListener::bind`]. If several addresses fail, returns the error of the last one.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O enabled, like [`TcpListener::bind`].
    pub async fn bind(tap: &Tap, address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::bind_with(tap, address, ListenOptions::new()).await
    }

    /// Binds and listens like [`bind`](Self::bind), with the given options.
    ///
    /// # Errors
    /// Fails like [`bind`](Self::bind), and if an option cannot be set.
    ///
    /// # Panics
    /// Panics like [`bind`](Self::bind).
    pub async fn bind_with(
        tap: &Tap,
        address: impl ToSocketAddrs,
        options: ListenOptions,
    ) -> io::Result<Self> {
        let mut last = None;
        for address in tokio::net::lookup_host(address).await? {
            match bind_to(tap, address, options) {
                Ok(listener) => return Ok(listener),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| no_address("cannot bind: the address list is empty")))
    }

    /// Listens on a socket that the program has already created and bound, like [`TcpSocket::listen`].
    ///
    /// The recording begins with an `adopt` event that contains the address, because the tap could not record
    /// `socket` and `bind`. To record these system calls, use [`bind_with`](Self::bind_with) instead.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener};
    /// use tokio::net::TcpSocket;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let socket = TcpSocket::new_v4()?;
    /// socket.set_recv_buffer_size(1 << 20)?;
    /// socket.bind(([127, 0, 0, 1], 0).into())?;
    /// let listener = TapListener::listen(&Tap::off(), socket, 1024)?;
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// Fails like [`TcpSocket::listen`]. The failure and the close are recorded.
    ///
    /// # Panics
    /// Panics like [`bind`](Self::bind).
    pub fn listen(tap: &Tap, socket: TcpSocket, backlog: u32) -> io::Result<Self> {
        let recorder =
            adopted(tap, fd_of(&socket), |fd| ip(SocketKind::Listener, fd, socket.local_addr().ok(), None));
        let requested = i32::try_from(backlog).unwrap_or(i32::MAX);
        let result = socket.listen(backlog);
        let inner = record(recorder.as_ref(), || Op::Listen { backlog: requested }, result)?;
        Ok(Self::new(inner, recorder))
    }

    /// Wraps a listener of tokio that was created without the tap, and records it from now on. Use it for a
    /// listener that the program inherited (socket activation), or that has options which
    /// [`bind_with`](Self::bind_with) lacks. The recording has an `adopt` event instead of `socket`, `bind`
    /// and `listen`.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener};
    /// use tokio::net::TcpListener;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let listener = TapListener::from_tokio(&Tap::off(), TcpListener::bind("127.0.0.1:0").await?);
    /// println!("listening on {}", listener.local_addr()?);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn from_tokio(tap: &Tap, listener: TcpListener) -> Self {
        let recorder = adopted(tap, fd_of(&listener), |fd| {
            ip(SocketKind::Listener, fd, listener.local_addr().ok(), None)
        });
        Self::new(listener, recorder)
    }

    /// Wraps a listener of the standard library, and records it from now on. The listener must be in
    /// non-blocking mode: see [`set_nonblocking`](std::net::TcpListener::set_nonblocking).
    ///
    /// # Errors
    /// Fails like [`TcpListener::from_std`].
    ///
    /// # Panics
    /// Panics like [`TcpListener::from_std`]: outside of a tokio runtime with I/O enabled.
    pub fn from_std(tap: &Tap, listener: std::net::TcpListener) -> io::Result<Self> {
        TcpListener::from_std(listener).map(|listener| Self::from_tokio(tap, listener))
    }
}

fn bind_to(tap: &Tap, address: SocketAddr, options: ListenOptions) -> io::Result<TapListener> {
    let pending = PendingSocket::new(tap, Domain::for_address(address), Type::STREAM)?;
    // mio sets it, too, so that an address in TIME_WAIT can be bound again. On Windows the option means something else.
    #[cfg(unix)]
    pending.set_option("SO_REUSEADDR", 1, pending.socket().set_reuse_address(true))?;
    #[cfg(all(unix, not(target_os = "solaris"), not(target_os = "illumos")))]
    if options.reuseport {
        pending.set_option(
            "SO_REUSEPORT",
            1,
            rustix::net::sockopt::set_socket_reuseport(pending.socket(), true).map_err(Into::into),
        )?;
    }
    pending.bind(address)?;
    let backlog = options.backlog;
    pending.record(|| Op::Listen { backlog }, pending.socket().listen(backlog))?;
    let (inner, recorder) = pending.convert(|socket| TcpListener::from_std(socket.into()))?.into_parts();
    Ok(TapListener::new(inner, recorder))
}

#[cfg(test)]
#[path = "listen_tests.rs"]
mod tests;
