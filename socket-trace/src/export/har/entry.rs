//! The objects of a HAR file: <http://www.softwareishard.com/blog/har-12-spec/>.
//!
//! Members that begin with `_` are not in the specification. Those of WebSocket messages are Chromium's.

use serde::Serialize;

/// A request and its response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) started_date_time: String,
    /// The sum of the timings, in milliseconds.
    pub(super) time: f64,
    pub(super) request: Request,
    pub(super) response: Response,
    pub(super) cache: Cache,
    pub(super) timings: Timings,
    #[serde(rename = "serverIPAddress", skip_serializing_if = "Option::is_none")]
    pub(super) server_ip_address: Option<String>,
    pub(super) connection: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
    #[serde(rename = "_resourceType", skip_serializing_if = "Option::is_none")]
    pub(super) resource_type: Option<&'static str>,
    #[serde(rename = "_webSocketMessages", skip_serializing_if = "Option::is_none")]
    pub(super) web_socket_messages: Option<Vec<WebSocketMessage>>,
}

/// State of the browser's cache, which is unknown.
#[derive(Debug, Serialize)]
pub(super) struct Cache {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) http_version: String,
    pub(super) cookies: Vec<Cookie>,
    pub(super) headers: Vec<NameValue>,
    pub(super) query_string: Vec<NameValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) post_data: Option<PostData>,
    pub(super) headers_size: i64,
    pub(super) body_size: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
    #[serde(rename = "_trailers", skip_serializing_if = "Vec::is_empty")]
    pub(super) trailers: Vec<NameValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) status_text: String,
    pub(super) http_version: String,
    pub(super) cookies: Vec<Cookie>,
    pub(super) headers: Vec<NameValue>,
    pub(super) content: Content,
    #[serde(rename = "redirectURL")]
    pub(super) redirect_url: String,
    pub(super) headers_size: i64,
    pub(super) body_size: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
    #[serde(rename = "_trailers", skip_serializing_if = "Vec::is_empty")]
    pub(super) trailers: Vec<NameValue>,
    #[serde(rename = "_grpcStatus", skip_serializing_if = "Option::is_none")]
    pub(super) grpc_status: Option<GrpcStatus>,
    /// Reason why the call failed, as Chromium shows it.
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct NameValue {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) http_only: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) secure: bool,
    #[serde(rename = "sameSite", skip_serializing_if = "Option::is_none")]
    pub(super) same_site: Option<String>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostData {
    pub(super) mime_type: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) params: Vec<NameValue>,
    pub(super) text: String,
    /// `base64` if the body is not text. HAR has this member for responses only.
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    pub(super) encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    /// Length of the body without its compression, or -1 if that is unknown.
    pub(super) size: i64,
    /// Number of bytes that the compression saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compression: Option<i64>,
    pub(super) mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
}

#[derive(Debug, Serialize)]
pub(super) struct GrpcStatus {
    pub(super) code: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) message: String,
}

/// Durations in milliseconds; -1 if one does not apply or is unknown.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Timings {
    pub(super) blocked: f64,
    pub(super) dns: f64,
    pub(super) connect: f64,
    pub(super) ssl: f64,
    pub(super) send: f64,
    pub(super) wait: f64,
    pub(super) receive: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct WebSocketMessage {
    /// `send` for messages from the client, `receive` for those from the server.
    pub(super) r#type: &'static str,
    /// Seconds since 1970.
    pub(super) time: f64,
    /// 1 for text, 2 for binary data.
    pub(super) opcode: u8,
    /// Text, or binary data in base64.
    pub(super) data: String,
}
