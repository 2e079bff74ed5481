//! Builds the entry of an exchange.

use std::borrow::Cow;

use socket_dissect::Contracts;

use super::connection::Connection;
use super::content::{self, joined, pairs};
use super::cookies;
use super::entry::{Cache, Entry, GrpcStatus, NameValue, Request, Response};
use super::exchange::Exchange;
use super::message::Message;
use super::resource_type;
use super::started::Started;
use super::timings;

/// The last events of an exchange.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// `true` if the exchange ended with its last byte, `false` if the connection or the recording ended before.
    pub(super) is_complete: bool,
    /// Time of the end, in nanoseconds since the recording began.
    pub(super) t: u64,
}

/// Returns the entry of an exchange that has ended.
pub(super) fn entry(
    exchange: &Exchange,
    connection: &Connection,
    (started, contracts): (&Started, &Contracts),
    ending: Ending,
) -> Entry {
    let target = Target::of(&exchange.request, connection);
    let is_websocket = exchange.is_websocket();
    let is_delimited = connection.server_finished && is_delimited_by_close(&exchange.response);
    let is_complete = is_websocket
        || exchange.is_switched()
        || is_delimited
        || (ending.is_complete && !exchange.is_cut_by_reset());
    let waited = if exchange.times.responded.is_none() { ending.t } else { 0 };
    let (start, timings, time) = timings::of(&exchange.times, exchange.connect, waited);
    let cut = exchange.messages.iter().filter(|message| !message.is_complete()).count() as u64;
    Entry {
        started_date_time: started.date_time(start),
        time,
        request: request(&exchange.request, &target, contracts),
        response: response(exchange, &target, (connection, contracts), is_complete),
        cache: Cache {},
        timings,
        server_ip_address: connection.server_ip(),
        connection: connection.name.clone(),
        comment: joined([
            counted(exchange.omitted_messages, "WebSocket messages are not exported"),
            counted(cut, "WebSocket messages are incomplete"),
        ]),
        resource_type: resource_type::of(exchange, &target.method),
        web_socket_messages: is_websocket.then(|| {
            let messages = exchange.messages.iter();
            messages.map(|message| message.exported(started.seconds())).collect()
        }),
    }
}

fn counted(count: u64, what: &str) -> String {
    if count > 0 { format!("{count} {what}") } else { String::new() }
}

/// The method and the URL of a request.
struct Target {
    method: String,
    url: String,
    path: String,
    version: Cow<'static, str>,
}

impl Target {
    fn of(request: &Message, connection: &Connection) -> Self {
        let pseudo = |name: &str| request.field(name).unwrap_or_default().to_owned();
        let (method, path, version) = match request.start_line() {
            Some([method, path, version]) => (method, path, version.into()),
            None => (pseudo(":method"), pseudo(":path"), "HTTP/2".into()),
        };
        let scheme = request.field(":scheme").unwrap_or(if connection.is_tls { "https" } else { "http" });
        let authority = request.field(":authority").or_else(|| request.field("host"));
        let authority = authority.map_or_else(|| connection.server_authority(), str::to_owned);
        let url = match path.strip_prefix('/') {
            Some(_) => format!("{scheme}://{authority}{path}"),
            // The absolute form, as to a proxy; or `*`, and the authority of a CONNECT.
            None if path.contains("://") => path.clone(),
            None => format!("{scheme}://{authority}/"),
        };
        Self { method, url, path, version }
    }

    fn query(&self) -> Vec<NameValue> {
        let before_fragment = self.url.split('#').next().unwrap_or_default();
        before_fragment.split_once('?').map(|(_, query)| pairs(query)).unwrap_or_default()
    }

    /// Returns the path without the query.
    fn method_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

fn request(request: &Message, target: &Target, contracts: &Contracts) -> Request {
    let headers = request.fields().to_vec();
    Request {
        method: target.method.clone(),
        url: target.url.clone(),
        http_version: target.version.clone().into_owned(),
        cookies: cookies::of_request(&headers),
        query_string: target.query(),
        post_data: content::of_request(request, target.method_path(), contracts),
        headers_size: request.head_size(),
        body_size: i64::try_from(request.body.length()).unwrap_or(-1),
        comment: if request.has_head() {
            request.head_comment()
        } else {
            "the head is incomplete".to_owned()
        },
        headers,
        trailers: request.trailers.clone(),
    }
}

fn response(
    exchange: &Exchange,
    target: &Target,
    (connection, contracts): (&Connection, &Contracts),
    is_complete: bool,
) -> Response {
    let response = &exchange.response;
    let headers = response.fields().to_vec();
    let (version, reason) = match response.start_line() {
        Some([version, _, reason]) => (version, reason),
        None => (target.version.clone().into_owned(), String::new()),
    };
    let status = response.status().unwrap_or(0);
    let body_size = i64::try_from(response.body.length()).ok().filter(|_| is_complete && response.has_head());
    let error = error(exchange, connection, is_complete);
    Response {
        status,
        status_text: reason,
        http_version: version,
        cookies: cookies::of_response(&headers),
        content: content::of_response(response, target.method_path(), contracts),
        redirect_url: match status {
            300..400 => response.field("location").unwrap_or_default().to_owned(),
            _ => String::new(),
        },
        headers_size: response.head_size(),
        body_size: body_size.unwrap_or(-1),
        comment: joined([error.clone().unwrap_or_default(), response.head_comment()]),
        headers,
        trailers: response.trailers.clone(),
        grpc_status: grpc_status(response),
        error,
    }
}

/// Returns the reason why an exchange has no complete response.
fn error(exchange: &Exchange, connection: &Connection, is_complete: bool) -> Option<String> {
    if let Some((code, sender)) = exchange.failure() {
        return Some(format!("reset by the {sender}: {code}"));
    }
    let missing = match (is_complete, exchange.response.has_head()) {
        (true, true) => return None,
        (_, false) => "no response",
        (false, true) => "incomplete response",
    };
    Some(match connection.is_unreadable {
        true => format!("{missing} in the recording: not all bytes of the connection were recorded"),
        false => format!("{missing} in the recording"),
    })
}

/// Returns `true` if the end of the connection is the end of the body (RFC 9112, section 6.3).
fn is_delimited_by_close(response: &Message) -> bool {
    let is_http1 = response.start_line().is_some();
    let has = |name| response.field(name).is_some();
    is_http1
        && response.has_head()
        && !response.is_interim()
        && !has("content-length")
        && !has("transfer-encoding")
}

/// Returns the status of a gRPC call, from its trailers.
fn grpc_status(response: &Message) -> Option<GrpcStatus> {
    let code = response.field("grpc-status")?.to_owned();
    let (name, message) =
        socket_dissect::grpc_status(&code, response.field("grpc-message").unwrap_or_default());
    Some(GrpcStatus { code, name, message })
}
