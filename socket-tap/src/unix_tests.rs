use std::path::PathBuf;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::close::EndedBy;
use crate::event::Event;
use crate::sink::Memory;

/// Path of a Unix-domain socket. Dropping it removes the file.
struct SocketPath(PathBuf);

impl SocketPath {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("socket-tap-{}-{test}.sock", std::process::id())))
    }

    fn addr(&self) -> Option<Addr> {
        Some(path_addr(&self.0))
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn recording() -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("test").sink(memory.clone()).start().unwrap(), memory)
}

fn names(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{} {}", event.sock.unwrap(), event.op.name())).collect()
}

#[tokio::test]
async fn unix_connection_is_recorded_with_paths_as_addresses() {
    let (path, (tap, memory)) = (SocketPath::new("both"), recording());
    let listener = TapUnixListener::bind(&tap, &path.0).unwrap();
    let mut client = TapStream::connect_unix(&tap, &path.0).await.unwrap();
    let (mut server, peer) = listener.accept().await.unwrap();
    assert!(peer.is_unnamed());
    client.write_all(b"hello").await.unwrap();
    server.read_exact(&mut [0; 5]).await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0; 1]).await.unwrap(), 0);
    drop(server);
    drop(client);
    drop(listener);
    assert_eq!(tap.finish().await.unwrap().open, 0);
    let events = memory.events();
    let calls = [
        "1 socket",
        "1 bind",
        "1 listen",
        "2 socket",
        "2 connect",
        "3 accept",
        "2 write",
        "3 read",
        "2 shutdown",
        "3 read",
        "3 close",
        "2 close",
        "1 close",
    ];
    assert_eq!(names(&events), calls);
    let Op::Socket { domain, .. } = &events[0].op else { panic!() };
    assert_eq!(domain, &crate::event::Domain::Unix);
    let unnamed = Some(Addr::Other("(unnamed)".to_owned()));
    assert_eq!(events[1].op, Op::Bind { local: path.addr() });
    let Op::Connect { local, peer, began: Some(began) } = &events[4].op else { panic!("{:?}", events[4]) };
    assert_eq!((local, peer, *began <= events[4].t), (&unnamed, &path.addr(), true));
    let Op::Accept { on, local, peer, fd: Some(_) } = &events[5].op else { panic!("{:?}", events[5]) };
    assert_eq!(on.get(), 1);
    assert_eq!((local, peer), (&path.addr(), &unnamed));
    let Op::Close(close) = &events[10].op else { panic!() };
    assert_eq!((close.ended_by, close.aborted, close.tcp.is_none()), (Some(EndedBy::Peer), false, true));
}

#[tokio::test]
async fn failed_unix_bind_and_connect_are_recorded() {
    let (path, (tap, memory)) = (SocketPath::new("errors"), recording());
    assert_eq!(TapStream::connect_unix(&tap, &path.0).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    std::fs::write(&path.0, "").unwrap();
    assert_eq!(TapUnixListener::bind(&tap, &path.0).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["1 socket", "1 connect", "1 close", "2 socket", "2 bind", "2 close"]);
    let reasons = [1, 4].map(|at| events[at].error.as_ref().unwrap().reason.clone());
    assert_eq!(reasons, ["entity not found", "address in use"]);
}

#[tokio::test]
async fn existing_unix_listener_can_be_recorded() {
    let (path, (tap, memory)) = (SocketPath::new("adopted"), recording());
    let listener = TapUnixListener::from_tokio(&tap, UnixListener::bind(&path.0).unwrap());
    drop(listener);
    tap.finish().await.unwrap();
    let events = memory.events();
    assert_eq!(names(&events), ["1 adopt", "1 close"]);
    assert!(matches!(&events[0].op, Op::Adopt { local, .. } if *local == path.addr()), "{:?}", events[0]);
}
