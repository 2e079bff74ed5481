//! State of a PostgreSQL connection that both of its directions read and update.

use super::super::context::Context;
use super::super::direction::Direction;
use super::super::part::Class;
use super::exchanges::Exchanges;
use super::kind::Kind;
use super::statements::Statements;

/// State of a PostgreSQL connection that both of its directions read and update.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) stage: Stage,
    /// The client's request for encryption, until the server answers it.
    pub(super) encryption: Option<Encryption>,
    /// Name of the message in which the client will respond to the server's last authentication request.
    pub(super) authentication_response: Option<&'static str>,
    pub(super) prepared: Statements,
    pub(super) portals: Statements,
    pub(super) exchanges: Exchanges,
}

impl Session {
    /// Returns the number of the API call to which a message belongs. A request may begin a call.
    ///
    /// # Errors
    /// The reason, if too many calls have no response.
    pub(super) fn call(
        &mut self,
        direction: Direction,
        kind: Kind,
        context: &mut Context<'_>,
    ) -> Result<Option<u64>, &'static str> {
        if kind.class() == Class::Connection || kind == Kind::NotificationResponse {
            return Ok(None);
        }
        match direction {
            // Without a call, the `COPY` has failed already.
            Direction::ToServer if kind.is_copy() => Ok(self.exchanges.current()),
            Direction::ToServer => {
                // A client sends its first request after the end of the start-up.
                self.stage = Stage::Started;
                self.exchanges.request(context)
            }
            Direction::ToClient => Ok(self.exchanges.current()),
        }
    }
}

/// Stage of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// The client has not sent its `StartupMessage`.
    #[default]
    Beginning,
    /// The server has not sent its first `ReadyForQuery`.
    Starting,
    /// Statements are executed.
    Started,
}

/// A request for encryption, which the server answers with one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Tls,
    Gssapi,
}
