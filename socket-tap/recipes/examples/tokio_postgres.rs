//! A PostgreSQL client with tokio-postgres, on a tapped stream.
//!
//! `Config::connect_raw` on a `TapStream` replaces `tokio_postgres::connect`. `connect_raw` ignores the
//! configured host, port, `connect_timeout`, `keepalives` and `tcp_user_timeout`: the program itself
//! connects, over TCP with `TapStream::connect`, or as here with `TapStream::connect_unix`. User, database
//! and password still apply. A connection pool needs a manager that connects in this way.

use std::error::Error;
use std::time::Duration;

use recipes::postgres::Postgres;
use recipes::{carried, terminal};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapStream};
use tokio_postgres::{Config, NoTls};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(server) = Postgres::start()? else { return Ok(()) };

    let recording = Memory::new();
    let tap = Tap::client("shop").capture(1024).sink(recording.clone()).sink(terminal()).start()?;
    let stream = TapStream::connect_unix(&tap, server.socket()).await?;
    let (client, connection) = Config::new().user("postgres").connect_raw(stream, NoTls).await?;
    let connection = tokio::spawn(connection);

    let row = client.query_one("SELECT $1::int4 + 1", &[&41]).await?;
    assert_eq!(row.get::<_, i32>(0), 42);
    drop(client);
    connection.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert!(carried(&recording.events(), "SELECT $1::int4 + 1"));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).first_read_after_first_write().all_closed_gracefully().no_errors();
    Ok(())
}
