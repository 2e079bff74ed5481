//! A recorded session of a database client.

use std::path::Path;
use std::time::Duration;

use socket_tap::{Tap, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::support::postgres::Postgres;

/// A password that the server refuses.
pub(super) const WRONG_PASSWORD: &str = "open-barley";

/// Timeout for the recorded connections to end.
const END: Duration = Duration::from_secs(20);

/// A connection, and the task that drives it.
struct Session {
    client: Client,
    connection: tokio::task::JoinHandle<Result<(), tokio_postgres::Error>>,
}

/// Records a session with statements, errors, a notification, a refused request for TLS, a cancelled query,
/// and a wrong password.
pub(super) async fn record(server: &Postgres, trace: &Path) {
    let tap = Tap::server("shop").capture(1 << 16).file(trace).unwrap().start().unwrap();
    let connect = || TapStream::connect(&tap, ("127.0.0.1", server.port()));
    let mut config: Config = server.url().parse().unwrap();
    config.application_name("shop");

    let session = Session::start(&config, connect().await.unwrap()).await;
    execute(&session.client).await;
    let token = session.client.cancel_token();
    token.cancel_query_raw(connect().await.unwrap(), NoTls).await.unwrap();
    session.end().await;

    // A `SSLRequest`, as of a client that prefers TLS.
    let mut stream = connect().await.unwrap();
    stream.write_all(b"\0\0\0\x08\x04\xd2\x16\x2f").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'N');
    Session::start(&config, stream).await.end().await;

    config.password(WRONG_PASSWORD);
    let refused = config.connect_raw(connect().await.unwrap(), NoTls).await.err().unwrap();
    assert_eq!(refused.code(), Some(&SqlState::INVALID_PASSWORD));
    tap.finish_when_idle(END).await.unwrap();
}

impl Session {
    async fn start(config: &Config, stream: TapStream) -> Self {
        let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
        Self { client, connection: tokio::spawn(connection) }
    }

    async fn end(self) {
        drop(self.client);
        self.connection.await.unwrap().unwrap();
    }
}

async fn execute(client: &Client) {
    client.batch_execute("CREATE TABLE books (id int4 PRIMARY KEY, title text)").await.unwrap();
    client
        .batch_execute("INSERT INTO books SELECT id, 'book ' || id FROM generate_series(1, 14) id")
        .await
        .unwrap();
    let one = client.prepare("SELECT title FROM books WHERE id = $1").await.unwrap();
    for id in [3, 4] {
        assert_eq!(client.query_one(&one, &[&id]).await.unwrap().get::<_, &str>(0), format!("book {id}"));
    }
    drop(one);
    assert_eq!(client.query("SELECT title FROM books", &[]).await.unwrap().len(), 14);
    client.batch_execute("BEGIN; SELECT 1").await.unwrap();
    let duplicate = client.execute("INSERT INTO books VALUES ($1, NULL)", &[&3]).await.err().unwrap();
    assert_eq!(duplicate.code(), Some(&SqlState::UNIQUE_VIOLATION));
    client.batch_execute("ROLLBACK").await.unwrap();
    client.batch_execute("LISTEN changes").await.unwrap();
    client.batch_execute("NOTIFY changes, '17'").await.unwrap();
    client.batch_execute("").await.unwrap();
}
