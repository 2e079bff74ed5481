//! Decompression of messages: permessage-deflate, RFC 7692.

use flate2::{Decompress, FlushDecompress, Status};

/// Maximum number of bytes that a message may decompress to. Of a longer one, later messages cannot be read, either.
const MAX_MESSAGE: u64 = 16 * 1024 * 1024;

/// The agreement of both sides: the parameters of `permessage-deflate` in the response to the handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Deflate {
    /// `true` if the client compresses each message by itself.
    pub(super) client_no_context: bool,
    /// `true` if the server compresses each message by itself.
    pub(super) server_no_context: bool,
}

impl Deflate {
    /// Parses the value of `Sec-WebSocket-Extensions`. `None` if it does not accept `permessage-deflate`.
    pub(in super::super) fn of(value: &str) -> Option<Self> {
        let mut parameters = value.split(',').map(|extension| extension.split(';').map(str::trim));
        let parameters = parameters
            .find_map(|mut it| (it.next() == Some("permessage-deflate")).then(|| it.collect::<Vec<_>>()))?;
        Some(Self {
            client_no_context: parameters.contains(&"client_no_context_takeover"),
            server_no_context: parameters.contains(&"server_no_context_takeover"),
        })
    }
}

/// Decompresses the messages of one direction.
#[derive(Debug)]
pub(super) struct Inflater {
    /// The decompressor, with the window of earlier messages.
    raw: Decompress,
    keeps_window: bool,
    /// `true` after bytes that are missing or invalid.
    is_lost: bool,
    /// Number of decompressed bytes of the current message.
    length: u64,
}

impl Inflater {
    /// Returns a decompressor. `keeps_window` is `true` if a message may refer to earlier ones.
    pub(super) fn new(keeps_window: bool) -> Self {
        Self { raw: Decompress::new(false), keeps_window, is_lost: false, length: 0 }
    }

    /// Begins a message.
    pub(super) fn begin(&mut self) {
        self.length = 0;
        if !self.keeps_window {
            self.raw.reset(false);
            self.is_lost = false;
        }
    }

    /// Returns `true` if the current message cannot be decompressed.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Stops decompressing, because bytes of the message are missing.
    pub(super) fn lose(&mut self) {
        self.is_lost = true;
    }

    /// Decompresses the next bytes of a message, and returns at most the first `max` bytes of the result. The number is that
    /// of all resulting bytes.
    pub(super) fn add(&mut self, compressed: &[u8], max: usize) -> (Vec<u8>, u64) {
        let (mut kept, before, mut rest) = (Vec::new(), self.length, compressed);
        let mut chunk = [0; 4096];
        while !self.is_lost {
            let (read, written) = (self.raw.total_in(), self.raw.total_out());
            let status = self.raw.decompress(rest, &mut chunk, FlushDecompress::Sync);
            let read = usize::try_from(self.raw.total_in() - read).unwrap_or(rest.len());
            let written = usize::try_from(self.raw.total_out() - written).unwrap_or_default();
            rest = rest.get(read..).unwrap_or_default();
            self.length += written as u64;
            let result = chunk.get(..written).unwrap_or_default();
            kept.extend_from_slice(result.get(..max.saturating_sub(kept.len())).unwrap_or(result));
            self.is_lost = self.length > MAX_MESSAGE || status.is_err();
            match status {
                // A sender may end a message with a final block. What follows begins without a window: a byte that the
                // sender adds (section 7.2.3.4), and the next message.
                Ok(Status::StreamEnd) => {
                    self.raw.reset(false);
                    if rest.is_empty() {
                        break;
                    }
                }
                _ if read == 0 && written == 0 => break,
                _ => {}
            }
        }
        (kept, self.length - before)
    }

    /// Ends a message. The sender has removed the last bytes (section 7.2.1).
    pub(super) fn end(&mut self, max: usize) -> (Vec<u8>, u64) {
        self.add(&[0, 0, 0xff, 0xff], max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_extension_are_read() {
        let both = Deflate { client_no_context: true, server_no_context: true };
        let value = "permessage-deflate; server_no_context_takeover;client_no_context_takeover; client_max_window_bits=9";
        assert_eq!(Deflate::of(value), Some(both));
        assert_eq!(Deflate::of("x-other, permessage-deflate"), Some(Deflate::default()));
        assert_eq!(Deflate::of("x-webkit-deflate-frame"), None);
    }

    /// RFC 7692, section 7.2.3.2: the second "Hello" refers to the first.
    #[test]
    fn message_may_refer_to_earlier_ones() {
        let mut inflater = Inflater::new(true);
        for compressed in [&[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..], &[0xf2, 0x00, 0x11, 0x00, 0x00]] {
            inflater.begin();
            let (mut text, _) = inflater.add(compressed, 100);
            text.extend(inflater.end(100).0);
            assert_eq!(text, b"Hello");
        }
    }

    /// RFC 7692, section 7.2.3.4: the sender adds a byte after a final block, so that the message has an end to remove.
    #[test]
    fn message_with_a_final_block_does_not_end_the_stream() {
        let mut inflater = Inflater::new(true);
        let with_final_block = &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00][..];
        for compressed in [with_final_block, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], with_final_block] {
            inflater.begin();
            let (mut text, _) = inflater.add(compressed, 100);
            text.extend(inflater.end(100).0);
            assert!(text == b"Hello" && !inflater.is_lost(), "{compressed:x?}");
        }
    }

    #[test]
    fn decompressed_length_is_bounded() {
        let mut bomb = Vec::new();
        let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
        bomb.reserve(1 << 20);
        let zeros = vec![0; 64 << 20];
        compress.compress_vec(&zeros, &mut bomb, flate2::FlushCompress::Sync).unwrap();
        let mut inflater = Inflater::new(true);
        inflater.begin();
        let (kept, length) = inflater.add(&bomb, 10);
        assert!(kept.len() == 10 && length < 2 * MAX_MESSAGE && inflater.is_lost(), "{length}");
    }
}
