//! A Redis client with the crate `redis`, on a tapped stream.
//!
//! `MultiplexedConnection::new_with_config` takes a connected stream, and returns the connection and its
//! driver task. The function ignores the host and port of the configuration, and the connection does not
//! reconnect. `ConnectionManager` reconnects but accepts no stream, so the program itself has to reconnect
//! after an error.

use std::error::Error;
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncCommands, AsyncConnectionConfig, RedisConnectionInfo};
use recipes::redis::Redis;
use recipes::{carried, terminal};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(server) = Redis::start()? else { return Ok(()) };

    let recording = Memory::new();
    let tap = Tap::client("shop").capture(1024).sink(recording.clone()).sink(terminal()).start()?;
    let stream = TapStream::connect_unix(&tap, server.socket()).await?;
    let (info, config) = (RedisConnectionInfo::default(), AsyncConnectionConfig::new());
    let (mut redis, driver) = MultiplexedConnection::new_with_config(&info, stream, config).await?;
    let driver = tokio::spawn(driver);

    let () = redis.set("answer", 42).await?;
    let answer: i32 = redis.get("answer").await?;
    assert_eq!(answer, 42);
    drop(redis);
    driver.await?;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    // RESP, the protocol: arrays of strings, each with its length.
    assert!(carried(&recording.events(), "$3\r\nSET\r\n$6\r\nanswer\r\n$2\r\n42\r\n"));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).first_read_after_first_write().all_closed().no_errors();
    Ok(())
}
