//! A request and its response, collected from the reads or writes that carried them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use socket_dissect::{Class, Layer, MessageContent, Part};

use super::body::Capacity;
use super::entry::WebSocketMessage;
use super::message::{Kind, Message};
use super::timings::{Times, seconds};

/// A request and its response that are in progress. All times are in nanoseconds since the recording began.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Times at which the connection was opened: before and after `connect`. `None` if the connection was used before.
    pub(super) connect: Option<(u64, u64)>,
    /// Id of the HTTP/2 stream.
    pub(super) stream: Option<u32>,
    pub(super) request: Message,
    pub(super) response: Message,
    pub(super) times: Times,
    /// Messages of the WebSocket that the exchange opened.
    pub(super) messages: Vec<SocketMessage>,
    /// Number of messages that exceed the limit of the export.
    pub(super) omitted_messages: u64,
    /// Error code of the RST_STREAM that ended the exchange, and the side that sent it.
    reset: Option<(String, &'static str)>,
    /// The server has sent END_STREAM.
    response_ended: bool,
    /// Number of bytes reserved for WebSocket messages.
    held: usize,
}

/// A WebSocket message.
#[derive(Debug)]
pub(super) struct SocketMessage {
    is_from_client: bool,
    t: u64,
    content: MessageContent,
}

impl Exchange {
    pub(super) fn new(part: &Part, t: u64, connect: Option<(u64, u64)>) -> Self {
        Self {
            connect,
            stream: part.stream,
            request: Message::default(),
            response: Message::default(),
            times: Times { began: t, requested: t, responded: None, ended: t },
            messages: Vec::new(),
            omitted_messages: 0,
            reset: None,
            response_ended: false,
            held: 0,
        }
    }

    /// Adds a part of the request or response. `recorded` are its bytes, as far as they were recorded.
    pub(super) fn add(
        &mut self,
        part: &Part,
        recorded: &[u8],
        (to_server, t): (bool, u64),
        capacity: &mut Capacity,
    ) {
        self.times.ended = t;
        if (part.layer, part.name) == (Layer::Http2, "RST_STREAM") {
            self.reset = Some((part.text.clone(), if to_server { "client" } else { "server" }));
            return;
        }
        let kind = Kind::of(part);
        if kind == Kind::Other {
            return;
        }
        if to_server {
            self.times.requested = t;
            self.request.add(part, recorded, capacity);
            return;
        }
        if kind == Kind::Head && part.begins && self.response.is_interim() {
            self.times.responded = None;
        }
        self.times.responded.get_or_insert(t);
        self.response_ended |=
            (part.layer, part.class, &*part.text) == (Layer::Http2, Class::Framing, "END_STREAM");
        self.response.add(part, recorded, capacity);
    }

    /// Adds a message of the WebSocket that the exchange opened.
    pub(super) fn add_message(
        &mut self,
        content: &MessageContent,
        (is_from_client, t): (bool, u64),
        capacity: &mut Capacity,
    ) {
        /// Memory that a message needs besides its content.
        const OVERHEAD: usize = size_of::<SocketMessage>();
        self.times.ended = t;
        let needed = content.bytes.len() + OVERHEAD;
        let reserved = capacity.reserve(needed);
        self.held += reserved;
        if reserved < needed {
            self.omitted_messages += 1;
            return;
        }
        self.messages.push(SocketMessage { is_from_client, t, content: content.clone() });
    }

    /// Returns `true` if a RST_STREAM ended the exchange before the end of the response.
    pub(super) fn is_cut_by_reset(&self) -> bool {
        self.reset.is_some() && !self.response_ended
    }

    /// Returns the error code of the RST_STREAM that ended the exchange, and the side that sent it. `None` for a server
    /// that does not need the rest of the request: the response is complete (RFC 9113, section 8.1).
    pub(super) fn failure(&self) -> Option<&(String, &'static str)> {
        let is_early =
            |reset: &(String, &str)| self.response_ended && *reset == ("NO_ERROR".to_owned(), "server");
        self.reset.as_ref().filter(|reset| !is_early(reset))
    }

    /// Returns `true` if the connection has switched to another protocol, or became a tunnel.
    pub(super) fn is_switched(&self) -> bool {
        let is_connect = || self.request.start_line().is_some_and(|[method, ..]| method == "CONNECT");
        match self.response.status() {
            Some(101) => true,
            Some(200..300) => is_connect(),
            _ => false,
        }
    }

    /// Returns `true` if the exchange has opened a WebSocket.
    pub(super) fn is_websocket(&self) -> bool {
        let is = |field: Option<&str>| field.is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        match self.response.status() {
            Some(101) => is(self.response.field("upgrade")),
            Some(200) => is(self.request.field(":protocol")),
            _ => false,
        }
    }

    /// Returns the capacity that the exchange has reserved.
    pub(super) fn release(&self, capacity: &mut Capacity) {
        capacity.release(self.held);
        self.request.release(capacity);
        self.response.release(capacity);
    }
}

impl SocketMessage {
    /// Returns the message as Chromium exports it. `started` is the start of the recording in seconds since 1970.
    pub(super) fn exported(&self, started: f64) -> WebSocketMessage {
        let MessageContent { is_text, bytes, .. } = &self.content;
        let data = match is_text {
            true => String::from_utf8_lossy(bytes).into_owned(),
            false => STANDARD.encode(bytes),
        };
        WebSocketMessage {
            r#type: if self.is_from_client { "send" } else { "receive" },
            time: started + seconds(self.t),
            opcode: if *is_text { 1 } else { 2 },
            data,
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.content.is_complete
    }
}
