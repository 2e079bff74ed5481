//! Moves encrypted bytes to the class of their plaintext, once the plaintext is known.
//!
//! The bytes of a recording are counted separately for each of its named steps. The totals of a step first
//! count encrypted data as payload. If the stream on top of TLS is recorded, too, its plaintext shows the real
//! classes, and the bytes move from payload to those classes. The remaining payload bytes are the overhead of
//! TLS: authentication tags, padding, the encrypted part of the handshake, and alerts. The sum stays equal to
//! the bytes that the socket transferred.

use std::collections::HashMap;

use socket_dissect::{BytesByClass, Class, Layer, Part};
use socket_tap::event::SockId;

use super::step::Steps;

/// The open TLS connections. Their encrypted bytes were counted as payload at first, and are counted again as
/// headers, payload and so on if the plaintext is recorded, too.
#[derive(Debug, Default)]
pub(super) struct Encrypted {
    /// For each TLS socket, its two directions: first to the client, then to the server.
    directions: HashMap<SockId, [Direction; 2]>,
    /// For each stream on top of TLS, the socket below it.
    below: HashMap<SockId, SockId>,
}

/// One direction of a TLS connection.
#[derive(Clone, Copy, Debug, Default)]
struct Direction {
    /// Index in [`Steps`] of the step whose totals count the encrypted bytes as payload.
    step: usize,
    /// Number of encrypted bytes that have not been matched to plaintext yet.
    unresolved: u64,
    /// Number of plaintext bytes of each class that have not been matched to encrypted bytes yet.
    pending: BytesByClass,
    /// `true` if the stream on top of TLS is recorded.
    has_plaintext: bool,
}

impl Encrypted {
    /// Registers that the stream `above` runs on top of the socket `below`.
    pub(super) fn adopt(&mut self, above: SockId, below: SockId) {
        self.below.insert(above, below);
        for direction in self.directions.entry(below).or_default() {
            direction.has_plaintext = true;
        }
    }

    /// Adds the dissected parts of a read or write: plaintext if `sock` is a stream on top of TLS, encrypted
    /// data if it is the TLS socket. Ignores sockets without TLS.
    pub(super) fn transfer(&mut self, sock: SockId, to_server: bool, parts: &[Part], steps: &mut Steps) {
        if let Some(below) = self.below.get(&sock) {
            if let Some(direction) =
                self.directions.get_mut(below).and_then(|both| both.get_mut(usize::from(to_server)))
            {
                direction.pending.add_parts(parts);
                direction.reclassify(to_server, steps);
            }
        } else if parts.iter().any(|part| part.layer == Layer::Tls) {
            let encrypted =
                parts.iter().filter(|part| part.layer == Layer::Tls && part.class == Class::Payload);
            let bytes = encrypted.map(|part| part.bytes).fold(0, u64::saturating_add);
            let [client_bound, server_bound] = self.directions.entry(sock).or_default();
            let direction = if to_server { server_bound } else { client_bound };
            direction.add(bytes, to_server, steps);
        }
    }

    /// Ends a TLS connection. If the stream on top of TLS was recorded, counts the encrypted bytes that
    /// matched no plaintext as overhead of TLS.
    pub(super) fn close(&mut self, sock: SockId, steps: &mut Steps) {
        self.below.remove(&sock);
        for (to_server, direction) in
            [false, true].into_iter().zip(self.directions.remove(&sock).into_iter().flatten())
        {
            direction.finish(to_server, steps);
        }
    }

    /// Ends all TLS connections that are still open at the end of the trace, as [`close`](Self::close) does.
    pub(super) fn finish(&mut self, steps: &mut Steps) {
        let open: Vec<SockId> = self.directions.keys().copied().collect();
        open.into_iter().for_each(|sock| self.close(sock, steps));
    }
}

impl Direction {
    fn add(&mut self, bytes: u64, to_server: bool, steps: &mut Steps) {
        if self.step != steps.current_index() {
            self.finish(to_server, steps);
            (self.step, self.unresolved) = (steps.current_index(), 0);
        }
        self.unresolved = self.unresolved.saturating_add(bytes);
        self.reclassify(to_server, steps);
    }

    /// Moves encrypted bytes, which were counted as payload, to the classes of the plaintext: from 100
    /// encrypted and 80 plaintext bytes, it moves 80.
    fn reclassify(&mut self, to_server: bool, steps: &mut Steps) {
        for (class, bytes) in self.pending.by_class() {
            let resolved = bytes.min(self.unresolved);
            self.unresolved -= resolved;
            self.pending.subtract(class, resolved);
            steps.at(self.step).reclassify_payload(to_server, class, resolved);
        }
    }

    /// If the stream on top of TLS is recorded, counts the encrypted bytes that matched no plaintext as
    /// overhead of TLS.
    fn finish(&self, to_server: bool, steps: &mut Steps) {
        if self.has_plaintext {
            steps.at(self.step).reclassify_payload(to_server, Class::Tls, self.unresolved);
        }
    }
}
