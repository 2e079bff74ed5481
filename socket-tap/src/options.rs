//! Options of a TCP connection. Options that the program does not choose stay unchanged.

use std::io;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;

use crate::event::Op;
use crate::pending_socket::record;
use crate::socket_recorder::SocketRecorder;

/// Socket options for a TCP connection. By default none is set, and the connection is the same as tokio's.
///
/// Pass them to [`TapStream::connect_with`](crate::TapStream::connect_with). A listener has methods of the same names,
/// for the connections that it accepts. Each option that is set is recorded as an `option` event.
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
    /// Creates options that leave everything unchanged.
    #[must_use]
    pub const fn new() -> Self {
        Self { nodelay: None, keepalive: None }
    }

    /// Sets `TCP_NODELAY`, see [`tcp(7)`].
    ///
    /// With `true`, small writes are sent at once. Without it, a write that follows an unacknowledged write can wait 40
    /// ms, because Nagle's algorithm (RFC 896) interacts with delayed acknowledgements (RFC 9293, 3.8.6.3).
    ///
    /// [`tcp(7)`]: https://man7.org/linux/man-pages/man7/tcp.7.html
    #[must_use]
    pub const fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = Some(nodelay);
        self
    }

    /// Turns on TCP keep-alive. A [`Duration`] converts into the idle time before the first probe.
    #[must_use]
    pub fn keepalive(mut self, keepalive: impl Into<Keepalive>) -> Self {
        self.keepalive = Some(keepalive.into());
        self
    }

    /// Sets the options and records each. A failure is recorded and otherwise ignored: the connection may already be
    /// closed, which the next read reports.
    pub(crate) fn apply(&self, stream: &TcpStream, recorder: Option<&SocketRecorder>) {
        if let Some(nodelay) = self.nodelay {
            let _ = set(recorder, "TCP_NODELAY", nodelay.into(), stream.set_nodelay(nodelay));
        }
        if let Some(keepalive) = self.keepalive {
            let _ = keepalive.apply(stream, recorder);
        }
    }
}

/// TCP keep-alive (RFC 9293, 3.8.4): probes on an idle connection that detect a vanished peer.
///
/// Values that are not set are the system's; on Linux see `tcp_keepalive_time`, `tcp_keepalive_intvl` and
/// `tcp_keepalive_probes` in [`tcp(7)`](https://man7.org/linux/man-pages/man7/tcp.7.html).
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
    /// Sends the first probe after this idle time, in whole seconds (`TCP_KEEPIDLE`).
    #[must_use]
    pub const fn after(idle: Duration) -> Self {
        Self { idle, interval: None, retries: None }
    }

    /// Sets the time between probes, in whole seconds (`TCP_KEEPINTVL`).
    #[must_use]
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Sets the number of unanswered probes that end the connection (`TCP_KEEPCNT`).
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

/// Records the result of setting an option.
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
