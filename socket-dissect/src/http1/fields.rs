//! Header fields that determine the body of a message, or the protocol to which the connection switches.

use super::super::graphql;
use super::super::grpc;
use super::super::media::{Encoding, Media};
use super::super::text::short;
use super::super::websocket::Deflate;

/// Header fields that determine the body of a message, or the protocol to which the connection switches.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) length: ContentLength,
    pub(super) transfer: Transfer,
    pub(super) media: Media,
    pub(super) encoding: Encoding,
    /// Compression of gRPC messages, from `grpc-encoding`.
    pub(super) grpc_encoding: Encoding,
    pub(super) grpc_status: Option<grpc::Status>,
    /// The protocol that the request offers or the response accepts in `Upgrade`.
    pub(super) upgrade: Option<Upgrade>,
    /// The GraphQL subprotocol in `Sec-WebSocket-Protocol`, if any.
    pub(super) subprotocol: Option<graphql::Subprotocol>,
    pub(super) user_agent: Option<String>,
    /// The compression of WebSocket messages in `Sec-WebSocket-Extensions`, if any.
    pub(super) deflate: Option<Deflate>,
}

/// Value of `Content-Length`: RFC 9112, section 6.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ContentLength {
    #[default]
    Absent,
    Bytes(u64),
    Invalid,
}

/// Value of `Transfer-Encoding`: RFC 9112, section 6.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Transfer {
    #[default]
    Absent,
    /// `chunked` is the last coding.
    Chunked,
    /// The last coding is not `chunked`, so the codings do not delimit the body.
    Other,
}

/// Protocol named in `Upgrade`: RFC 9110, section 7.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    WebSocket,
    /// HTTP/2 without TLS.
    H2c,
    Other,
}

impl Fields {
    /// Adds a header field of the message.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("content-length") {
            self.length = self.length.and(value);
        } else if is("transfer-encoding") {
            let last = value.rsplit(',').next().unwrap_or_default().trim();
            let chunked = last.eq_ignore_ascii_case("chunked");
            self.transfer = if chunked { Transfer::Chunked } else { Transfer::Other };
        } else if is("content-type") {
            self.media = Media::of(value);
        } else if is("content-encoding") {
            self.encoding = Encoding::of(value);
        } else if is("grpc-encoding") {
            self.grpc_encoding = Encoding::of(value);
        } else if is("grpc-status") {
            self.grpc_status = Some(grpc::Status::of(value));
        } else if is("upgrade") {
            self.upgrade = Some(Upgrade::of(value));
        } else if is("sec-websocket-protocol") {
            self.subprotocol = graphql::Subprotocol::of(value);
        } else if is("user-agent") {
            self.user_agent = Some(short(value));
        } else if is("sec-websocket-extensions") {
            self.deflate = self.deflate.or(Deflate::of(value));
        }
    }
}

impl ContentLength {
    /// Combines this length with another `Content-Length` field of the message. Equal values are allowed.
    fn and(self, value: &str) -> Self {
        value.split(',').fold(self, |before, value| match (before, parse(value.trim())) {
            (Self::Absent, Some(length)) => Self::Bytes(length),
            (Self::Bytes(one), Some(other)) if one == other => before,
            _ => Self::Invalid,
        })
    }
}

/// Parses a number that consists of digits only. `str::parse` would accept `+1`.
fn parse(value: &str) -> Option<u64> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())?
}

impl Upgrade {
    fn of(value: &str) -> Self {
        match value {
            _ if value.eq_ignore_ascii_case("websocket") => Self::WebSocket,
            _ if value.eq_ignore_ascii_case("h2c") => Self::H2c,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicting_content_lengths_are_invalid() {
        for (values, length) in [
            (&["5"][..], ContentLength::Bytes(5)),
            (&["5", "5"], ContentLength::Bytes(5)),
            (&["5, 5"], ContentLength::Bytes(5)),
            (&["5", "6"], ContentLength::Invalid),
            (&["+5"], ContentLength::Invalid),
            (&[""], ContentLength::Invalid),
            (&["99999999999999999999"], ContentLength::Invalid),
        ] {
            let of = values.iter().fold(ContentLength::Absent, |before, value| before.and(value));
            assert_eq!(of, length, "{values:?}");
        }
    }
}
