//! Support for tonic: adds connection information to the extensions of requests.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tonic::transport::server::Connected;

use crate::conn_info::ConnInfo;
use crate::incoming::TapIncoming;
use crate::socket::Socket;
use crate::stream::TapStream;

/// Returns the connect info of the inner stream, so that tonic's `Request::remote_addr` works in the same way
/// as without the tap.
impl<S: Connected> Connected for TapStream<S> {
    type ConnectInfo = S::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.get_ref().connect_info()
    }
}

impl<L> TapIncoming<L> {
    /// Adds a [`ConnInfo`] to the extensions of each request that arrives on these connections.
    ///
    /// tonic allows only one type of connect info. The `ConnInfo` therefore replaces `TcpConnectInfo`, which
    /// `Request::remote_addr` needs. `ConnLayer` (feature `tower`) adds `TcpConnectInfo` again.
    ///
    /// ```no_run
    /// use socket_tap::{ConnInfo, Tap, TapListener};
    /// use tonic::{Request, transport::Server};
    ///
    /// # async fn example(service: tonic_health::pb::health_server::HealthServer<tonic_health::server::HealthService>)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// let incoming = listener.into_incoming().with_conn_info();
    /// Server::builder().add_service(service).serve_with_incoming(incoming).await?;
    ///
    /// // In a handler:
    /// fn sock<T>(request: &Request<T>) -> Option<&ConnInfo> {
    ///     request.extensions().get::<ConnInfo>()
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_conn_info(self) -> WithConnInfo<Self> {
        WithConnInfo { inner: self }
    }
}

pin_project! {
    /// A connection, or a stream of connections, that gives tonic a [`ConnInfo`] for its requests. Created by
    /// [`TapIncoming::with_conn_info`].
    #[derive(Debug)]
    pub struct WithConnInfo<T> {
        #[pin]
        inner: T,
    }
}

impl<T, S> Stream for WithConnInfo<T>
where
    T: Stream<Item = io::Result<TapStream<S>>>,
{
    type Item = io::Result<WithConnInfo<TapStream<S>>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(self.project().inner.poll_next(cx));
        Poll::Ready(next.map(|next| next.map(|inner| WithConnInfo { inner })))
    }
}

impl<S: Socket> Connected for WithConnInfo<TapStream<S>> {
    type ConnectInfo = ConnInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.inner.conn_info()
    }
}

impl<T: AsyncRead> AsyncRead for WithConnInfo<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_read(cx, buf)
    }
}

impl<T: AsyncWrite> AsyncWrite for WithConnInfo<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(cx)
    }
}
