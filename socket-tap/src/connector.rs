//! A connector for the clients of hyper-util and tonic that records its connections.

use std::io;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use crate::options::TcpOptions;
use crate::socket::Socket;
use crate::stream::TapStream;
use crate::tap::Tap;
use crate::transport::TapTransport;

/// A connector that records its connections: a [`Service`] for the legacy client of hyper-util and its pool, and for
/// tonic's `connect_with_connector`.
///
/// It connects to the host and port of the URI; the port defaults to 443 for `https` and to 80 otherwise. If
/// the host name has several addresses, it tries them in turn. The host may also be an IPv6 address in
/// brackets. Like hyper-util's `HttpConnector`, it does not do TLS itself; a TLS connector can wrap it. The
/// client still controls its connection pool and HTTP keep-alive.
///
/// ```
/// use http_body_util::Empty;
/// use hyper_util::{client::legacy::Client, rt::TokioExecutor};
/// use socket_tap::{Tap, TapConnector, TcpOptions};
///
/// # fn example() -> std::io::Result<()> {
/// let tap = Tap::client("crawler").file("crawler.jsonl")?.start()?;
/// let connector = TapConnector::new(&tap).options(TcpOptions::new().nodelay(true));
/// let client: Client<_, Empty<&[u8]>> = Client::builder(TokioExecutor::new()).build(connector);
/// # Ok(()) }
/// ```
///
/// Each response of the client has a [`ConnInfo`](crate::ConnInfo) in its extensions.
#[derive(Clone, Debug)]
pub struct TapConnector {
    tap: Tap,
    target: Target,
    options: TcpOptions,
}

#[derive(Clone, Debug)]
enum Target {
    /// Connect over TCP to the host and port of the URI.
    Uri,
    #[cfg(unix)]
    Path(Arc<PathBuf>),
}

impl TapConnector {
    /// Creates a connector that connects over TCP to the host of the URI.
    #[must_use]
    pub fn new(tap: &Tap) -> Self {
        Self { tap: tap.clone(), target: Target::Uri, options: TcpOptions::new() }
    }

    /// Creates a connector that connects to the Unix-domain socket at `path`, for every URI. The URI then
    /// only determines the `Host` header or `:authority` of the request.
    ///
    /// ```no_run
    /// use socket_tap::{Tap, TapConnector};
    /// use tonic::transport::Endpoint;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let connector = TapConnector::unix(&Tap::off(), "/run/shelf.sock");
    /// let channel = Endpoint::from_static("http://shelf").connect_with_connector(connector).await?;
    /// # Ok(()) }
    /// ```
    #[cfg(unix)]
    #[must_use]
    pub fn unix(tap: &Tap, path: impl AsRef<Path>) -> Self {
        let target = Target::Path(Arc::new(path.as_ref().to_owned()));
        Self { tap: tap.clone(), target, options: TcpOptions::new() }
    }

    /// Sets the socket options of TCP connections; by default none is set. tonic's own `tcp_nodelay` and
    /// `tcp_keepalive` have no effect on a connector that the program provides.
    #[must_use]
    pub fn options(mut self, options: TcpOptions) -> Self {
        self.options = options;
        self
    }

    async fn connect(self, uri: Uri) -> io::Result<TokioIo<TapTransport>> {
        let transport = match &self.target {
            Target::Uri => {
                let (host, port) = host_and_port(&uri)?;
                TapTransport::from(TapStream::connect_with(&self.tap, (host, port), self.options).await?)
            }
            #[cfg(unix)]
            Target::Path(path) => TapStream::connect_unix(&self.tap, &**path).await?.into(),
        };
        Ok(TokioIo::new(transport))
    }
}

fn host_and_port(uri: &Uri) -> io::Result<(&str, u16)> {
    let no_host =
        || io::Error::new(io::ErrorKind::InvalidInput, format!("the URI {uri} has no host to connect to"));
    let host = uri.host().ok_or_else(no_host)?;
    // RFC 3986, 3.2.2: the brackets are not part of the address.
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let default = if uri.scheme() == Some(&http::uri::Scheme::HTTPS) { 443 } else { 80 };
    Ok((host, uri.port_u16().unwrap_or(default)))
}

impl Service<Uri> for TapConnector {
    type Response = TokioIo<TapTransport>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// Forwards the inner stream's connection metadata, and adds a [`ConnInfo`](crate::ConnInfo) to the
/// extensions of each response.
impl<S: Socket + Connection> Connection for TapStream<S> {
    fn connected(&self) -> Connected {
        self.get_ref().connected().extra(self.conn_info())
    }
}

#[cfg(test)]
#[path = "connector_tests.rs"]
mod tests;
