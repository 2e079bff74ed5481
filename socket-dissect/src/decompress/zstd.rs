//! Decompression of zstd, block by block: RFC 8878.
//!
//! A block of four bytes can be decompressed to 128 KiB. So blocks are decompressed one by one, and the result is taken
//! after each.

use std::io::{self, Read as _, Write};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Maximum number of bytes of a frame header (RFC 8878, section 3.1.1).
const MAX_HEADER: usize = 18;
/// Maximum size of the window for a content coding (RFC 9659, section 3).
const MAX_WINDOW: u64 = 8 * 1024 * 1024;
/// Maximum number of blocks of a body, each of at most 128 KiB.
const MAX_BLOCKS: usize = 512;
/// Maximum number of bytes of a block, with its header.
const MAX_BLOCK: usize = 3 + 128 * 1024;

/// Decompresses a frame piece by piece.
#[derive(Default)]
pub(super) struct Zstd {
    decoder: Option<Box<FrameDecoder>>,
    /// The bytes of an incomplete header or block.
    pending: Vec<u8>,
    blocks: usize,
}

impl Zstd {
    /// Decompresses the next bytes, and writes the result to `out`. What the window of an unfinished frame contains is
    /// written later.
    pub(super) fn write(&mut self, compressed: &[u8], out: &mut impl Write) -> io::Result<()> {
        self.pending.extend_from_slice(compressed);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = &pending[..];
        while self.step(&mut rest, out)? {}
        if rest.len() > MAX_BLOCK {
            return Err(invalid());
        }
        self.pending = rest.to_vec();
        Ok(())
    }

    /// Returns `true` if the frame is complete.
    pub(super) fn is_finished(&self) -> bool {
        self.decoder.as_ref().is_some_and(|decoder| decoder.is_finished())
    }

    /// Reads the header or the next block if `rest` contains it completely. Returns `false` if it does not.
    fn step(&mut self, rest: &mut &[u8], out: &mut impl Write) -> io::Result<bool> {
        let Some(decoder) = &mut self.decoder else { return self.begin(rest) };
        if decoder.is_finished() {
            // A checksum may follow, or another frame.
            *rest = &[];
            return Ok(false);
        }
        let Some([a, b, c]) = rest.first_chunk().copied() else { return Ok(false) };
        let header = u32::from_le_bytes([a, b, c, 0]);
        let length = if header >> 1 & 3 == 1 { 1 } else { header as usize >> 3 };
        let is_last = header & 1 > 0;
        let Some(mut block) = rest.get(..3 + length) else { return Ok(false) };
        *rest = rest.get(3 + length..).unwrap_or_default();
        self.blocks += 1;
        let read = decoder.decode_blocks(&mut block, BlockDecodingStrategy::UptoBlocks(1));
        // The checksum of the last block may not have arrived.
        if read.is_err() && !is_last || self.blocks > MAX_BLOCKS {
            return Err(invalid());
        }
        let mut chunk = [0; 4096];
        loop {
            match decoder.read(&mut chunk)? {
                0 => return Ok(true),
                length => out.write_all(chunk.get(..length).unwrap_or_default())?,
            }
        }
    }

    fn begin(&mut self, rest: &mut &[u8]) -> io::Result<bool> {
        let mut decoder = Box::new(FrameDecoder::new());
        let mut header = *rest;
        match decoder.init(&mut header) {
            Ok(()) if window(rest) <= MAX_WINDOW => {
                *rest = header;
                self.decoder = Some(decoder);
                Ok(true)
            }
            Err(_) if rest.len() < MAX_HEADER => Ok(false),
            _ => Err(invalid()),
        }
    }
}

/// Returns the size of the window that a frame header names; 0 if the frame is its own window.
fn window(header: &[u8]) -> u64 {
    match header {
        [_, _, _, _, descriptor, window, ..] if descriptor & 0x20 == 0 => {
            let base = 1_u64 << (10 + (window >> 3));
            base + base / 8 * u64::from(window & 7)
        }
        _ => 0,
    }
}

fn invalid() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}
