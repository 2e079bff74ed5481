//! Tests of the adapters for axum, tonic and hyper-util.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot continue fails"
)]

use std::net::SocketAddr;
use std::sync::mpsc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use socket_tap::{ConnInfo, ConnLayer, Tap, TapConnector, TapListener};
use tonic::transport::{Endpoint, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::HealthServer;

type Body = Empty<&'static [u8]>;

fn recording(name: &str) -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server(name).sink(memory.clone()).start().unwrap(), memory)
}

/// An axum handler that responds with the number and the peer's address of its connection.
async fn describe(ConnectInfo(info): ConnectInfo<ConnInfo>) -> String {
    format!("{:?} {}", info.sock, info.peer.map(|peer| peer.to_string()).unwrap_or_default())
}

async fn get_text(client: &Client<TapConnector, Body>, uri: String) -> (String, ConnInfo) {
    let response = client.get(uri.parse().unwrap()).await.unwrap();
    let info = response.extensions().get::<ConnInfo>().expect("the connector's info").clone();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (String::from_utf8(body.to_vec()).unwrap(), info)
}

fn client(connector: TapConnector) -> Client<TapConnector, Body> {
    Client::builder(TokioExecutor::new()).build(connector)
}

async fn events(tap: &Tap, memory: &Memory) -> Vec<Event> {
    tap.flush().await;
    memory.events()
}

fn count(events: &[Event], op: &str) -> usize {
    events.iter().filter(|event| event.op.name() == op).count()
}

#[tokio::test]
async fn axum_handler_gets_conn_info() {
    let (tap, memory) = recording("axum");
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(describe)).into_make_service_with_connect_info::<ConnInfo>();
    tokio::spawn(axum::serve(listener, app).into_future());

    let (ours, recorded) = recording("client");
    let client = client(TapConnector::new(&ours));
    let (first, info) = get_text(&client, format!("http://{address}/")).await;
    let (second, _) = get_text(&client, format!("http://{address}/")).await;
    assert_eq!(first, second, "one connection");

    let accept = events(&tap, &memory).await.into_iter().find(|event| event.op.name() == "accept").unwrap();
    let Op::Accept { peer: Some(peer), .. } = accept.op else { panic!("{accept:?}") };
    assert_eq!(first, format!("{:?} {peer}", accept.sock));
    assert_eq!(info.peer, Some(address.into()));
    let events = events(&ours, &recorded).await;
    assert_eq!((count(&events, "connect"), count(&events, "write")), (1, 2));
    assert_eq!(info.sock, events[0].sock);
}

#[tokio::test]
async fn axum_handler_gets_socket_addr_through_tap_io() {
    async fn peer(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
        peer.to_string()
    }
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(peer)).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener.tap_io(|_| {}), app).into_future());
    let (said, info) = get_text(&client(TapConnector::new(&Tap::off())), format!("http://{address}/")).await;
    assert_eq!(info.sock, None, "nothing is recorded");
    assert_eq!(said, info.local.unwrap().to_string());
}

