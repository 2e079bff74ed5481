//! Socket options for TCP connections.

use std::io;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;

use crate::event::Op;
use crate::pending_socket::record;
use crate::socket_recorder::SocketRecorder;

/// Socket options for a TCP connection. An option that the program does not set stays unchanged, as with
/// tokio.
///
/// Pass the options to [`TapStream::connect_with`](crate::TapStream::connect_with). A listener has methods of
/// the same names, which set options of the accepted connections. The recording has an `option` event for
/// each option.
///
/// ```
/// use std::time::Duration;
/// use socket_tap::TcpOptions;
///
/// let options = TcpOptions::new().nodelay(true).keepalive(Duration::from_secs(60));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions {
    nodelay: Option<bool>,
    keepalive: Option<Keepalive>,
}

impl TcpOptions {
    /// Creates options that leave every socket option unchanged.
    #[must_use]
    pub const fn new() -> Self {
        Self { nodelay: None, keepalive: None }
    }

    /// Sets `TCP_NODELAY`, see [`tcp(7)`].
    ///
    /// With `true`, small writes are sent at once. Without it, a write that follows an unacknowledged one can
    /// be delayed by 40 ms: Nagle's algorithm (RFC 896) waits for an acknowledgement that the peer delays
    /// (RFC 9293, 3.8.6.3).
    ///
    /// [`tcp(7)`]: https://man7.org/linux/man-pages/man7/tcp.7.html
    #[must_use]
    pub const fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = Some(nodelay);
        self
    }

    /// Turns on TCP keep-alive. `keepalive` is a [`Keepalive`], or a [`Duration`]: the idle time before the
    /// first probe.
    #[must_use]
    pub fn keepalive(mut self, keepalive: impl Into<Keepalive>) -> Self {
        self.keepalive = Some(keepalive.into());
        self
    }

    /// Sets the options on `stream` and records each. A failure is recorded and otherwise ignored: the
    /// connection may already be closed, and the next read will report that.
    pub(crate) fn apply(&self, stream: &TcpStream, recorder: Option<&SocketRecorder>) {
        if let Some(nodelay) = self.nodelay {
            let _ = set(recorder, "TCP_NODELAY", nodelay.into(), stream.set_nodelay(nodelay));
        }
        if let Some(keepalive) = self.keepalive {
            let _ = keepalive.apply(stream, recorder);
        }
    }
}

/// Settings of TCP keep-alive (RFC 9293, 3.8.4), which sends probes on an idle connection to detect that the
/// peer has vanished.
///
/// A setting that the program does not choose keeps the system's value; on Linux see `tcp_keepalive_time`,
/// `tcp_keepalive_intvl` and `tcp_keepalive_probes` in
/// [`tcp(7)`](https://man7.org/linux/man-pages/man7/tcp.7.html).
///
/// ```
/// use std::time::Duration;
/// use socket_tap::Keepalive;
///
/// // The first probe after a minute of silence, then every 10 seconds; the connection ends after 6 without response.
/// let keepalive = Keepalive::after(Duration::from_secs(60)).interval(Duration::from_secs(10)).retries(6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    idle: Duration,
    interval: Option<Duration>,
    retries: Option<u32>,
}

impl Keepalive {
    /// Creates settings with which the first probe is sent after the connection was idle for `idle`, in whole
    /// seconds (`TCP_KEEPIDLE`).
    #[must_use]
    pub const fn after(idle: Duration) -> Self {
        Self { idle, interval: None, retries: None }
    }

    /// Sets the time between two probes, in whole seconds (`TCP_KEEPINTVL`).
    #[must_use]
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Sets the number of unanswered probes after which the connection is closed (`TCP_KEEPCNT`).
    #[must_use]
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    fn apply(self, stream: &TcpStream, recorder: Option<&SocketRecorder>) -> io::Result<()> {
        let socket = SockRef::from(stream);
        set(recorder, "SO_KEEPALIVE", 1, socket.set_keepalive(true))?;
        #[cfg(unix)]
        self.apply_times(stream, recorder)?;
        #[cfg(not(unix))]
        socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(self.idle))?;
        Ok(())
    }

    #[cfg(unix)]
    fn apply_times(self, stream: &TcpStream, recorder: Option<&SocketRecorder>) -> io::Result<()> {
        use rustix::net::sockopt;
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let result = sockopt::set_tcp_keepidle(stream, self.idle).map_err(Into::into);
        set(recorder, "TCP_KEEPIDLE", seconds(self.idle), result)?;
        if let Some(interval) = self.interval {
            let result = sockopt::set_tcp_keepintvl(stream, interval).map_err(Into::into);
            set(recorder, "TCP_KEEPINTVL", seconds(interval), result)?;
        }
        if let Some(retries) = self.retries {
            let result = sockopt::set_tcp_keepcnt(stream, retries).map_err(Into::into);
            set(recorder, "TCP_KEEPCNT", retries.into(), result)?;
        }
        Ok(())
    }
}

impl From<Duration> for Keepalive {
    fn from(idle: Duration) -> Self {
        Self::after(idle)
    }
}

/// Records an attempt to set the option `name`, with its result.
pub(crate) fn set(
    recorder: Option<&SocketRecorder>,
    name: &'static str,
    value: i64,
    result: io::Result<()>,
) -> io::Result<()> {
    record(recorder, || Op::Option { name: name.into(), value }, result)
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
