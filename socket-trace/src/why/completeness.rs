//! What the recordings of a connection show, and what they cannot show.

use socket_tap::format::Side;

use super::calls::Knowledge;
use super::connection::Facts;

impl Facts {
    /// Returns `true` if a recording has this end of the connection.
    pub(super) fn is_recorded(&self, side: Side) -> bool {
        self.ends.iter().any(|end| end.side == side)
    }

    /// Returns `true` if no recording of the connection has payload.
    pub(super) fn lacks_payload(&self) -> bool {
        !self.has_payload.client && !self.has_payload.server
    }

    /// Returns `true` if the messages are not known, because they are encrypted, were not recorded, or have an unknown
    /// protocol.
    pub(super) fn is_blind(&self) -> bool {
        self.has_gap
            || self.lacks_payload()
            || self.has_unknown
            || matches!(self.protocol, None | Some("TLS"))
    }

    /// Returns `true` if the recording of an end has payload that is not encrypted. The other end may be recorded without
    /// encryption.
    fn is_readable(&self, side: Side) -> bool {
        *self.has_payload.get(side) && (!self.has_tls.get(side) || *self.has_layer.get(side))
    }

    /// Returns `true` if the server's recording has every byte that its program read.
    fn has_complete_server(&self) -> bool {
        let is_open = self.open.values().any(|side| *side == Side::Server);
        self.is_readable(Side::Server)
            && !self.is_blind()
            && !self.is_adopted
            && !self.is_released
            && !is_open
    }

    /// Returns what the recordings show about the requests.
    pub(super) fn knowledge(&self) -> Knowledge {
        let is_readable = !self.has_gap && !self.has_unknown;
        Knowledge {
            // Without a readable end, the client's still shows the calls before the encryption.
            client_recorded: self.has_payload.client
                && (self.is_readable(Side::Client) || !self.is_readable(Side::Server)),
            server_complete: self.has_complete_server(),
            is_readable: is_readable && !self.is_released && self.open.is_empty(),
            numbers_agree: is_readable && !self.is_adopted,
            last_stream: self.goaway(Side::Server).and_then(|goaway| goaway.last_stream),
        }
    }
}
