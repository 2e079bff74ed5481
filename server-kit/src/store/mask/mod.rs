//! A mask that keeps the authentication with PostgreSQL out of captured payload.

mod frame;

use frame::{Field, Message, Position};
use socket_tap::PayloadMask;

/// Types of the messages that a client may send before the server is ready, apart from [`PASSWORD`]. A client
/// may send queries without waiting until the server is ready, so the types of queries are among them.
const CLIENT_TYPES: &[u8] = b"QPBDESCHFXdcf";
/// The client's PasswordMessage, SASLInitialResponse, SASLResponse and GSSResponse.
const PASSWORD: u8 = b'p';
/// Types of the messages that a server may send before it is ready: Authentication, BackendKeyData, ParameterStatus,
/// ReadyForQuery, ErrorResponse, NoticeResponse, NegotiateProtocolVersion and NotificationResponse.
const SERVER_TYPES: &[u8] = b"RKSZENvA";

/// A mask for the authentication on a client's connection to PostgreSQL.
///
/// It overwrites with `*`, until the server is ready for queries:
///
/// - the client's passwords and SASL and GSS responses (`p`)
/// - the contents of the server's authentication requests (`R`), such as salts, but not their kind
/// - the secret key that cancels queries, in BackendKeyData (`K`) and CancelRequest
/// - all further bytes of a direction, from the first that is not part of the protocol's version 3
///
/// Encrypted bytes stay unchanged: the mask ends when the server accepts an SSLRequest or a GSSENCRequest.
///
/// ```
/// use server_kit::store::AuthenticationMask;
/// use socket_tap::{Tap, TapStream};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let (tap, address) = (Tap::off(), listener.local_addr()?);
/// let stream = TapStream::connect(&tap, address).await?;
/// stream.mask_payload(AuthenticationMask::new());
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct AuthenticationMask {
    client: Position,
    server: Position,
    /// Type of the client's latest message after the StartupMessage. `None` before the first such message.
    client_type: Option<u8>,
    /// The byte with which the server would accept the encryption that the client has requested: `S` for TLS,
    /// `G` for GSSAPI. `None` if the client is not waiting for this byte.
    accepts_encryption: Option<u8>,
}

impl AuthenticationMask {
    /// Creates a mask for a connection on which no byte has been transferred.
    #[must_use]
    pub fn new() -> Self {
        Self {
            client: Position::Length(Message::Startup, Field::default()),
            server: Position::Type,
            client_type: None,
            accepts_encryption: None,
        }
    }

    /// Processes a byte from the client. Returns the client's next position, and `true` if the byte is
    /// recorded unmasked. Returns `None` if the byte is not part of the protocol.
    fn client_byte(&mut self, byte: u8) -> Option<(Position, bool)> {
        let next = match self.client {
            Position::Type if byte == PASSWORD || CLIENT_TYPES.contains(&byte) => {
                self.client_type = Some(byte);
                if self.is_server_ready() && byte != PASSWORD {
                    Position::Clear
                } else {
                    Position::Length(Message::Client(byte), Field::default())
                }
            }
            Position::Type => return None,
            Position::Code(code, left) => {
                let code = code.push(byte).filter(|code| code.is_startup_code())?;
                match code.complete() {
                    None => Position::Code(code, left),
                    Some(code) => self.startup(code, left)?,
                }
            }
            position => return position.next(byte),
        };
        Some((next, true))
    }

    /// Returns the client's position after `code`, the code of an untyped message such as a StartupMessage.
    /// `left` is the number of bytes that follow the code. Returns `None` if the client must not send such a
    /// message.
    fn startup(&mut self, code: u32, left: u32) -> Option<Position> {
        let accepts = match code {
            frame::SSL_REQUEST => b'S',
            frame::GSS_REQUEST => b'G',
            frame::CANCEL_REQUEST => return Message::Cancel.body(left),
            _ => return Message::Startup.body(left),
        };
        // Without a response to the first request, the byte that accepts the second is ambiguous.
        let is_expected = left == 0 && self.accepts_encryption.replace(accepts).is_none();
        is_expected.then_some(Position::Length(Message::Startup, Field::default()))
    }

    /// Processes a byte from the server, like [`client_byte`](Self::client_byte).
    fn server_byte(&mut self, byte: u8) -> Option<(Position, bool)> {
        let next = match (self.server, self.accepts_encryption) {
            (Position::Type, Some(accepts)) => {
                self.accepts_encryption = None;
                match byte {
                    b'N' => Position::Type,
                    b'E' => Position::Length(Message::Server(byte), Field::default()),
                    _ if byte == accepts => {
                        self.client = Position::Clear;
                        Position::Clear
                    }
                    _ => return None,
                }
            }
            (Position::Type, None) if SERVER_TYPES.contains(&byte) => {
                Position::Length(Message::Server(byte), Field::default())
            }
            (Position::Type, None) => return None,
            (position, _) => return position.next(byte),
        };
        Some((next, true))
    }

    fn is_server_ready(&self) -> bool {
        matches!(self.server, Position::Clear)
    }
}

impl Default for AuthenticationMask {
    fn default() -> Self {
        Self::new()
    }
}

impl PayloadMask for AuthenticationMask {
    fn mask_write(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            let (next, is_shown) = self.client_byte(*byte).unwrap_or((Position::Unknown, false));
            self.client = next;
            if !is_shown {
                *byte = b'*';
            }
        }
    }

    fn mask_read(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            let (next, is_shown) = self.server_byte(*byte).unwrap_or((Position::Unknown, false));
            self.server = next;
            if !is_shown {
                *byte = b'*';
            }
        }
    }

    /// Returns `true` after the server is ready and the client has sent a message other than a password. The
    /// server's message alone does not suffice, because the mask may see it before the client's last
    /// password.
    fn is_finished(&self) -> bool {
        let client_is_past = match self.client {
            Position::Clear => true,
            Position::Unknown => false,
            _ => self.client_type.is_some_and(|kind| kind != PASSWORD),
        };
        self.is_server_ready() && client_is_past
    }
}

#[cfg(test)]
mod tests;
