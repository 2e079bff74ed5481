//! The opening handshake of a WebSocket: who may connect.

use tokio_tungstenite::tungstenite::Error;

use super::support::{Client, Service};

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

fn refused(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn a_page_of_another_site_may_not_connect() {
    let service = Service::new();
    for (origin, status) in [("http://{own}", 101), ("http://evil.example", 403), ("null", 403)] {
        assert_eq!(refused(service.connect(&[PROTOCOL, ("origin", origin)]).await), status, "{origin}");
    }
}

#[tokio::test]
async fn a_handshake_that_is_none_is_refused() {
    let service = Service::new();
    // Nothing, no base64, 15 bytes, 17 bytes, and 16 in the base64 of URLs.
    for key in ["", "x", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA=", "-_AAAAAAAAAAAAAAAAAAAA=="] {
        let result = service.connect(&[PROTOCOL, ("sec-websocket-key", key)]).await;
        assert_eq!(refused(result), 400, "{key}");
    }
}

#[tokio::test]
async fn another_version_of_websockets_is_told_the_right_one() {
    for version in ["7", "12", "14", "13, 12"] {
        let result = Service::new().connect(&[PROTOCOL, ("sec-websocket-version", version)]).await;
        let Err(Error::Http(response)) = result else { panic!("{version}") };
        assert_eq!(response.status(), 426);
        assert_eq!(response.headers()["upgrade"], "websocket");
        assert_eq!(response.headers()["connection"], "upgrade");
        assert_eq!(response.headers()["sec-websocket-version"], "13");
    }
}

#[tokio::test]
async fn the_subprotocol_must_be_the_one() {
    let mut client = Service::new().connect(&[]).await.unwrap();
    assert_eq!(client.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    let both = ("sec-websocket-protocol", "graphql-ws, graphql-transport-ws");
    assert_eq!(refused(Service::new().connect(&[both]).await), 101);
}