#[tokio::test]
async fn connector_accepts_ipv6_addresses() {
    let (tap, memory) = recording("ipv6");
    let listener = match TapListener::bind(&Tap::off(), "[::1]:0").await {
        Ok(listener) => listener,
        Err(error) => return eprintln!("skipped: this machine has no IPv6 on loopback ({error})"),
    };
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(describe)).into_make_service_with_connect_info::<ConnInfo>();
    tokio::spawn(axum::serve(listener, app).into_future());
    let (_, info) =
        get_text(&client(TapConnector::new(&tap)), format!("http://[::1]:{}/", address.port())).await;
    assert_eq!(info.peer, Some(address.into()));
    assert_eq!(count(&events(&tap, &memory).await, "connect"), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn unix_sockets_work_with_axum_and_the_connector() {
    let path = std::env::temp_dir().join(format!("socket-tap-{}-axum.sock", std::process::id()));
    let (tap, memory) = recording("unix");
    let listener = socket_tap::TapUnixListener::bind(&tap, &path).unwrap();
    let app = Router::new().route("/", get(describe)).into_make_service_with_connect_info::<ConnInfo>();
    tokio::spawn(axum::serve(listener, app).into_future());
    let (said, info) = get_text(&client(TapConnector::unix(&tap, &path)), "http://shelf/".to_owned()).await;
    std::fs::remove_file(&path).unwrap();
    assert!(said.ends_with("(unnamed)"), "{said}");
    assert_eq!(info.peer.unwrap().to_string(), path.display().to_string());
    let events = events(&tap, &memory).await;
    assert_eq!((count(&events, "connect"), count(&events, "accept")), (1, 1));
}

/// Creates a tonic health service, and a [`Seen`] that collects the connection information of its requests.
fn health() -> (HealthServer<impl tonic_health::pb::health_server::Health>, Seen) {
    let (_, service) = tonic_health::server::health_reporter();
    let (sender, seen) = mpsc::channel();
    (service, Seen { sender, seen })
}

struct Seen {
    sender: mpsc::Sender<(Option<ConnInfo>, Option<SocketAddr>)>,
    seen: mpsc::Receiver<(Option<ConnInfo>, Option<SocketAddr>)>,
}

impl Seen {
    fn interceptor(
        &self,
    ) -> impl FnMut(tonic::Request<()>) -> tonic::Result<tonic::Request<()>> + Clone + Send + Sync + use<>
    {
        let sender = self.sender.clone();
        move |request: tonic::Request<()>| {
            let info = request.extensions().get::<ConnInfo>().cloned();
            sender.send((info, request.remote_addr())).unwrap();
            Ok(request)
        }
    }
}

async fn check(endpoint: Endpoint, connector: TapConnector) {
    let channel = endpoint.connect_with_connector(connector).await.unwrap();
    HealthClient::new(channel).check(HealthCheckRequest::default()).await.unwrap();
}

#[tokio::test]
async fn tonic_handler_gets_conn_info() {
    let (tap, memory) = recording("tonic");
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (service, seen) = health();
    let service = tonic::service::interceptor::InterceptedService::new(service, seen.interceptor());
    let incoming = listener.into_incoming().with_conn_info();
    let server = Server::builder().layer(ConnLayer::new()).add_service(service);
    tokio::spawn(server.serve_with_incoming(incoming));

    let (ours, recorded) = recording("client");
    let endpoint = Endpoint::try_from(format!("http://{address}")).unwrap();
    check(endpoint, TapConnector::new(&ours)).await;
    let (info, remote) = seen.seen.recv().unwrap();
    let info = info.unwrap();
    let accept = events(&tap, &memory).await.into_iter().find(|event| event.op.name() == "accept").unwrap();
    assert_eq!(info.sock, accept.sock);
    assert_eq!(info.peer, remote.map(Into::into), "the layer gives tonic its own info");
    assert_eq!(count(&events(&ours, &recorded).await, "connect"), 1);
}

#[tokio::test]
async fn tonic_handler_gets_peer_from_remote_addr() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (service, seen) = health();
    let service = tonic::service::interceptor::InterceptedService::new(service, seen.interceptor());
    tokio::spawn(Server::builder().add_service(service).serve_with_incoming(listener.into_incoming()));
    check(Endpoint::try_from(format!("http://{address}")).unwrap(), TapConnector::new(&Tap::off())).await;
    let (info, remote) = seen.seen.recv().unwrap();
    assert_eq!(info, None);
    assert_eq!(remote.unwrap().ip(), address.ip());
}

#[cfg(unix)]
#[tokio::test]
async fn tonic_works_over_unix_sockets() {
    let path = std::env::temp_dir().join(format!("socket-tap-{}-tonic.sock", std::process::id()));
    let (tap, memory) = recording("unix");
    let listener = socket_tap::TapUnixListener::bind(&tap, &path).unwrap();
    let (service, _seen) = health();
    tokio::spawn(Server::builder().add_service(service).serve_with_incoming(listener.into_incoming()));
    check(Endpoint::from_static("http://shelf"), TapConnector::unix(&tap, &path)).await;
    std::fs::remove_file(&path).unwrap();
    assert_eq!(count(&events(&tap, &memory).await, "accept"), 1);
}
