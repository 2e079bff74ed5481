//! Decompression of a body whose bytes arrive one after the other.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::super::media::Encoding;

/// Maximum number of bytes to which a body may decompress. The rest of a longer one is not read.
const MAX_BODY: u64 = 64 * 1024 * 1024;
/// Maximum number of decompressed bytes that are kept of each read or write.
const MAX_KEPT: usize = 1024 * 1024;

/// Decompresses a body piece by piece.
#[derive(Debug)]
pub(crate) struct Unpacker {
    decoder: Decoder,
    is_lost: bool,
}

enum Decoder {
    Gzip(MultiGzDecoder<Sink>),
    /// The first byte of a `deflate` body. The first two bytes decide whether it has a zlib header.
    Deflate(Option<u8>),
    Zlib(ZlibDecoder<Sink>),
    Raw(DeflateDecoder<Sink>),
    #[cfg(feature = "brotli")]
    Brotli(Box<brotli_decompressor::DecompressorWriter<Sink>>),
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
            Encoding::Brotli => {
                let decoder = brotli_decompressor::DecompressorWriter::new(Sink::default(), 4096);
                Decoder::Brotli(Box::new(decoder))
            }
            #[cfg(not(feature = "brotli"))]
            Encoding::Brotli => return None,
            #[cfg(feature = "zstd")]
            Encoding::Zstd => Decoder::Zstd(super::zstd::Zstd::default(), Sink::default()),
            #[cfg(not(feature = "zstd"))]
            Encoding::Zstd => return None,
        };
        Some(Self { decoder, is_lost: false })
    }

    /// Stops decompressing, because bytes of the body are missing.
    pub(crate) fn lose(&mut self) {
        self.is_lost = true;
    }

    /// Returns `true` if the next bytes of the body cannot be decompressed.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Decompresses the next bytes of the body. Returns the first bytes of the result, and the number of all.
    pub(crate) fn add(&mut self, compressed: &[u8]) -> (Vec<u8>, u64) {
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
                self.write(&[first]);
            }
        }
        while !self.is_lost && !rest.is_empty() {
            // The kept bytes of a huge piece are counted at once.
            let (piece, after) = rest.split_at(rest.len().min(MAX_KEPT));
            self.write(piece);
            rest = after;
        }
        self.decoder.sink().map(Sink::take).unwrap_or_default()
    }

    fn write(&mut self, compressed: &[u8]) {
        self.is_lost |= self.decoder.write(compressed).is_err();
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
            Self::Deflate(_) => Ok(()),
            Self::Zlib(decoder) => write_to(decoder, compressed),
            Self::Raw(decoder) => write_to(decoder, compressed),
            #[cfg(feature = "brotli")]
            Self::Brotli(decoder) => write_to(decoder, compressed),
            #[cfg(feature = "zstd")]
            Self::Zstd(decoder, sink) => decoder.write(compressed, sink),
        }
    }

    fn sink(&mut self) -> Option<&mut Sink> {
        Some(match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Deflate(_) => return None,
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Raw(decoder) => decoder.get_mut(),
            #[cfg(feature = "brotli")]
            Self::Brotli(decoder) => decoder.get_mut(),
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
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn unpack(encoding: Encoding, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> (Vec<u8>, bool) {
        let mut unpacker = Unpacker::new(encoding).unwrap();
        let bytes = pieces.into_iter().flat_map(|piece| unpacker.add(piece.as_ref()).0).collect();
        (bytes, unpacker.is_lost())
    }

    #[test]
    fn body_is_decompressed_in_pieces_of_any_length() {
        let text = "to be or not to be ".repeat(100);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(text.as_bytes()).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(text.as_bytes()).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(text.as_bytes()).unwrap();
        for (encoding, packed) in [
            (Encoding::Gzip, gzip.finish().unwrap()),
            (Encoding::Deflate, zlib.finish().unwrap()),
            (Encoding::Deflate, raw.finish().unwrap()),
        ] {
            for length in [1, 7, 1000] {
                let (bytes, is_lost) = unpack(encoding, packed.chunks(length));
                assert!(bytes == text.as_bytes() && !is_lost, "{encoding:?}, {length}");
            }
        }
    }

    #[cfg(feature = "zstd")]
    #[test]
    fn zstd_body_is_decompressed_in_pieces_of_any_length() {
        use ruzstd::encoding::{CompressionLevel, compress_to_vec};
        let text = "to be or not to be ".repeat(20_000);
        let packed = compress_to_vec(text.as_bytes(), CompressionLevel::Fastest);
        for length in [1, 7, 1_000_000] {
            let (bytes, is_lost) = unpack(Encoding::Zstd, packed.chunks(length));
            assert!(bytes == text.as_bytes() && !is_lost, "{length}: {}", bytes.len());
        }
    }

    #[test]
    fn decompressed_length_of_a_body_is_bounded() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&vec![0; 80 << 20]).unwrap();
        let packed = gzip.finish().unwrap();
        let mut unpacker = Unpacker::new(Encoding::Gzip).unwrap();
        let (kept, length) = unpacker.add(&packed);
        assert!(kept.len() == MAX_KEPT && length <= MAX_BODY + (1 << 20) && unpacker.is_lost(), "{length}");
    }

    #[cfg(feature = "zstd")]
    #[test]
    fn zstd_body_of_repeated_bytes_is_bounded() {
        // A window of 1 KiB, and blocks that repeat one byte 131,071 times.
        let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0][..], &[0xfa, 0xff, 0x0f, b'a'].repeat(2000)].concat();
        let mut unpacker = Unpacker::new(Encoding::Zstd).unwrap();
        let (kept, length) = unpacker.add(&frame);
        assert!(kept.len() <= MAX_KEPT && length <= MAX_BODY + (1 << 20) && unpacker.is_lost(), "{length}");
    }

    proptest! {
        #[test]
        fn any_body_decompresses_to_a_bounded_result(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..10),
        ) {
            use Encoding::{Brotli, Deflate, Gzip, Zstd};
            for encoding in [Gzip, Deflate, Brotli, Zstd] {
                let Some(mut unpacker) = Unpacker::new(encoding) else { continue };
                for piece in &pieces {
                    prop_assert!(unpacker.add(piece).0.len() <= MAX_KEPT);
                }
            }
        }
    }
}
