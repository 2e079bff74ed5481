//! The detail in which the parts describe a message.

use super::text::Limit;

/// The detail in which the parts describe a message. The default fits into a line, and costs least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// `true` to list the header fields of each message.
    pub header_fields: bool,
    /// `true` to list at least those of HTTP/1.1 that decide how long a connection lasts: `Connection`, `Keep-Alive`,
    /// `Content-Length` and `Transfer-Encoding`. It costs less than all fields.
    pub connection_fields: bool,
    /// `true` for the complete text of bodies and messages, up to 256 Ki characters, instead of its first 80 characters.
    pub full_text: bool,
    /// `true` to attach the content of each WebSocket message to its last part.
    pub messages: bool,
}

/// The header fields of HTTP/1.1 that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListedFields {
    None,
    OfConnection,
    All,
}

impl ListedFields {
    /// Returns `true` if the field with this name is listed.
    pub(super) fn includes(self, name: &str) -> bool {
        const OF_CONNECTION: [&str; 4] = ["connection", "keep-alive", "content-length", "transfer-encoding"];
        match self {
            Self::None => false,
            Self::OfConnection => OF_CONNECTION.iter().any(|field| name.eq_ignore_ascii_case(field)),
            Self::All => true,
        }
    }
}

impl Detail {
    /// Returns the header fields of HTTP/1.1 that are listed.
    pub(super) fn listed_fields(self) -> ListedFields {
        match (self.header_fields, self.connection_fields) {
            (true, _) => ListedFields::All,
            (false, true) => ListedFields::OfConnection,
            (false, false) => ListedFields::None,
        }
    }

    /// Returns the maximum length of the texts of bodies and messages.
    pub(super) fn limit(self) -> Limit {
        if self.full_text { Limit::FULL } else { Limit::SHORT }
    }
}
