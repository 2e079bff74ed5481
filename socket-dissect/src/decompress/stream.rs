//! Decompression of a body whose bytes arrive one after the other.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::super::media::Encoding;
use super::budget::{Budget, Reservation};

/// Maximum number of bytes to which a body may decompress. The rest of a longer one is not read.
const MAX_BODY: u64 = 64 * 1024 * 1024;
/// Maximum number of decompressed bytes that are kept of each read or write.
const MAX_KEPT: usize = 1024 * 1024;
/// Approximate number of bytes of a decoder, without its window.
const DECODER: u64 = 64 * 1024;
/// Maximum size of the window of brotli (RFC 7932, section 9.1).
#[cfg(feature = "brotli")]
const MAX_BROTLI_WINDOW: u64 = 16 * 1024 * 1024;

/// Decompresses a body piece by piece.
#[derive(Debug)]
pub(crate) struct Unpacker {
    decoder: Decoder,
    /// The memory of the decoder.
    memory: Reservation,
}

enum Decoder {
    Gzip(MultiGzDecoder<Sink>),
    /// The first byte of a `deflate` body. The first two bytes decide whether it has a zlib header.
    Deflate(Option<u8>),
    Zlib(ZlibDecoder<Sink>),
    Raw(DeflateDecoder<Sink>),
    /// After bytes that are missing or invalid.
    Lost(Sink),
    #[cfg(feature = "brotli")]
    /// The first byte decides whether the decoder accepts the body.
    Brotli(Option<Box<brotli_decompressor::DecompressorWriter<Sink>>>),
    #[cfg(feature = "zstd")]
    Zstd(super::zstd::Zstd, Sink),
}

impl Unpacker {
    /// Returns a decompressor for a body. `None` if this crate cannot decode the coding, or was built without the feature
    /// for it.
    pub(crate) fn new(encoding: Encoding) -> Option<Self> {
        let decoder = match encoding {
            Encoding::Identity | Encoding::Other => return None,
            Encoding::Gzip => Decoder::Gzip(MultiGzDecoder::new(Sink::default())),
            Encoding::Deflate => Decoder::Deflate(None),
            #[cfg(feature = "brotli")]
            Encoding::Brotli => Decoder::Brotli(None),
            #[cfg(not(feature = "brotli"))]
            Encoding::Brotli => return None,
            #[cfg(feature = "zstd")]
            Encoding::Zstd => Decoder::Zstd(super::zstd::Zstd::default(), Sink::default()),
            #[cfg(not(feature = "zstd"))]
            Encoding::Zstd => return None,
        };
        Some(Self { decoder, memory: Reservation::default() })
    }

    /// Stops decompressing, because bytes of the body are missing.
    pub(crate) fn lose(&mut self) {
        self.decoder = Decoder::Lost(self.decoder.sink().map(std::mem::take).unwrap_or_default());
        self.memory = Reservation::default();
    }

    /// Returns `true` if the next bytes of the body cannot be decompressed.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self.decoder, Decoder::Lost(_))
    }

    /// Decompresses the next bytes of the body. Returns the first bytes of the result, and the number of all. The body is lost if
    /// the budget does not suffice for it.
    pub(crate) fn add(&mut self, compressed: &[u8], budget: &Budget) -> (Vec<u8>, u64) {
        let mut rest = compressed;
        if let Decoder::Deflate(first) = &mut self.decoder {
            let [next, after @ ..] = rest else { return (Vec::new(), 0) };
            let bytes = match first {
                None if after.is_empty() => {
                    *first = Some(*next);
                    return (Vec::new(), 0);
                }
                None => [*next, after.first().copied().unwrap_or_default()],
                Some(first) => [*first, *next],
            };
            let first = *first;
            self.decoder = Decoder::deflate(bytes);
            if let Some(first) = first {
                self.write(&[first], budget);
            }
        }
        while !self.is_lost() && !rest.is_empty() {
            // The kept bytes of a huge piece are counted at once.
            let (piece, after) = rest.split_at(rest.len().min(MAX_KEPT));
            self.write(piece, budget);
            rest = after;
        }
        self.decoder.sink().map(Sink::take).unwrap_or_default()
    }

    fn write(&mut self, compressed: &[u8], budget: &Budget) {
        let is_decompressed = self.memory.grow_to(DECODER, budget)
            && self.decoder.write(compressed).is_ok()
            && self.memory.grow_to(DECODER + self.decoder.held(), budget);
        if !is_decompressed {
            self.lose();
        }
    }
}

impl Decoder {
    /// Returns the decoder for a `deflate` body that begins with the given bytes. Some senders omit the zlib header (RFC
    /// 9110, section 8.4.1.2).
    fn deflate([method, flags]: [u8; 2]) -> Self {
        let is_zlib = method & 0xf == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31);
        match is_zlib {
            true => Self::Zlib(ZlibDecoder::new(Sink::default())),
            false => Self::Raw(DeflateDecoder::new(Sink::default())),
        }
    }

    fn write(&mut self, compressed: &[u8]) -> io::Result<()> {
        fn write_to(decoder: &mut impl Write, compressed: &[u8]) -> io::Result<()> {
            decoder.write_all(compressed)?;
            decoder.flush()
        }
        match self {
            Self::Gzip(decoder) => write_to(decoder, compressed),
            Self::Deflate(_) | Self::Lost(_) => Ok(()),
            Self::Zlib(decoder) => write_to(decoder, compressed),
            Self::Raw(decoder) => write_to(decoder, compressed),
            #[cfg(feature = "brotli")]
            Self::Brotli(None) if super::has_large_window(compressed) => {
                Err(io::Error::from(io::ErrorKind::InvalidData))
            }
            #[cfg(feature = "brotli")]
            Self::Brotli(decoder) => {
                let new = || brotli_decompressor::DecompressorWriter::new(Sink::default(), 4096);
                write_to(decoder.get_or_insert_with(|| Box::new(new())), compressed)
            }
            #[cfg(feature = "zstd")]
            Self::Zstd(decoder, sink) => decoder.write(compressed, sink),
        }
    }

    /// Returns the number of bytes in the decoder's window.
    fn held(&self) -> u64 {
        match self {
            #[cfg(feature = "brotli")]
            Self::Brotli(Some(decoder)) => decoder.get_ref().total.min(MAX_BROTLI_WINDOW),
            #[cfg(feature = "zstd")]
            Self::Zstd(decoder, _) => decoder.held(),
            _ => 0,
        }
    }

    fn sink(&mut self) -> Option<&mut Sink> {
        Some(match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Deflate(_) => return None,
            Self::Lost(sink) => sink,
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Raw(decoder) => decoder.get_mut(),
            #[cfg(feature = "brotli")]
            Self::Brotli(decoder) => decoder.as_mut()?.get_mut(),
            #[cfg(feature = "zstd")]
            Self::Zstd(_, sink) => sink,
        })
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoder")
    }
}

/// Keeps the first decompressed bytes of each piece, and counts all.
#[derive(Debug, Default)]
pub(super) struct Sink {
    kept: Vec<u8>,
    /// Number of bytes since the last [`take`](Self::take).
    length: u64,
    /// Number of bytes of the body.
    total: u64,
}

impl Sink {
    fn take(&mut self) -> (Vec<u8>, u64) {
        (std::mem::take(&mut self.kept), std::mem::take(&mut self.length))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let capacity = MAX_KEPT.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(bytes.get(..capacity).unwrap_or(bytes));
        self.length += bytes.len() as u64;
        self.total += bytes.len() as u64;
        if self.total > MAX_BODY {
            return Err(io::Error::other("the body is too long"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
