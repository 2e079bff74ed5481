use super::*;
use crate::TapStream;
use crate::event::Event;
use crate::sink::Memory;

fn recording() -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("test").sink(memory.clone()).start().unwrap(), memory)
}

async fn events(tap: Tap, memory: &Memory) -> Vec<Event> {
    tap.finish().await.unwrap();
    memory.events()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.op.name()).collect()
}

async fn serves(listener: &TapListener) {
    let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
}

#[tokio::test]
async fn listen_options_are_applied_and_recorded() {
    let (tap, memory) = recording();
    let options = ListenOptions::new().backlog(7);
    #[cfg(unix)]
    let options = options.reuseport(true);
    let listener = TapListener::bind_with(&tap, "127.0.0.1:0", options).await.unwrap();
    #[cfg(unix)]
    let second = TapListener::bind_with(&tap, listener.local_addr().unwrap(), options).await.unwrap();
    #[cfg(unix)]
    drop(second);
    drop(listener);
    let events = events(tap, &memory).await;
    #[cfg(unix)]
    assert_eq!(names(&events[..5]), ["socket", "option", "option", "bind", "listen"]);
    let listen = events.iter().find(|event| event.op.name() == "listen").unwrap();
    assert_eq!(listen.op, Op::Listen { backlog: 7 });
}

#[tokio::test]
async fn listen_on_bound_socket_records_adopt_and_listen() {
    let (tap, memory) = recording();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let (local, fd) = (socket.local_addr().unwrap(), fd_of(&socket));
    let listener = TapListener::listen(&tap, socket, 9).unwrap();
    serves(&listener).await;
    drop(listener);
    let events = events(tap, &memory).await;
    assert_eq!(names(&events), ["adopt", "listen", "accept", "close", "close"]);
    assert_eq!(events[0].op, ip(SocketKind::Listener, fd, Some(local), None));
    assert_eq!(events[1].op, Op::Listen { backlog: 9 });
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn failed_listen_on_bound_socket_is_recorded() {
    let (tap, memory) = recording();
    let taken = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap().into_inner();
    let socket = TcpSocket::new_v4().unwrap();
    // Both sockets can bind to the address (`SO_REUSEADDR`), but only one can listen.
    socket.set_reuseaddr(true).unwrap();
    let address = taken.local_addr().unwrap();
    drop(taken);
    let other = TcpSocket::new_v4().unwrap();
    other.set_reuseaddr(true).unwrap();
    other.bind(address).unwrap();
    socket.bind(address).unwrap();
    let _listening = other.listen(1).unwrap();
    let error = TapListener::listen(&tap, socket, 1).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    assert_eq!(names(&events(tap, &memory).await), ["adopt", "listen", "close"]);
}

#[tokio::test]
async fn into_inner_records_release_event_instead_of_close() {
    let (tap, memory) = recording();
    let inner = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    inner.set_nonblocking(true).unwrap();
    let listener = TapListener::from_std(&tap, inner).unwrap();
    serves(&listener).await;
    let local = listener.local_addr().unwrap();
    #[cfg(unix)]
    assert_eq!(std::os::fd::AsRawFd::as_raw_fd(&listener), fd_of(listener.get_ref()).unwrap());
    let inner = listener.into_inner();
    assert_eq!(inner.local_addr().unwrap(), local, "it still listens");
    assert_eq!(names(&events(tap, &memory).await), ["adopt", "accept", "close", "release"]);
}

#[cfg(unix)]
#[tokio::test]
async fn each_unix_listener_constructor_records_an_adopt_event() {
    use std::os::fd::AsRawFd as _;

    use crate::TapUnixListener;

    let path = std::env::temp_dir().join(format!("socket-tap-{}-family.sock", std::process::id()));
    let (tap, memory) = recording();
    let socket = tokio::net::UnixSocket::new_stream().unwrap();
    socket.bind(&path).unwrap();
    let listener = TapUnixListener::listen(&tap, socket, 9).unwrap();
    assert_eq!(listener.as_raw_fd(), listener.get_ref().as_raw_fd());
    let listener = TapUnixListener::from_tokio(&tap, listener.into_inner());
    let client = TapStream::connect_unix(&Tap::off(), &path).await.unwrap();
    drop(TapStream::from_unix(&tap, client.into_inner()));
    drop(listener.accept().await.unwrap());
    drop(listener);
    let inner = {
        std::fs::remove_file(&path).unwrap();
        std::os::unix::net::UnixListener::bind(&path).unwrap()
    };
    inner.set_nonblocking(true).unwrap();
    drop(TapUnixListener::from_std(&tap, inner).unwrap());
    std::fs::remove_file(&path).unwrap();
    let events = events(tap, &memory).await;
    let expected = [
        "adopt", "listen", "release", "adopt", "adopt", "close", "accept", "close", "close", "adopt", "close",
    ];
    assert_eq!(names(&events), expected);
    let local = Some(crate::event::Addr::Other(path.display().to_string()));
    assert!(matches!(&events[0].op, Op::Adopt { local: seen, .. } if *seen == local), "{:?}", events[0]);
}
