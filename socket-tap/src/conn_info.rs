//! A connection as a handler sees it.

use std::time::Instant;

use crate::event::{Addr, SockId};
use crate::socket::Socket;
use crate::socket_recorder::SocketRecorder;
use crate::stream::TapStream;

/// A connection: its number in the recording, its addresses, and its age.
///
/// With it a handler can write the connection's number into its log, and the line is then found in the trace. It comes
/// from [`TapStream::conn_info`]; with axum from `ConnectInfo<ConnInfo>`, with tonic from the extensions of a request.
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
    /// Its number in the recording; `None` when nothing is recorded.
    pub sock: Option<SockId>,
    /// Our address.
    pub local: Option<Addr>,
    /// The peer's address.
    pub peer: Option<Addr>,
    /// When it was accepted, connected, or handed to the tap.
    pub since: Instant,
}

impl<S: Socket> TapStream<S> {
    /// Returns what a handler may want to know about the connection.
    ///
    /// The recording has the addresses already. When nothing is recorded, this asks the kernel.
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
