//! Tests that no recorded event precedes its cause at the other end of the connection: for example, that no
//! read precedes the write of its bytes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bookshelf::{Limits, Shelf};
use clients::{Graphql, Grpc, Rest};
use hardening_http::Shutdown;
use plain_server::{Retry, Sockets, TcpClient, UdpClient};
use socket_tap::Tap;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::support::api::{Api, Server};
use crate::support::ends::{Checked, Recorded};

/// Number of concurrent clients.
const CLIENTS: u32 = 8;
/// Number of calls that each client makes on a connection that stays open.
const KEPT: u32 = 1_200;
/// Number of calls that each client makes on new connections, one call per connection.
const NEW: u32 = 50;
/// Number of calls of all clients.
const CALLS: u32 = CLIENTS * (KEPT + NEW);

/// Creates a runtime with two threads, so that client and server run in parallel.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The taps that record a server and its clients.
struct Taps {
    directory: TempDir,
    server: Tap,
    client: Tap,
}

impl Taps {
    fn start(name: &str, capture: usize) -> Self {
        let directory = TempDir::new().unwrap();
        let path = |side: &str| directory.path().join(format!("{side}.jsonl"));
        // Large enough for every event, also on a busy machine: a lossy recording proves nothing.
        let (events, payload) = (usize::try_from(CALLS).unwrap() * 8, capture * 65_536);
        let server = Tap::server(name).capture(capture).buffer(events, payload).file(path("server")).unwrap();
        let client = Tap::client(name).capture(capture).buffer(events, payload).file(path("client")).unwrap();
        Self { server: server.start().unwrap(), client: client.start().unwrap(), directory }
    }

    fn path(&self, side: &str) -> PathBuf {
        self.directory.path().join(format!("{side}.jsonl"))
    }

    /// Ends both recordings and asserts that no event precedes its cause.
    async fn check(self) -> Checked {
        for tap in [&self.client, &self.server] {
            let end = tap.finish().await.unwrap();
            assert_eq!((end.lost, end.open), (0, 0), "{end:?}");
        }
        let [client, server] = ["client", "server"].map(|side| Recorded::open(&self.path(side)));
        let checked = Checked::of(&client, &server);
        assert!(
            checked.violations.is_empty(),
            "{} of {checked:?}, such as {:#?}",
            checked.violations.len(),
            checked.violations.iter().take(5).collect::<Vec<_>>()
        );
        checked
    }
}

fn over_10_000_calls<A: Api>() {
    runtime().block_on(async {
        let taps = Taps::start(A::API, 0);
        let server = Server::with::<A>(&taps.server, Limits::default()).await;
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(call::<A>(taps.client.clone(), server.address));
        }
        clients.join_all().await;
        taps.client.idle().await;
        taps.server.idle().await;
        server.stop().await;
        let checked = taps.check().await;
        assert_eq!(checked.connections, u64::from(CLIENTS * (1 + NEW)), "{checked:?}");
        assert!(checked.reads >= 2 * u64::from(CALLS), "{checked:?}");
        assert!(checked.ends >= checked.connections, "{checked:?}");
    });
}

async fn call<A: Api>(tap: Tap, server: SocketAddr) {
    let mut kept = A::connect(&tap, server).await.unwrap();
    for call in 0..KEPT {
        kept.book(1 + call % 14).await.unwrap();
    }
    kept.close().await;
    for call in 0..NEW {
        let mut client = A::connect(&tap, server).await.unwrap();
        client.book(1 + call % 14).await.unwrap();
        client.close().await;
    }
}

#[test]
fn rest_calls_record_each_write_before_its_read() {
    over_10_000_calls::<Rest>();
}

#[test]
fn graphql_calls_record_each_write_before_its_read() {
    over_10_000_calls::<Graphql>();
}

#[test]
fn grpc_calls_record_each_write_before_its_read() {
    over_10_000_calls::<Grpc>();
}

#[test]
fn plain_tcp_records_each_write_before_its_read() {
    runtime().block_on(async {
        let taps = Taps::start("tcp", 0);
        let (address, shutdown, task) = serve(&Tap::off(), &taps.server).await;
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let tap = taps.client.clone();
            clients.spawn(async move {
                let mut kept = TcpClient::connect(&tap, address).await.unwrap();
                for call in 0..KEPT {
                    kept.get(1 + call % 14).await.unwrap();
                }
                kept.close().await.unwrap();
                for call in 0..NEW {
                    let mut client = TcpClient::connect(&tap, address).await.unwrap();
                    client.get(1 + call % 14).await.unwrap();
                    client.close().await.unwrap();
                }
            });
        }
        clients.join_all().await;
        taps.client.idle().await;
        taps.server.idle().await;
        shutdown.cancel();
        task.await.unwrap();
        let checked = taps.check().await;
        assert_eq!(checked.connections, u64::from(CLIENTS * (1 + NEW)), "{checked:?}");
        assert!(checked.reads >= 2 * u64::from(CALLS), "{checked:?}");
    });
}

#[test]
fn udp_records_each_send_before_its_receive() {
    runtime().block_on(async {
        let taps = Taps::start("udp", 256);
        let (address, shutdown, task) = serve(&taps.server, &Tap::off()).await;
        // One response datagram per request: loopback loses none, and the receive has no timeout.
        let retry = Retry { first_timeout: Duration::from_secs(60), attempts: 1 };
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let client = UdpClient::bind(&taps.client, address).await.unwrap();
            clients.spawn(async move {
                let mut client = client.retry(retry);
                for call in 0..KEPT + NEW {
                    client.get(1 + call % 14).await.unwrap();
                }
            });
        }
        clients.join_all().await;
        shutdown.cancel();
        task.await.unwrap();
        let checked = taps.check().await;
        assert_eq!(checked.datagrams, 2 * u64::from(CALLS), "{checked:?}");
    });
}

/// Starts `plain-server` in this process. The tap `udp` records its UDP socket, and `tcp` its TCP sockets.
async fn serve(udp: &Tap, tcp: &Tap) -> (SocketAddr, Shutdown, tokio::task::JoinHandle<()>) {
    let sockets = Sockets::bind(udp, tcp, ([127, 0, 0, 1], 0).into(), "--listen").await.unwrap();
    let (address, shutdown) = (sockets.local_addr().unwrap(), Shutdown::new());
    let limits = plain_server::Limits::default();
    let serving = plain_server::serve(sockets, Shelf::seeded(), shutdown.clone(), limits);
    (address, shutdown, tokio::spawn(async { serving.await.unwrap() }))
}
