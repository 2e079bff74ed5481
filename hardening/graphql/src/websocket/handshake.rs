//! The opening handshake of a WebSocket (RFC 6455, section 4.2).
//!
//! axum has one, but keeps the connection below to itself, and then nobody can shut it down: it would be closed without
//! the FIN of its own that every other connection of this service ends with.

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

use super::PROTOCOL;
use crate::http::Problem;

/// The answer that agrees to a WebSocket, the connection to come, and whether the subprotocol was agreed on, too.
pub(super) struct Agreed {
    pub(super) response: Response,
    pub(super) connection: OnUpgrade,
    pub(super) protocol: bool,
}

/// Agrees to the WebSocket that the request asks for.
pub(super) fn agree(parts: &mut Parts) -> Result<Agreed, Problem> {
    if parts.headers.get(SEC_WEBSOCKET_KEY).is_some_and(|key| !is_key(key)) {
        return Err(Problem::bad_request("Sec-WebSocket-Key must be 16 bytes in base64"));
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
    let mut response = create_response_with_body(&request, Body::empty).map_err(refusal)?;
    if protocol {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    let connection = parts
        .extensions
        .remove::<OnUpgrade>()
        .ok_or_else(|| upgrade_required("this connection cannot become a WebSocket; use HTTP/1.1"))?;
    Ok(Agreed { response, connection, protocol })
}

fn refusal(error: Error) -> Problem {
    match error {
        Error::Protocol(ProtocolError::MissingSecWebSocketVersionHeader) => {
            upgrade_required("Sec-WebSocket-Version must be 13")
        }
        error => Problem::bad_request(format!("not a WebSocket handshake: {error}")),
    }
}

/// Says what the connection could become.
fn upgrade_required(message: &str) -> Problem {
    Problem::new(StatusCode::UPGRADE_REQUIRED, message)
        .with_header(CONNECTION, "upgrade")
        .with_header(UPGRADE, "websocket")
        .with_header(SEC_WEBSOCKET_VERSION, "13")
}

/// Whether it is 16 bytes in base64. What they are means nothing, so nobody decodes them.
fn is_key(value: &HeaderValue) -> bool {
    let digits = value.as_bytes().strip_suffix(b"==").unwrap_or_default();
    digits.len() == 22 && digits.iter().all(|digit| digit.is_ascii_alphanumeric() || b"+/".contains(digit))
}
