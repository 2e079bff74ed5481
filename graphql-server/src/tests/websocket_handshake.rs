//! The opening handshake of a WebSocket.

use tokio_tungstenite::tungstenite::Error;

use super::support::{Client, Service};

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

fn status(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn foreign_origins_are_refused() {
    let service = Service::new();
    for (origin, expected) in [("http://{own}", 101), ("http://evil.example", 403), ("null", 403)] {
        assert_eq!(status(service.connect(&[PROTOCOL, ("origin", origin)]).await), expected, "{origin}");
    }
}

#[tokio::test]
async fn invalid_websocket_keys_are_refused() {
    let service = Service::new();
    // Empty, not base64, 15 bytes, 17 bytes, and 16 bytes in base64url.
    for key in ["", "x", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA=", "-_AAAAAAAAAAAAAAAAAAAA=="] {
        let result = service.connect(&[PROTOCOL, ("sec-websocket-key", key)]).await;
        assert_eq!(status(result), 400, "{key}");
    }
}

#[tokio::test]
async fn refusal_of_websocket_version_names_supported_version() {
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
async fn missing_subprotocol_closes_the_connection() {
    let mut client = Service::new().connect(&[]).await.unwrap();
    assert_eq!(client.closed().await.0, 4406);
    let both = ("sec-websocket-protocol", "graphql-ws, graphql-transport-ws");
    assert_eq!(status(Service::new().connect(&[both]).await), 101);
}
