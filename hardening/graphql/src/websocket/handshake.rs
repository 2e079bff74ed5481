//! Opening handshake of a WebSocket (RFC 6455, section 4.2).
//!
//! This module replaces axum's `WebSocket`, which does not expose its connection. Without access to the
//! connection, the server could only drop it, and not shut it down with a FIN as it does with all other
//! connections.

use axum::body::Body;
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use crate::response::HttpError;

/// The subprotocol that a client must offer.
const PROTOCOL: &str = "graphql-transport-ws";

/// The response that accepts a handshake, and the connection that it opens.
pub(super) struct Accepted {
    pub(super) response: Response,
    pub(super) connection: OnUpgrade,
    /// `true` if the client offered the supported subprotocol.
    pub(super) protocol: bool,
}

/// Checks the headers of a WebSocket handshake, and returns the response that accepts it.
pub(super) fn accept(parts: &mut Parts) -> Result<Accepted, HttpError> {
    if parts.headers.get(SEC_WEBSOCKET_KEY).is_some_and(|key| !is_key(key)) {
        return Err(HttpError::bad_request("Sec-WebSocket-Key must be 16 bytes in base64"));
    }
    let protocol = parts
        .headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offered| offered.trim() == PROTOCOL);
    let mut request = Request::new(());
    *request.method_mut() = parts.method.clone();
    *request.version_mut() = parts.version;
    request.headers_mut().clone_from(&parts.headers);
    let mut response = create_response_with_body(&request, Body::empty).map_err(http_error)?;
    if protocol {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    let connection = parts
        .extensions
        .remove::<OnUpgrade>()
        .ok_or_else(|| upgrade_required("a WebSocket requires HTTP/1.1"))?;
    Ok(Accepted { response, connection, protocol })
}

fn http_error(error: Error) -> HttpError {
    match error {
        Error::Protocol(ProtocolError::MissingSecWebSocketVersionHeader) => {
            upgrade_required("Sec-WebSocket-Version must be 13")
        }
        error => HttpError::bad_request(format!("invalid WebSocket handshake: {error}")),
    }
}

/// Returns a 426 error whose headers name the required protocol and version.
fn upgrade_required(message: &str) -> HttpError {
    HttpError::new(StatusCode::UPGRADE_REQUIRED, message)
        .with_header(CONNECTION, "upgrade")
        .with_header(UPGRADE, "websocket")
        .with_header(SEC_WEBSOCKET_VERSION, "13")
}

/// Returns `true` if the value of `Sec-WebSocket-Key` has the form of 16 bytes in base64. The bytes have no
/// meaning, so they are not decoded.
fn is_key(value: &HeaderValue) -> bool {
    let digits = value.as_bytes().strip_suffix(b"==").unwrap_or_default();
    digits.len() == 22 && digits.iter().all(|digit| digit.is_ascii_alphanumeric() || b"+/".contains(digit))
}
