//! The token in the URL of the live page.
//!
//! Recordings are readable by their owner only, but every user of this machine can connect to a loopback
//! address. So the page requires a token, which only the workshop's output contains.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Environment variable with the token, for those who want the same URL at each start. Unlike a flag, it is not visible
/// to other users.
const VARIABLE: &str = "WORKSHOP_TOKEN";

/// Number of random bytes in a token.
const RANDOM_BYTES: usize = 16;

/// Minimum length of a token from the environment.
const MIN_LENGTH: usize = 16;

/// A secret. A request with it may read the recordings and make calls through the live page.
#[derive(Clone)]
pub struct Token(Arc<str>);

impl Token {
    /// Returns the token in the environment variable `WORKSHOP_TOKEN`, or a random one.
    ///
    /// # Errors
    /// If the variable contains an invalid token, or the system provides no random numbers.
    pub fn from_environment() -> io::Result<Self> {
        match std::env::var_os(VARIABLE) {
            None => Self::random(),
            Some(token) => {
                let token = token.into_string().unwrap_or_default();
                let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                if token.len() >= MIN_LENGTH && token.bytes().all(is_valid) {
                    return Ok(Self(token.into()));
                }
                let why = format!(
                    "the environment variable {VARIABLE} is not a token; use at least {MIN_LENGTH} letters, digits, \
                     hyphens or underscores, or unset it"
                );
                Err(io::Error::new(io::ErrorKind::InvalidInput, why))
            }
        }
    }

    /// Returns a random token.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(bytes.map(|byte| format!("{byte:02x}")).concat().into()))
    }

    /// Returns `true` if `given` is this token. Takes the same time for all values of the same length.
    pub(crate) fn is(&self, given: &str) -> bool {
        let different =
            self.0.bytes().zip(given.bytes()).fold(0, |found, (own, other)| found | (own ^ other));
        self.0.len() == given.len() && different == 0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Does not contain the token, which must not end up in a log.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
