//! HTTP/1.1, RFC 9112.
//!
//! # Layout
//!
//! - `head`: a request or status line, and the fields after it
//! - `fields`: those that say how the message goes on
//! - `length`: how long a message's body is
//! - `body`: the body, piece by piece
//! - `chunked`: a body in chunks
//! - `exchange`: requests that wait for their answers

mod body;
mod chunked;
mod exchange;
mod fields;
mod head;
mod length;

use super::chunk::Chunk;
use super::content::Content;
use super::http2::Http2;
use super::protocol::{Context, Outcome, Protocol};
use super::way::{Way, Ways};
use super::websocket::WebSocket;
use body::Body;
use exchange::{Exchanges, Method};
use fields::{Fields, Upgrade};
use head::{Beginning, Head, HeadReader, Start};

/// One connection that speaks HTTP/1.1.
#[derive(Debug, Default)]
pub(super) struct Http1 {
    exchanges: Exchanges,
    readers: Ways<Reader>,
}

/// One direction: messages one behind the other.
#[derive(Debug, Default)]
struct Reader {
    head: HeadReader,
    /// The body that is being read; `None` while a head is.
    body: Option<Body>,
    /// The call that the message belongs to.
    call: Option<u64>,
}

impl Http1 {
    /// Says what the bytes are.
    pub(super) fn carry(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Outcome {
        while !chunk.is_empty() {
            let read = match &self.readers.get(way).body {
                Some(_) => self.read_body(way, chunk, context),
                None => self.read_head(way, chunk, context),
            };
            if let Some(outcome) = read {
                return outcome;
            }
        }
        Outcome::Done
    }

    /// Goes on with a message after a hole, when the bytes begin as one does.
    pub(super) fn resume(&mut self, way: Way, bytes: &[u8], context: &mut Context<'_>) -> bool {
        let resumes = match way {
            Way::ToServer => head::is_request(bytes),
            Way::ToClient => head::is_response(bytes) && self.exchanges.resume(),
        };
        if resumes && way == Way::ToServer && self.readers.to_server.call.is_some() {
            // The one before has ended in the hole.
            self.message_ends(way, context);
        }
        if resumes {
            *self.readers.get_mut(way) = Reader::default();
        }
        resumes
    }

    fn read_body(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Option<Outcome> {
        let reader = self.readers.get_mut(way);
        match reader.body.as_mut()?.read(chunk, reader.call, context) {
            body::Read::More => {}
            body::Read::Ended => self.message_ends(way, context),
            body::Read::Lost(why) => return Some(Outcome::Lost(why)),
        }
        None
    }

    fn read_head(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Option<Outcome> {
        if !self.readers.get(way).head.has_begun() {
            match head::beginning(way, chunk, context) {
                Beginning::EmptyLines => return None,
                Beginning::Other(why) => return Some(Outcome::Lost(why)),
                Beginning::Head => {}
            }
            match self.call(way, context) {
                Ok(call) => self.readers.get_mut(way).call = call,
                Err(why) => return Some(Outcome::Lost(why)),
            }
        }
        let reader = self.readers.get_mut(way);
        match reader.head.read(way, chunk, reader.call, context) {
            head::Read::More => None,
            head::Read::Whole(head) => self.message_begins(way, head, context),
            head::Read::Lost(why) => Some(Outcome::Lost(why)),
        }
    }

    /// The call that a message belongs to which begins now.
    fn call(&mut self, way: Way, context: &mut Context<'_>) -> Result<Option<u64>, &'static str> {
        match way {
            Way::ToServer if self.exchanges.is_full() && !context.back_is_lost => {
                Err("too many requests wait for their answers")
            }
            Way::ToServer => {
                if context.back_is_lost {
                    // Of answers that cannot be followed no end is seen.
                    self.exchanges.give_up(|call| context.calls.end(call));
                }
                let call = context.calls.begin(String::new(), context.t);
                self.exchanges.begin(call, context.back_is_lost);
                Ok(call)
            }
            Way::ToClient if self.exchanges.is_empty() && context.back_is_lost => {
                Err("the answer to a request that is not known")
            }
            Way::ToClient => Ok(self.exchanges.call()),
        }
    }

    /// A head is complete: a body follows, or the next message.
    fn message_begins(&mut self, way: Way, head: Head, context: &mut Context<'_>) -> Option<Outcome> {
        let call = self.readers.get(way).call;
        let (media, encoding) = (head.fields.media.clone(), head.fields.encoding);
        let (length, content) = match head.start {
            Start::Request { method, operation, asked } => {
                context.calls.name(call, operation);
                if let Some(request) = asked {
                    context.calls.ask_in_graphql(call, request.operation);
                }
                self.exchanges.learn(call, method);
                (length::of_request(&head.fields), Content::of_request(media, encoding))
            }
            Start::Status { code } => {
                context.calls.status(call, code.to_string());
                let method = self.exchanges.method();
                match code {
                    101 => return Some(switch(&head.fields, call, context)),
                    // An interim answer: the answer is still to come.
                    100..200 => return None,
                    200..300 if method == Method::Connect => return Some(tunnel(call, context)),
                    _ => {}
                }
                let in_graphql = context.calls.is_in_graphql(call);
                let content = Content::of_response(media, encoding, in_graphql);
                (length::of_response(&head.fields, code, method), content)
            }
        };
        match length.map(|length| Body::new(length, content)) {
            Ok(Some(body)) => self.readers.get_mut(way).body = Some(body),
            Ok(None) => self.message_ends(way, context),
            Err(why) => return Some(Outcome::Lost(why)),
        }
        None
    }

    fn message_ends(&mut self, way: Way, context: &mut Context<'_>) {
        let reader = self.readers.get_mut(way);
        reader.body = None;
        let call = reader.call.take();
        let call_ends = match way {
            Way::ToServer => self.exchanges.request_ends(call),
            Way::ToClient => self.exchanges.response_ends(),
        };
        if call_ends {
            context.calls.end(call);
        }
    }
}

/// What follows an answer that takes up the offer of another protocol.
fn switch(fields: &Fields, call: Option<u64>, context: &mut Context<'_>) -> Outcome {
    Outcome::Switch(match (fields.upgrade, fields.subprotocol) {
        (Some(Upgrade::H2c), _) => Protocol::Http2(Box::new(Http2::upgraded(call))),
        (Some(Upgrade::WebSocket), None) => Protocol::WebSocket(Box::new(WebSocket::new(call))),
        (upgrade, _) => {
            context.calls.end(call);
            match upgrade {
                Some(Upgrade::WebSocket) => Protocol::WebSocket(Box::new(WebSocket::with_graphql())),
                _ => Protocol::Other("another protocol than HTTP/1.1"),
            }
        }
    })
}

/// What follows an answer to CONNECT: a connection of its own.
fn tunnel(call: Option<u64>, context: &mut Context<'_>) -> Outcome {
    context.calls.end(call);
    Outcome::Switch(Protocol::Undecided { whole: true })
}

#[cfg(test)]
mod tests;
