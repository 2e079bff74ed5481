//! Detects WebSocket messages that stay incomplete.
//!
//! tungstenite returns only complete messages, and does not report the frames of an incomplete one. So this
//! module parses the frame headers in the bytes that tungstenite reads.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncRead;
use tokio_util::io::InspectReader;

/// A detector of stalled messages: it reports whether the last message that a stream received is incomplete.
#[derive(Debug, Default)]
pub(super) struct MessageProgress {
    /// Sequence number of the incomplete message, counted from 1. 0 if the last message is complete.
    incomplete: Arc<AtomicU64>,
    /// Value of `incomplete` at the last call of [`is_stalled`](Self::is_stalled).
    previous: u64,
}

impl MessageProgress {
    /// Wraps `stream`. Each read from the returned stream updates `self`.
    pub(super) fn observe<S: AsyncRead>(&self, stream: S) -> InspectReader<S, impl FnMut(&[u8]) + use<S>> {
        let incomplete = Arc::clone(&self.incomplete);
        let mut frames = FrameTracker::default();
        InspectReader::new(stream, move |bytes| {
            frames.advance(bytes);
            incomplete.store(if frames.is_open { frames.messages } else { 0 }, Ordering::Relaxed);
        })
    }

    /// Returns `true` if the last message is incomplete, and was already incomplete at the previous call.
    pub(super) fn is_stalled(&mut self) -> bool {
        let incomplete = self.incomplete.load(Ordering::Relaxed);
        incomplete != 0 && mem::replace(&mut self.previous, incomplete) == incomplete
    }
}

/// Parser of frame headers. It does not report invalid frames, because tungstenite detects them and closes
/// the connection.
#[derive(Debug, Default)]
struct FrameTracker {
    /// Header of the current frame: two bytes, up to eight bytes of length, and a mask of four bytes (RFC
    /// 6455, section 5.2).
    header: [u8; 14],
    /// Number of header bytes received.
    received: usize,
    /// Number of payload bytes of the current frame that have not arrived yet.
    missing: u64,
    /// Number of messages that have begun.
    messages: u64,
    /// `true` while the last message is incomplete.
    is_open: bool,
}

const FIN: u8 = 0x80;
const IS_CONTROL: u8 = 0x08;
const IS_MASKED: u8 = 0x80;

impl FrameTracker {
    fn advance(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.missing > 0 {
                let skipped = bytes.len().min(usize::try_from(self.missing).unwrap_or(usize::MAX));
                self.missing -= skipped as u64;
                bytes = &bytes[skipped..];
            } else {
                self.add_to_header(byte);
                bytes = rest;
            }
            if self.missing == 0 && self.received == 0 {
                self.end_frame();
            }
        }
    }

    fn add_to_header(&mut self, byte: u8) {
        self.header[self.received] = byte;
        self.received += 1;
        if self.received == 1 && byte & IS_CONTROL == 0 && !self.is_open {
            self.messages += 1;
            self.is_open = true;
        }
        let length = self.header[1] & !IS_MASKED;
        let extended = match length {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.header[1] & IS_MASKED == 0 { 0 } else { 4 };
        if self.received < 2 || self.received < 2 + extended + mask {
            return;
        }
        let extended_length =
            self.header[2..2 + extended].iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
        self.missing = if extended == 0 { length.into() } else { extended_length };
        self.received = 0;
    }

    fn end_frame(&mut self) {
        // A control frame may stand between the frames of a message, and does not end it.
        if self.header[0] & FIN != 0 && self.header[0] & IS_CONTROL == 0 {
            self.is_open = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a frame as a client sends it, with a mask.
    fn frame(first: u8, length: &[u8], payload: usize) -> Vec<u8> {
        [&[first, length[0] | IS_MASKED], &length[1..], &[1, 2, 3, 4], &vec![FIN; payload]].concat()
    }

    #[test]
    fn incomplete_message_is_detected_for_any_read_size() {
        let frames = [
            (frame(0x81, &[0], 0), false),
            (frame(0x01, &[125], 125), true),
            (frame(0x89, &[1], 1), true),
            (frame(0x00, &[0], 0), true),
            (frame(0x80, &[126, 0x01, 0x02], 0x102), false),
            (frame(0x8a, &[0], 0), false),
            (frame(0x02, &[127, 0, 0, 0, 0, 0, 1, 0, 0], 0x1_0000), true),
            (frame(0x80, &[5], 5), false),
        ];
        for length in [1, 2, 3, 7, 1000, usize::MAX] {
            let mut tracker = FrameTracker::default();
            for (bytes, is_open) in &frames {
                bytes.chunks(length).for_each(|bytes| tracker.advance(bytes));
                assert_eq!(tracker.is_open, *is_open, "{:x?} in reads of {length} bytes", &bytes[..2]);
            }
            assert_eq!(tracker.messages, 3);
        }
        let mut tracker = FrameTracker::default();
        tracker.advance(&frames.map(|(bytes, _)| bytes).concat());
        assert_eq!((tracker.messages, tracker.is_open), (3, false));
    }
}
