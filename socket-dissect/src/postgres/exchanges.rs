//! Requests whose responses are incomplete. Responses arrive in the order of the requests.

use std::collections::VecDeque;

use super::super::context::Context;
use super::statements::Statement;

/// Maximum number of requests on one connection whose responses are incomplete.
const MAX_PENDING: usize = 1_000;
/// Maximum number of statements that are kept for each request until the server has responded to them.
const MAX_EXECUTIONS: usize = 256;

/// A request whose response is incomplete. The request may consist of several messages.
#[derive(Debug, Default)]
struct Exchange {
    call: Option<u64>,
    /// `true` if the request is complete: its last message is `Sync`, `Query` or `FunctionCall`. The next
    /// message begins another request.
    is_requested: bool,
    /// Statements to which the server has not responded, in order of execution. `None` stands for an unknown
    /// statement.
    executions: VecDeque<Option<Statement>>,
    precision: Precision,
    has_status: bool,
    has_failed: bool,
}

/// Precision of the operation of an API call, from the lowest to the highest. It depends on the message from
/// which the operation was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    #[default]
    Unknown,
    /// Read from a message that neither prepares nor executes a statement. The operation is the message's
    /// name, such as `Describe portal`.
    Named,
    /// Read from a `Parse` message, which prepares a statement.
    Prepared,
    /// Read from a message that executes a statement, such as `Query`.
    Executed,
}

/// The requests of a connection whose responses are incomplete, oldest first.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    pending: VecDeque<Exchange>,
    /// `true` if the server has sent anything since the last request ended.
    is_answered: bool,
    /// `true` if the client may have begun a call before the response to its previous call ended.
    is_pipelined: bool,
}

impl Exchanges {
    /// Returns the number of the API call to which a request message belongs. The message may begin a call.
    ///
    /// # Errors
    /// The reason, if too many calls have no response.
    pub(super) fn request(&mut self, context: &mut Context<'_>) -> Result<Option<u64>, &'static str> {
        if let Some(last) = self.pending.back().filter(|last| !last.is_requested) {
            return Ok(last.call);
        }
        if !self.pending.is_empty() {
            self.is_pipelined |= !context.opposite_lost || !self.is_answered;
        }
        if context.opposite_lost {
            // The ends of responses that cannot be dissected are never seen.
            self.pending.drain(..).for_each(|exchange| context.calls.end(exchange.call));
        }
        if self.pending.len() >= MAX_PENDING {
            return Err("too many pipelined requests");
        }
        let call = context.calls.begin(String::new(), context.t);
        self.pending.push_back(Exchange { call, ..Exchange::default() });
        Ok(call)
    }

    /// Returns the number of the API call to which the server is currently responding.
    pub(super) fn current(&self) -> Option<u64> {
        self.pending.front().and_then(|exchange| exchange.call)
    }

    /// Sets the operation of the call that began last. Does nothing if the current operation was read from a
    /// message of the same or a higher precision.
    pub(super) fn set_operation(
        &mut self,
        operation: String,
        precision: Precision,
        context: &mut Context<'_>,
    ) {
        if let Some(last) = self.pending.back_mut().filter(|last| last.precision < precision) {
            last.precision = precision;
            context.calls.set_operation(last.call, operation);
        }
    }

    /// Records that the call that began last executes `statement`, which is `None` if it is unknown.
    pub(super) fn execute(&mut self, statement: Option<Statement>) {
        let last = self.pending.back_mut();
        if let Some(last) = last.filter(|last| last.executions.len() < MAX_EXECUTIONS) {
            last.executions.push_back(statement);
        }
    }

    /// Marks the request of the call that began last as complete.
    pub(super) fn end_request(&mut self) {
        if let Some(last) = self.pending.back_mut() {
            last.is_requested = true;
            self.is_answered = false;
        }
    }

    /// Records that the server has sent bytes since the last request ended.
    pub(super) fn observe_response(&mut self) {
        self.is_answered = true;
    }

    /// Returns the statement that the server has just executed for the current call. Removes the statement if
    /// others follow. The last one is kept, because a simple query is stored as one statement, although the
    /// server completes each of its SQL commands separately.
    pub(super) fn complete(&mut self) -> Option<Statement> {
        let executions = &mut self.pending.front_mut()?.executions;
        match executions.len() {
            1 => executions.front().cloned().flatten(),
            _ => executions.pop_front().flatten(),
        }
    }

    /// Sets the status of the current call, unless it has failed.
    pub(super) fn set_status(&mut self, status: String, context: &mut Context<'_>) {
        if let Some(current) = self.pending.front_mut().filter(|current| !current.has_failed) {
            current.has_status = true;
            context.calls.set_status(current.call, status);
        }
    }

    /// Sets the status of the current call to an error, and removes its remaining statements, which the
    /// server does not execute.
    pub(super) fn fail(&mut self, status: String, context: &mut Context<'_>) {
        self.set_status(status, context);
        if let Some(current) = self.pending.front_mut() {
            current.has_failed = true;
            current.executions.clear();
        }
    }

    /// Ends the current call.
    pub(super) fn end_response(&mut self, context: &mut Context<'_>) {
        let Some(current) = self.pending.pop_front() else { return };
        if !current.has_status {
            context.calls.set_status(current.call, "OK".to_owned());
        }
        context.calls.end(current.call);
        self.is_pipelined &= !self.pending.is_empty();
    }

    /// Returns `true` if the dissection of responses can resume, because at most one request is pending and
    /// the next response can only belong to it.
    pub(super) fn can_resume(&self) -> bool {
        !self.is_pipelined && self.pending.len() <= 1
    }
}
