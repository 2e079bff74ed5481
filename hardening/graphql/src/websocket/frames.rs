//! Messages that are on their way.
//!
//! The transport gives whole messages, and says nothing of the frames that it has of the next one. So the heads of the
//! frames are looked at here, too, as they come by.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncRead;
use tokio_util::io::InspectReader;

/// Which message is on its way.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// Its number, from 1 on; 0 for none.
    now: Arc<AtomicU64>,
    /// The same, when it was last asked for.
    before: u64,
}

impl Arrival {
    /// Follows the frames that are read from the stream.
    pub(super) fn watch<S: AsyncRead>(&self, stream: S) -> InspectReader<S, impl FnMut(&[u8]) + use<S>> {
        let now = Arc::clone(&self.now);
        let mut frames = Frames::default();
        InspectReader::new(stream, move |bytes| {
            frames.follow(bytes);
            now.store(if frames.is_open { frames.messages } else { 0 }, Ordering::Relaxed);
        })
    }

    /// Whether one and the same message has been on its way since this was last asked.
    pub(super) fn is_stuck(&mut self) -> bool {
        let now = self.now.load(Ordering::Relaxed);
        now != 0 && std::mem::replace(&mut self.before, now) == now
    }
}

/// Where a stream is in its frames, as far as the transport has no objection to them.
#[derive(Debug, Default)]
struct Frames {
    /// The head that is on its way: two bytes, a length of up to eight, and a mask of four (RFC 6455, section 5.2).
    head: [u8; 14],
    filled: usize,
    /// What is missing of the payload behind the last head.
    missing: u64,
    /// Messages that have begun.
    messages: u64,
    /// Whether the last of them has not come to its end.
    is_open: bool,
}

const FIN: u8 = 0x80;
const IS_CONTROL: u8 = 0x08;
const IS_MASKED: u8 = 0x80;

impl Frames {
    fn follow(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.missing > 0 {
                let skipped = bytes.len().min(usize::try_from(self.missing).unwrap_or(usize::MAX));
                self.missing -= skipped as u64;
                bytes = &bytes[skipped..];
            } else {
                self.add_to_head(byte);
                bytes = rest;
            }
            if self.missing == 0 && self.filled == 0 {
                self.end_frame();
            }
        }
    }

    fn add_to_head(&mut self, byte: u8) {
        self.head[self.filled] = byte;
        self.filled += 1;
        if self.filled == 1 && byte & IS_CONTROL == 0 && !self.is_open {
            self.messages += 1;
            self.is_open = true;
        }
        let length = self.head[1] & !IS_MASKED;
        // The length itself, where seven bits do not hold it.
        let behind = match length {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.head[1] & IS_MASKED == 0 { 0 } else { 4 };
        if self.filled < 2 || self.filled < 2 + behind + mask {
            return;
        }
        let longer = self.head[2..2 + behind].iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
        self.missing = if behind == 0 { length.into() } else { longer };
        self.filled = 0;
    }

    /// A control frame may stand between the frames of a message, and does not end it.
    fn end_frame(&mut self) {
        if self.head[0] & FIN != 0 && self.head[0] & IS_CONTROL == 0 {
            self.is_open = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of a client.
    fn frame(first: u8, length: &[u8], payload: usize) -> Vec<u8> {
        [&[first, length[0] | IS_MASKED], &length[1..], &[1, 2, 3, 4], &vec![FIN; payload]].concat()
    }

    #[test]
    fn frames_are_followed_however_they_are_cut() {
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
        for piece in [1, 2, 3, 7, 1000, usize::MAX] {
            let mut follower = Frames::default();
            for (bytes, is_open) in &frames {
                bytes.chunks(piece).for_each(|bytes| follower.follow(bytes));
                assert_eq!(follower.is_open, *is_open, "{:x?} in pieces of {piece}", &bytes[..2]);
            }
            assert_eq!(follower.messages, 3);
        }
        let mut follower = Frames::default();
        follower.follow(&frames.map(|(bytes, _)| bytes).concat());
        assert_eq!((follower.messages, follower.is_open), (3, false));
    }
}
