//! Tests of errors that the file `scenario.json` cannot express.

use bookshelf::ListBooks;
use clients::FailureKind;
use socket_tap::Tap;
use tokio::net::TcpSocket;

use crate::support::api::{Api, Server};

each_api!(unknown_page_token_is_invalid, refused_connection_is_a_transport_failure);

async fn unknown_page_token_is_invalid<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client: A = server.client().await;
    let foreign = ListBooks { page_token: Some("bm9uc2Vuc2U".to_owned()), ..ListBooks::default() };
    let failure = client.list(&foreign).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid, "{failure}");
}

async fn refused_connection_is_a_transport_failure<A: Api>() {
    // The port is bound but does not listen, so that no other process can listen on it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    assert_eq!(A::connect(&Tap::off(), address).await.err().unwrap().kind, FailureKind::Transport);
}
