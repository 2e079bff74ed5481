//! The number, addresses and age of a connection, for request handlers.

use std::time::Instant;

use crate::event::{Addr, SockId};
use crate::socket::Socket;
use crate::socket_recorder::SocketRecorder;
use crate::stream::TapStream;

/// The number of a connection in the recording, its addresses, and its age.
///
/// A handler can write the number into its log, so that the log line leads to the connection in the trace.
/// Get a `ConnInfo` from [`TapStream::conn_info`], in axum from `ConnectInfo<ConnInfo>`, and in tonic from
/// the extensions of a request.
///
/// ```
/// use socket_tap::{Tap, TapListener, TapStream};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let tap = Tap::server("numbers").start()?;
/// let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
/// let client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
/// let (server, _) = listener.accept().await?;
///
/// let info = server.conn_info();
/// assert_eq!(info.sock, server.sock());
/// assert_eq!(info.peer, Some(client.local_addr()?.into()));
/// assert_eq!(client.conn_info().sock, None);
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnInfo {
    /// Number of the connection in the recording. `None` if the tap is off.
    pub sock: Option<SockId>,
    /// Local address of the connection. `None` if it is unknown.
    pub local: Option<Addr>,
    /// Address of the peer. `None` if it is unknown.
    pub peer: Option<Addr>,
    /// Time at which the connection was accepted or established, or at which the tap began to record it.
    pub since: Instant,
}

impl<S: Socket> TapStream<S> {
    /// Returns the number, addresses and age of the connection.
    ///
    /// If the tap is on, it already knows the addresses. If it is off, this method queries the kernel for
    /// them.
    pub fn conn_info(&self) -> ConnInfo {
        let known = self.recorder().map(|recorder| recorder.socket().addresses()).unwrap_or_default();
        ConnInfo {
            sock: self.recorder().map(SocketRecorder::sock),
            local: known.local.or_else(|| self.get_ref().local()),
            peer: known.peer.or_else(|| self.get_ref().peer()),
            since: self.since(),
        }
    }
}
