//! A live view of a recording, for any number of subscribers. Each gets the events that follow its
//! subscription.
//!
//! `Broadcast` never waits for a subscriber. A subscriber that is too slow gets `Update::Missed` with the
//! number of missed events, and then the newest events. Serve the view over connections that this tap does
//! not record, because sending an event over a recorded connection would cause further events.

use std::io;
use std::time::Duration;

use socket_tap::sink::{Broadcast, Update};
use socket_tap::{Tap, TapListener};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> io::Result<()> {
    let live = Broadcast::new(64);
    let handle = live.handle();
    let tap = Tap::server("watched").sink(live).sink(recipes::terminal()).start()?;
    let mut subscriber = handle.subscribe();
    let viewer = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(update) = subscriber.next().await {
            match update {
                Update::Events(events) => seen.extend(events.iter().map(|event| event.op.name().to_owned())),
                Update::Missed(count) => println!("too slow: {count} events are not shown"),
                _ => {}
            }
        }
        seen
    });

    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    let client = TcpStream::connect(listener.local_addr()?).await?;
    let (server, _) = listener.accept().await?;
    drop((client, server, listener));
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    // The subscription ends with the recording.
    let seen = viewer.await?;
    assert_eq!(seen, ["socket", "option", "bind", "listen", "accept", "close", "close"]);
    assert_eq!((end.lost, end.open), (0, 0));
    Ok(())
}
