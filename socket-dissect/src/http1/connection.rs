//! Dissects both directions of an HTTP/1.1 connection.

use super::super::content::Content;
use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::{Direction, PerDirection};
use super::super::grpc;
use super::super::outcome::{Next, Outcome};
use super::body::{self, Body};
use super::exchanges::{Exchanges, Method};
use super::fields::{Fields, Upgrade};
use super::head::{self, Beginning, Head, HeadReader};
use super::length;
use super::parsed_start_line::StartLine;
use super::start_line;

/// An HTTP/1.1 connection.
#[derive(Debug, Default)]
pub(in super::super) struct Http1 {
    exchanges: Exchanges,
    readers: PerDirection<Reader>,
}

/// Reads the messages of one direction.
#[derive(Debug, Default)]
struct Reader {
    head: HeadReader,
    /// The body of the current message; `None` until its head is complete.
    body: Option<Body>,
    /// The API call to which the current message belongs.
    call: Option<u64>,
}

impl Http1 {
    /// Dissects the next bytes of a direction into parts of messages.
    pub(in super::super) fn dissect(
        &mut self,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Outcome {
        while !data.is_empty() {
            let read = match &self.readers.get(context.direction).body {
                Some(_) => self.read_body(data, context),
                None => self.read_head(data, context),
            };
            if let Some(outcome) = read {
                return outcome;
            }
        }
        Outcome::Done
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a message. Returns `true` on success.
    pub(in super::super) fn resume(&mut self, bytes: &[u8], context: &mut Context<'_>) -> bool {
        let resumes = match context.direction {
            Direction::ToServer => start_line::is_likely_request(bytes),
            Direction::ToClient => start_line::may_be_status(bytes) && self.exchanges.can_resume(),
        };
        if resumes && context.direction == Direction::ToServer && self.readers.to_server.call.is_some() {
            // The previous request ended in the unrecorded bytes.
            self.end_message(context);
        }
        if resumes {
            *self.readers.get_mut(context.direction) = Reader::default();
        }
        resumes
    }

    fn read_body(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) -> Option<Outcome> {
        let reader = self.readers.get_mut(context.direction);
        match reader.body.as_mut()?.read(data, reader.call, context) {
            body::Progress::Incomplete => {}
            body::Progress::Complete => self.end_message(context),
            body::Progress::Lost(reason) => return Some(Outcome::Lost(reason)),
        }
        None
    }

    fn read_head(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) -> Option<Outcome> {
        if !self.readers.get(context.direction).head.has_begun() {
            match head::beginning(data, context) {
                Beginning::EmptyLines => return None,
                Beginning::Other(reason) => return Some(Outcome::Lost(reason)),
                Beginning::Head => {}
            }
            match self.begin_message(context) {
                Ok(call) => self.readers.get_mut(context.direction).call = call,
                Err(reason) => return Some(Outcome::Lost(reason)),
            }
        }
        let reader = self.readers.get_mut(context.direction);
        match reader.head.read(data, reader.call, context) {
            head::Progress::Incomplete => None,
            head::Progress::Complete(head) => self.head_complete(head, context),
            head::Progress::Lost(reason) => Some(Outcome::Lost(reason)),
        }
    }

    /// Returns the number of the API call to which a new message belongs. A request begins a call.
    fn begin_message(&mut self, context: &mut Context<'_>) -> Result<Option<u64>, &'static str> {
        match context.direction {
            Direction::ToServer if self.exchanges.is_full() && !context.opposite_lost => {
                Err("too many pipelined requests")
            }
            Direction::ToServer => {
                if context.opposite_lost {
                    // The ends of responses that cannot be dissected are never seen.
                    self.exchanges.abandon(|call| context.calls.end(call));
                }
                let call = context.calls.begin(String::new(), context.t);
                self.exchanges.begin(call, context.opposite_lost);
                Ok(call)
            }
            // A request that was not recorded may be a HEAD, whose response has no body.
            Direction::ToClient if self.exchanges.is_empty() && context.opposite_unrecorded => {
                Err("the response to an unknown request")
            }
            Direction::ToClient => Ok(self.exchanges.call()),
        }
    }

    /// Updates the API call with a complete head, and prepares to read the body, or the next message if
    /// the body is absent.
    fn head_complete(&mut self, head: Head, context: &mut Context<'_>) -> Option<Outcome> {
        let call = self.readers.get(context.direction).call;
        let is_request = context.direction == Direction::ToServer;
        context.output.set_violation(length::violation(&head.fields, is_request));
        let (media, encoding) = (head.fields.media.clone(), head.fields.encoding);
        let (length, content) = match head.start_line {
            StartLine::Request { method, operation, graphql, path } => {
                context.calls.set_operation(call, operation);
                if let Some(user_agent) = &head.fields.user_agent {
                    context.calls.set_user_agent(call, user_agent.clone());
                }
                if let Some(request) = graphql {
                    context.calls.set_graphql_operation(call, request.operation);
                }
                self.exchanges.set_method(call, method);
                let content = match media.grpc() {
                    Some(codec) => {
                        let method = grpc::Method::of(&path, context.contracts);
                        context.calls.set_operation(call, method.name().to_owned());
                        let (of, coding) = (method.request(), head.fields.grpc_encoding);
                        self.exchanges.set_grpc(call, method);
                        let format = grpc::Format::new(codec, of, coding, context.limit);
                        Content::of_grpc(media, format, context.limit)
                    }
                    None => Content::of_request(media, encoding, context.limit),
                };
                (length::of_request(&head.fields), content)
            }
            StartLine::Status { code } => {
                context.calls.set_status(call, code.to_string());
                let method = self.exchanges.method();
                match code {
                    101 => return Some(switch(&head.fields, call, context)),
                    // The final response follows an interim one.
                    100..200 => return None,
                    200..300 if method == Method::Connect => {
                        context.calls.end(call);
                        return Some(Outcome::Switch(Next::Tunnel));
                    }
                    _ => {}
                }
                let is_graphql = context.calls.is_graphql(call);
                let content = match (media.grpc(), self.exchanges.grpc()) {
                    (Some(codec), Some(method)) => {
                        if let Some(status) = head.fields.grpc_status {
                            context.calls.set_status(call, status.to_string());
                        }
                        let coding = head.fields.grpc_encoding;
                        let format = grpc::Format::new(codec, method.response(), coding, context.limit);
                        Content::of_grpc(media, format, context.limit)
                    }
                    _ => Content::of_response(media, encoding, is_graphql, context.limit),
                };
                (length::of_response(&head.fields, code, method), content)
            }
        };
        match length.map(|length| Body::new(length, content)) {
            Ok(Some(body)) => self.readers.get_mut(context.direction).body = Some(body),
            Ok(None) => self.end_message(context),
            Err(reason) => return Some(Outcome::Lost(reason)),
        }
        None
    }

    fn end_message(&mut self, context: &mut Context<'_>) {
        let reader = self.readers.get_mut(context.direction);
        reader.body = None;
        let call = reader.call.take();
        let call_ends = match context.direction {
            Direction::ToServer => self.exchanges.end_request(call),
            Direction::ToClient => self.exchanges.end_response(),
        };
        if call_ends {
            context.calls.end(call);
        }
    }
}

/// Returns the protocol to which a response with the status 101 switches the connection.
fn switch(fields: &Fields, call: Option<u64>, context: &mut Context<'_>) -> Outcome {
    Outcome::Switch(match (fields.upgrade, fields.subprotocol) {
        (Some(Upgrade::H2c), _) => Next::Http2Upgraded(call),
        (Some(Upgrade::WebSocket), None) => Next::WebSocket(call, fields.deflate),
        (upgrade, _) => {
            context.calls.end(call);
            match upgrade {
                Some(Upgrade::WebSocket) => Next::GraphqlWebSocket(fields.deflate),
                _ => Next::Unsupported("a protocol other than HTTP/1.1"),
            }
        }
    })
}
