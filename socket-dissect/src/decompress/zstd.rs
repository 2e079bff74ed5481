//! Decompression of zstd, block by block: RFC 8878.
//!
//! A body is one frame or several. A block of four bytes can be decompressed to 128 KiB. So blocks are decompressed one by one, and the result is taken
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

/// Number of bytes of the checksum after a frame.
const CHECKSUM: u64 = 4;
/// First bytes of a frame to skip, without the lowest four bits (RFC 8878, section 3.1.2).
const SKIPPABLE: u32 = 0x184d_2a50;

/// Decompresses a body piece by piece. It consists of frames.
#[derive(Default)]
pub(super) struct Zstd {
    /// The decoder of the current frame; `None` between frames.
    decoder: Option<Box<FrameDecoder>>,
    /// The bytes of an incomplete header or block.
    pending: Vec<u8>,
    /// Number of bytes that follow and have no content: of a checksum or a skippable frame.
    skipped: u64,
    has_frames: bool,
    /// Size of the window of the current frame.
    window: u64,
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

    /// Returns the approximate number of bytes that the decoder and its window hold.
    pub(super) fn held(&self) -> u64 {
        let written = self.decoder.as_ref().map_or(0, |decoder| decoder.blocks_decoded() * MAX_BLOCK) as u64;
        self.pending.capacity() as u64 + written.min(self.window)
    }

    /// Returns `true` if all frames so far are complete.
    pub(super) fn is_finished(&self) -> bool {
        self.has_frames && self.decoder.is_none() && self.pending.is_empty() && self.skipped == 0
    }

    /// Reads the header or the next block if `rest` contains it completely. Returns `false` if it does not.
    fn step(&mut self, rest: &mut &[u8], out: &mut impl Write) -> io::Result<bool> {
        if self.skipped > 0 {
            let skipped = rest.len().min(usize::try_from(self.skipped).unwrap_or(usize::MAX));
            *rest = rest.get(skipped..).unwrap_or_default();
            self.skipped -= skipped as u64;
            return Ok(skipped > 0);
        }
        let Some(decoder) = &mut self.decoder else { return self.begin(rest) };
        let Some([a, b, c]) = rest.first_chunk().copied() else { return Ok(false) };
        let header = u32::from_le_bytes([a, b, c, 0]);
        let length = if header >> 1 & 3 == 1 { 1 } else { header as usize >> 3 };
        let Some(block) = rest.get(..3 + length) else { return Ok(false) };
        *rest = rest.get(3 + length..).unwrap_or_default();
        self.blocks += 1;
        if self.blocks > MAX_BLOCKS {
            return Err(invalid());
        }
        // The checksum is not checked, and may not have arrived. The decoder reads another in its place.
        let block = block.chain(&[0; CHECKSUM as usize][..]);
        decoder.decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1)).map_err(|_| invalid())?;
        let mut chunk = [0; 4096];
        loop {
            match decoder.read(&mut chunk)? {
                0 => break,
                length => out.write_all(chunk.get(..length).unwrap_or_default())?,
            }
        }
        if decoder.is_finished() {
            self.skipped = if decoder.get_checksum_from_data().is_some() { CHECKSUM } else { 0 };
            self.decoder = None;
        }
        Ok(true)
    }

    /// Reads the header of the next frame.
    fn begin(&mut self, rest: &mut &[u8]) -> io::Result<bool> {
        if rest.is_empty() {
            return Ok(false);
        }
        if let Some([magic, length]) =
            rest.as_chunks().0.first_chunk().map(|words| words.map(u32::from_le_bytes))
            && magic & !0xf == SKIPPABLE
        {
            *rest = rest.get(8..).unwrap_or_default();
            self.skipped = length.into();
            return Ok(true);
        }
        let mut decoder = Box::new(FrameDecoder::new());
        let mut header = *rest;
        let read = decoder.init(&mut header);
        let window = window(rest, &decoder);
        match read {
            Ok(()) if window <= MAX_WINDOW => {
                *rest = header;
                self.decoder = Some(decoder);
                self.has_frames = true;
                self.window = window;
                Ok(true)
            }
            Err(_) if rest.len() < MAX_HEADER => Ok(false),
            _ => Err(invalid()),
        }
    }
}

/// Returns the size of the window that a frame header names. A frame without one is its own window.
fn window(header: &[u8], decoder: &FrameDecoder) -> u64 {
    match header {
        [_, _, _, _, descriptor, window, ..] if descriptor & 0x20 == 0 => {
            let base = 1_u64 << (10 + (window >> 3));
            base + base / 8 * u64::from(window & 7)
        }
        _ => decoder.content_size(),
    }
}

fn invalid() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}
