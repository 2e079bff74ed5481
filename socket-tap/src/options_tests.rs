use super::*;
use crate::sink::Memory;
use crate::{Tap, TapListener, TapStream};

fn options(memory: &Memory) -> Vec<(u64, String, i64)> {
    let events = memory.events();
    let options = events.iter().filter_map(|event| match &event.op {
        Op::Option { name, value } if event.error.is_none() => {
            Some((event.sock.unwrap().get(), name.to_string(), *value))
        }
        _ => None,
    });
    options.filter(|(_, name, _)| name != "SO_REUSEADDR").collect()
}

#[tokio::test]
async fn unset_socket_options_keep_the_kernel_default() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let client = TapStream::connect(&tap, listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    for stream in [&client, &server] {
        assert!(!stream.get_ref().nodelay().unwrap());
        assert!(!SockRef::from(stream.get_ref()).keepalive().unwrap());
    }
    tap.finish().await.unwrap();
    assert_eq!(options(&memory), []);
}

#[tokio::test]
async fn chosen_options_are_set_and_recorded() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let keepalive = Keepalive::after(Duration::from_secs(60)).interval(Duration::from_secs(10)).retries(3);
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap().nodelay(true).keepalive(keepalive);
    let chosen = TcpOptions::new().nodelay(true).keepalive(Duration::from_secs(7));
    let client = TapStream::connect_with(&tap, listener.local_addr().unwrap(), chosen).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    for stream in [&client, &server] {
        assert!(stream.get_ref().nodelay().unwrap());
        assert!(SockRef::from(stream.get_ref()).keepalive().unwrap());
    }
    #[cfg(unix)]
    {
        use rustix::net::sockopt;
        assert_eq!(sockopt::tcp_keepidle(client.get_ref()).unwrap(), Duration::from_secs(7));
        assert_eq!(sockopt::tcp_keepidle(server.get_ref()).unwrap(), Duration::from_secs(60));
        assert_eq!(sockopt::tcp_keepintvl(server.get_ref()).unwrap(), Duration::from_secs(10));
        assert_eq!(sockopt::tcp_keepcnt(server.get_ref()).unwrap(), 3);
    }
    tap.finish().await.unwrap();
    let expected = [
        (2, "TCP_NODELAY", 1),
        (2, "SO_KEEPALIVE", 1),
        (2, "TCP_KEEPIDLE", 7),
        (3, "TCP_NODELAY", 1),
        (3, "SO_KEEPALIVE", 1),
        (3, "TCP_KEEPIDLE", 60),
        (3, "TCP_KEEPINTVL", 10),
        (3, "TCP_KEEPCNT", 3),
    ];
    assert_eq!(options(&memory), expected.map(|(sock, name, value)| (sock, name.to_owned(), value)));
}

#[tokio::test]
async fn nodelay_false_is_set_and_recorded() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let memory = Memory::new();
    let tap = Tap::client("test").sink(memory.clone()).start().unwrap();
    drop(TapStream::connect_with(&tap, address, TcpOptions::new().nodelay(false)).await.unwrap());
    tap.finish().await.unwrap();
    assert_eq!(options(&memory), [(1, "TCP_NODELAY".to_owned(), 0)]);
}
