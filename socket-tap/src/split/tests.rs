use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::close::EndedBy;
use crate::event::{Event, Op};
use crate::sink::Memory;
use crate::{Tap, TapListener, TapStream};

struct Pair {
    tap: Tap,
    memory: Memory,
    server: TapStream,
    client: TapStream,
}

async fn pair() -> Pair {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    Pair { server: TapStream::from_tokio(&tap, server.into_inner()), tap, memory, client }
}

async fn events(tap: &Tap, memory: &Memory) -> Vec<Event> {
    assert_eq!(tap.finish().await.unwrap().open, 0);
    memory.events()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.op.name()).collect()
}

#[tokio::test]
async fn dropping_the_write_half_sends_and_records_fin() {
    let Pair { tap, memory, server, mut client } = pair().await;
    let (mut read, mut write) = server.into_split();
    write.write_all(b"question").await.unwrap();
    drop(write);
    let mut got = String::new();
    client.read_to_string(&mut got).await.unwrap();
    assert_eq!(got, "question", "at EOF");
    client.write_all(b"late").await.unwrap();
    read.read_exact(&mut [0; 4]).await.unwrap();
    drop(read);
    let events = events(&tap, &memory).await;
    assert_eq!(names(&events), ["adopt", "write", "shutdown", "read", "close"]);
    let Op::Close(close) = &events[4].op else { panic!() };
    assert_eq!((close.totals.rx, close.totals.tx, close.ended_by), (4, 8, Some(EndedBy::Local)));
    #[cfg(target_os = "linux")]
    assert!(close.tcp.is_some(), "the socket was still open");
}

#[tokio::test]
async fn last_dropped_half_records_tcp_state_at_close() {
    let Pair { tap, memory, server, client } = pair().await;
    let (read, write) = server.into_split();
    drop(read);
    drop(write);
    drop(client);
    let events = events(&tap, &memory).await;
    assert_eq!(names(&events), ["adopt", "shutdown", "close"]);
    #[cfg(target_os = "linux")]
    assert!(matches!(&events[2].op, Op::Close(close) if close.tcp.is_some()));
}

#[tokio::test]
async fn shutdown_is_recorded_once() {
    let Pair { tap, memory, server, client } = pair().await;
    let (read, mut write) = server.into_split();
    write.shutdown().await.unwrap();
    drop(write);
    drop(read);
    drop(client);
    assert_eq!(names(&events(&tap, &memory).await), ["adopt", "shutdown", "close"]);
}

#[tokio::test]
async fn forgotten_write_half_sends_no_fin() {
    let Pair { tap, memory, server, client } = pair().await;
    let (read, write) = server.into_split();
    write.forget();
    assert_eq!(client.try_read(&mut [0; 1]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(read);
    drop(client);
    assert_eq!(names(&events(&tap, &memory).await), ["adopt", "close"]);
}

#[tokio::test]
async fn halves_of_different_sockets_cannot_be_reunited() {
    let (one, other) = (pair().await, pair().await);
    let sock = one.server.sock();
    let (read, write) = one.server.into_split();
    let (other_read, other_write) = other.server.into_split();
    let super::ReuniteError(read, other_write) = read.reunite(other_write).unwrap_err();
    let mut stream = write.reunite(read).unwrap();
    assert_eq!(stream.sock(), sock);
    stream.write_all(b"whole").await.unwrap();
    drop((stream, other_read, other_write));
    assert_eq!(names(&events(&one.tap, &one.memory).await), ["adopt", "write", "close"]);
}

#[tokio::test]
async fn dropped_borrowed_halves_send_no_fin() {
    let Pair { tap, memory, mut server, mut client } = pair().await;
    {
        let (mut read, mut write) = server.split();
        client.write_all(b"ping").await.unwrap();
        let mut buf = [0; 4];
        let (wrote, got) = tokio::join!(write.write_all(b"pong"), read.read_exact(&mut buf));
        wrote.unwrap();
        got.unwrap();
    }
    client.read_exact(&mut [0; 4]).await.unwrap();
    assert_eq!(client.try_read(&mut [0; 1]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(server);
    assert_eq!(names(&events(&tap, &memory).await), ["adopt", "write", "read", "close"]);
}

#[cfg(unix)]
#[tokio::test]
async fn unix_stream_can_be_split() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let (ours, mut theirs) = tokio::net::UnixStream::pair().unwrap();
    let (mut read, mut write) = TapStream::from_unix(&tap, ours).into_split();
    write.write_all(b"question").await.unwrap();
    drop(write);
    let mut got = String::new();
    theirs.read_to_string(&mut got).await.unwrap();
    drop(theirs);
    assert_eq!(read.read(&mut [0; 1]).await.unwrap(), 0);
    drop(read);
    assert_eq!(names(&events(&tap, &memory).await), ["adopt", "write", "shutdown", "read", "close"]);
}
