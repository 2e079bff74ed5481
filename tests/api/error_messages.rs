//! What `scenario.json` cannot say of the errors.

use bookshelf::ListBooks;
use clients::Kind;
use socket_tap::Tap;
use tokio::net::TcpSocket;

use crate::support::api::{Api, Server};

each_api!(a_token_of_another_service, a_client_without_a_server);

async fn a_token_of_another_service<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let foreign = ListBooks { page_token: Some("bm9uc2Vuc2U".to_owned()), ..ListBooks::default() };
    let failure = client.list(&foreign).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Invalid, "{failure}");
    assert!(failure.message.contains("not one that this service has given out"), "{failure}");
}

async fn a_client_without_a_server<A: Api>() {
    // The port is taken, so that nobody else can listen there, and not listened on.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    assert_eq!(A::connect(&Tap::off(), address).await.err().unwrap().kind, Kind::Transport);
}
