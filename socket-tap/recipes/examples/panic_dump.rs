//! A file with the last socket calls before a panic, without writing a trace file all the time.
//!
//! `FlightRecorder` keeps the last events in memory. `Tap::dump_on_panic_with` installs a hook that writes
//! them to a file when any thread panics, and reports the path. `flight.dump(path)` writes them at any time.
//! A dump is a complete trace that `socket-trace` reads. It begins with a gap event, which counts the older
//! events that the dump lacks.

use std::error::Error;
use std::fs;
use std::time::Duration;

use recipes::terminal;
use socket_tap::format::Line;
use socket_tap::sink::FlightRecorder;
use socket_tap::{Tap, TapListener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("panic.jsonl");
    let flight = FlightRecorder::new(10_000);
    let tap = Tap::server("fragile").sink(flight.clone()).sink(terminal()).start()?;
    tap.dump_on_panic_with(&flight, &path, |dumped| match dumped {
        Ok(path) => eprintln!("the last socket calls before the panic are in {}", path.display()),
        Err(error) => eprintln!("cannot write the last socket calls: {error}"),
    });

    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    client.write_all(b"divide by 0").await?;
    let (mut stream, _) = listener.accept().await?;
    let handler = tokio::spawn(async move {
        let mut request = [0; 11];
        stream.read_exact(&mut request).await?;
        assert!(&request != b"divide by 0", "division by zero");
        stream.write_all(b"done").await
    });
    assert!(handler.await.is_err_and(|error| error.is_panic()));

    // The dump ends with the read that led to the panic; the handler's stream is still open in it.
    let dump = fs::read_to_string(&path)?;
    let lines: Vec<&str> = dump.lines().collect();
    let ops: Vec<String> = lines[1..lines.len() - 1]
        .iter()
        .filter_map(|line| match Line::parse(line) {
            Ok(Line::Event(event)) => Some(event.op.name().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(ops.last().map(String::as_str), Some("read"), "{ops:?}");

    drop((listener, client));
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;
    assert_eq!((end.lost, end.open), (0, 0));
    Ok(())
}
