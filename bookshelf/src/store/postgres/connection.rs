//! One connection to a database.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, poll_fn};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Row, Statement};

use super::OpenError;
use super::url::{Address, DatabaseUrl};

/// The future that [`Connector::connect`] returns.
pub type ConnectFuture<'a> = BoxFuture<'a, io::Result<Box<dyn Stream>>>;

/// A connector to database servers. Programs implement this trait to choose the type of the streams, for
/// example streams whose reads and writes are recorded.
pub trait Connector: Send + Sync + 'static {
    /// Opens a stream to the server at `address`.
    fn connect<'a>(&'a self, address: &'a Address) -> ConnectFuture<'a>;
}

/// A connected byte stream.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection and its prepared statements.
pub(super) struct Connection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    /// `true` while a statement runs. It stays `true` if the future of the statement is dropped before the
    /// response arrives; the connection is then not used again.
    is_busy: bool,
    driver: AbortHandle,
}

/// A database, and the settings for connections to it. Also owns the tasks of the open connections.
pub(super) struct Target {
    pub(super) url: DatabaseUrl,
    pub(super) config: Config,
    pub(super) connector: Arc<dyn Connector>,
    /// Maximum duration of connecting and authenticating.
    pub(super) timeout: Duration,
    /// The tasks that read from the open connections.
    pub(super) drivers: Mutex<JoinSet<()>>,
}

impl Target {
    /// Opens a connection. `notified` is woken by each notification from the database, and when the
    /// connection ends.
    pub(super) async fn connect(&self, notified: Arc<Notify>) -> Result<Connection, OpenError> {
        let connecting = async {
            let address = self.url.address();
            let unreachable = |error| OpenError::Unreachable(address.clone(), error);
            let stream = self.connector.connect(address).await.map_err(unreachable)?;
            let connected = self.config.connect_raw(stream, NoTls).await;
            connected.map_err(|error| OpenError::new(&error, &self.url))
        };
        let timeout = || {
            let late =
                io::Error::new(io::ErrorKind::TimedOut, format!("no response within {:?}", self.timeout));
            OpenError::Unreachable(self.url.address().clone(), late)
        };
        let (client, mut connection) =
            tokio::time::timeout(self.timeout, connecting).await.unwrap_or_else(|_| Err(timeout()))?;
        let driver = self.spawn(async move {
            while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
                if matches!(message, AsyncMessage::Notification(_)) {
                    notified.notify_one();
                }
            }
            notified.notify_one();
        });
        Ok(Connection { client, statements: HashMap::new(), is_busy: false, driver })
    }

    fn spawn(&self, driver: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut drivers = self.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgets the drivers that have ended.
        while drivers.try_join_next().is_some() {}
        drivers.spawn(driver)
    }

    /// Waits until all connections have ended, but no longer than [`timeout`](Self::timeout).
    pub(super) async fn ended(&self) {
        let mut drivers = std::mem::take(&mut *self.drivers.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while drivers.join_next().await.is_some() {} };
        // A connection that does not end in time is dropped.
        let _ = tokio::time::timeout(self.timeout, all).await;
    }
}

impl Connection {
    /// Runs a statement, which is prepared at its first use on this connection.
    pub(super) async fn query(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.is_busy = true;
        let statement = self.prepare(sql).await;
        let rows = match statement {
            Ok(statement) => self.client.query(&statement, parameters).await,
            Err(error) => Err(error),
        };
        self.is_busy = false;
        rows
    }

    /// Returns the prepared statement for `sql`. Prepares it only once on this connection.
    pub(super) async fn prepare(&mut self, sql: &'static str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Runs statements without parameters and without results.
    pub(super) async fn execute(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    /// Returns `true` if the connection can run another statement immediately.
    pub(super) fn is_usable(&self) -> bool {
        !self.is_busy && !self.client.is_closed()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // An idle connection ends by itself: its driver sends `Terminate`. A busy one would wait for a response.
        if self.is_busy {
            self.driver.abort();
        }
    }
}
