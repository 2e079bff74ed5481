//! Number of bytes of each class.

use serde::Serialize;

use super::part::{Class, Part};

/// Number of bytes of each [`Class`], which is the purpose of the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BytesByClass {
    /// Bytes that manage the connection and belong to no API call, such as HTTP/2 SETTINGS.
    pub connection: u64,
    /// Bytes that delimit messages: length prefixes, frame headers, chunk headers.
    pub framing: u64,
    /// Bytes of header fields.
    pub headers: u64,
    /// Bytes of message bodies, and encrypted TLS data.
    pub payload: u64,
    /// Bytes of TLS itself: record headers, handshake, alerts. Omitted from JSON if zero.
    #[serde(skip_serializing_if = "is_zero")]
    pub tls: u64,
    /// Bytes that could not be dissected.
    pub unknown: u64,
}

impl BytesByClass {
    /// Adds bytes of one class. Sums saturate, because a trace may contain any number.
    pub fn add(&mut self, class: Class, bytes: u64) {
        let sum = self.sum_mut(class);
        *sum = sum.saturating_add(bytes);
    }

    /// Subtracts `bytes` from the number of one class, but not below zero.
    pub fn subtract(&mut self, class: Class, bytes: u64) {
        let sum = self.sum_mut(class);
        *sum = sum.saturating_sub(bytes);
    }

    fn sum_mut(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::Connection => &mut self.connection,
            Class::Framing => &mut self.framing,
            Class::Headers => &mut self.headers,
            Class::Payload => &mut self.payload,
            Class::Tls => &mut self.tls,
            Class::Unknown => &mut self.unknown,
        }
    }

    /// Adds the bytes of each dissected part to its class.
    pub fn add_parts<'a>(&mut self, parts: impl IntoIterator<Item = &'a Part>) {
        for part in parts {
            self.add(part.class, part.bytes);
        }
    }

    /// Adds the bytes of `other`, class by class.
    pub fn add_all(&mut self, other: &Self) {
        for (class, bytes) in other.by_class() {
            self.add(class, bytes);
        }
    }

    /// Returns the numbers of `self` minus those of `other`, class by class; 0 for a class of which `other`
    /// has more bytes.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self {
            connection: self.connection.saturating_sub(other.connection),
            framing: self.framing.saturating_sub(other.framing),
            headers: self.headers.saturating_sub(other.headers),
            payload: self.payload.saturating_sub(other.payload),
            tls: self.tls.saturating_sub(other.tls),
            unknown: self.unknown.saturating_sub(other.unknown),
        }
    }

    /// Returns the number of bytes of all classes together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_class().into_iter().fold(0, |sum, (_, bytes)| sum.saturating_add(bytes))
    }

    /// Returns each class with its number of bytes.
    #[must_use]
    pub fn by_class(&self) -> [(Class, u64); 6] {
        [
            (Class::Connection, self.connection),
            (Class::Framing, self.framing),
            (Class::Headers, self.headers),
            (Class::Payload, self.payload),
            (Class::Tls, self.tls),
            (Class::Unknown, self.unknown),
        ]
    }
}

fn is_zero(bytes: &u64) -> bool {
    *bytes == 0
}
