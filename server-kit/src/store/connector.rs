//! Recorded connections to a database.

#[cfg(not(unix))]
use std::io;
use std::sync::Arc;

use bookshelf::Shelf;
use bookshelf::store::postgres::{
    Address, ConnectFuture, Connector, DatabaseUrl, OpenError, Options, Postgres, Stream,
};
use socket_tap::{Tap, TapStream, TcpOptions};

use super::mask::AuthenticationMask;

/// Disables Nagle's algorithm, so that small queries are sent at once.
const OPTIONS: TcpOptions = TcpOptions::new().nodelay(true);

/// Opens a store in a database. `tap` records the connections to the database.
pub(super) async fn open(url: &DatabaseUrl, options: Options, tap: &Tap) -> Result<Shelf, OpenError> {
    Ok(Shelf::new(Postgres::open(url, options, Arc::new(TapConnector::new(tap))).await?))
}

/// A connector that opens connections to a database and records them.
#[derive(Debug)]
pub struct TapConnector(Tap);

impl TapConnector {
    /// Returns a connector whose connections are recorded by `tap`.
    #[must_use]
    pub fn new(tap: &Tap) -> Self {
        Self(tap.clone())
    }
}

impl Connector for TapConnector {
    fn connect<'a>(&'a self, address: &'a Address) -> ConnectFuture<'a> {
        Box::pin(async move {
            let stream: Box<dyn Stream> = match address {
                Address::Tcp(host, port) => {
                    let stream = TapStream::connect_with(&self.0, (host.as_str(), *port), OPTIONS).await?;
                    stream.mask_payload(AuthenticationMask::new());
                    Box::new(stream)
                }
                #[cfg(unix)]
                Address::Unix(path) => {
                    let stream = TapStream::connect_unix(&self.0, path).await?;
                    stream.mask_payload(AuthenticationMask::new());
                    Box::new(stream)
                }
                #[cfg(not(unix))]
                Address::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
            };
            Ok(stream)
        })
    }
}
