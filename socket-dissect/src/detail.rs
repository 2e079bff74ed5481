//! The detail in which the parts describe a message.

use super::text::Limit;

/// The detail in which the parts describe a message. The default fits into a line, and costs least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// `true` to list the header fields of each message.
    pub header_fields: bool,
    /// `true` for the complete text of bodies and messages, up to 256 Ki characters, instead of its first 80 characters.
    pub full_text: bool,
    /// `true` to attach the content of each WebSocket message to its last part.
    pub messages: bool,
}

impl Detail {
    /// Returns the maximum length of the texts of bodies and messages.
    pub(super) fn limit(self) -> Limit {
        if self.full_text { Limit::FULL } else { Limit::SHORT }
    }
}
