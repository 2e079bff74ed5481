//! Decompression of message bodies.
//!
//! # Layout
//!
//! - [`decompress`]: a complete message
//! - `budget`: the memory for all bodies that are open
//! - `stream`: a body whose bytes arrive one after the other
//! - `zstd`: zstd, block by block

mod budget;
mod stream;
#[cfg(feature = "zstd")]
mod zstd;

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::media::Encoding;

pub(super) use budget::Budget;
pub(super) use stream::Unpacker;

/// Decompresses data, and returns at most the first `max` bytes of the result. The flag is `true` if the result
/// continues after the returned bytes, or if the compressed data is truncated or invalid. `None` if this crate cannot
/// decode the coding, or was built without the feature for it.
pub(super) fn decompress(encoding: Encoding, compressed: &[u8], max: usize) -> Option<(Vec<u8>, bool)> {
    match encoding {
        Encoding::Identity | Encoding::Other => None,
        Encoding::Gzip => Some(read(MultiGzDecoder::new(compressed), max)),
        Encoding::Deflate => Some(match read(ZlibDecoder::new(compressed), max) {
            // Some senders omit the zlib header (RFC 9110, section 8.4.1.2).
            (bytes, true) if bytes.is_empty() => read(DeflateDecoder::new(compressed), max),
            read => read,
        }),
        Encoding::Brotli => brotli(compressed, max),
        Encoding::Zstd => zstd(compressed, max),
    }
}

/// Decodes a body with the content coding that its `Content-Encoding` field names.
///
/// Returns at most the first `max` bytes of the result. The flag is `true` if they are the complete body. `None` if the
/// coding is unknown or this crate was built without it, or if there are several.
///
/// ```
/// assert_eq!(socket_dissect::decode_body("gzip", b"no gzip", 99), Some((Vec::new(), false)));
/// assert_eq!(socket_dissect::decode_body("compress", b"", 99), None);
/// ```
#[must_use]
pub fn decode_body(content_encoding: &str, body: &[u8], max: usize) -> Option<(Vec<u8>, bool)> {
    decompress(Encoding::of(content_encoding), body, max).map(|(bytes, more)| (bytes, !more))
}

fn read(decoder: impl Read, max: usize) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    // Bytes that precede an error stay in the vector.
    let read = decoder.take(max as u64 + 1).read_to_end(&mut bytes);
    let more = read.is_err() || bytes.len() > max;
    bytes.truncate(max);
    (bytes, more)
}

/// Returns `true` for the first bytes of a brotli body with a window of up to 1 GiB, which `Content-Encoding: br` does not allow
/// (RFC 7932, section 9.1). The decoder would allocate it.
#[cfg(feature = "brotli")]
fn has_large_window(compressed: &[u8]) -> bool {
    compressed.first().is_some_and(|first| first & 0x7f == 0x11)
}

#[cfg(feature = "brotli")]
fn brotli(compressed: &[u8], max: usize) -> Option<(Vec<u8>, bool)> {
    if has_large_window(compressed) {
        return Some((Vec::new(), true));
    }
    Some(read(brotli_decompressor::Decompressor::new(compressed, 4096), max))
}

#[cfg(not(feature = "brotli"))]
fn brotli(_: &[u8], _: usize) -> Option<(Vec<u8>, bool)> {
    None
}

#[cfg(feature = "zstd")]
fn zstd(compressed: &[u8], max: usize) -> Option<(Vec<u8>, bool)> {
    let mut decoder = zstd::Zstd::default();
    let mut bytes = Vec::new();
    let written = decoder.write(compressed, &mut Bounded { bytes: &mut bytes, max: max + 1 });
    let more = written.is_err() || !decoder.is_finished() || bytes.len() > max;
    bytes.truncate(max);
    Some((bytes, more))
}

/// A buffer that refuses bytes beyond its maximum length.
#[cfg(feature = "zstd")]
struct Bounded<'a> {
    bytes: &'a mut Vec<u8>,
    max: usize,
}

#[cfg(feature = "zstd")]
impl std::io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let fitting = bytes.len().min(self.max - self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..fitting).unwrap_or_default());
        Ok(fitting)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(not(feature = "zstd"))]
fn zstd(_: &[u8], _: usize) -> Option<(Vec<u8>, bool)> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(compressed: &[u8], max: usize) -> (Vec<u8>, bool) {
        decompress(Encoding::Gzip, compressed, max).unwrap()
    }

    #[test]
    fn decompressed_size_is_bounded() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&[b'a'; 10_000_000]).unwrap();
        let compressed = encoder.finish().unwrap();
        assert_eq!(gzip(&compressed, 100), (vec![b'a'; 100], true));
        let (bytes, more) = gzip(&compressed[..compressed.len() / 2], 1 << 20);
        assert!(more && bytes.len() > 1000, "{}", bytes.len());
        assert_eq!(gzip(b"no gzip", 100), (Vec::new(), true));
    }

    #[test]
    fn all_members_of_a_gzip_body_are_read() {
        let member = |text: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let body = [member(b"first "), member(b"second")].concat();
        assert_eq!(gzip(&body, 99), (b"first second".to_vec(), false));
        assert_eq!(gzip(&body[..body.len() - 1], 99), (b"first second".to_vec(), true));
    }

    #[test]
    fn deflate_is_read_with_and_without_zlib_header() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(b"text").unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(b"text").unwrap();
        for compressed in [zlib.finish().unwrap(), raw.finish().unwrap()] {
            assert_eq!(decompress(Encoding::Deflate, &compressed, 9), Some((b"text".to_vec(), false)));
        }
    }

    #[cfg(feature = "brotli")]
    #[test]
    fn brotli_is_read() {
        // "hello hello hello hello\n", as `brotli` writes it.
        let compressed = [
            0x8f, 0x0b, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x68,
            0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x0a, 0x03,
        ];
        let text = b"hello hello hello hello\n";
        assert_eq!(decompress(Encoding::Brotli, &compressed, 99), Some((text.to_vec(), false)));
        assert_eq!(decompress(Encoding::Brotli, &compressed, 5), Some((b"hello".to_vec(), true)));
    }

    /// `hello`, in a window of 1 GiB.
    #[cfg(feature = "brotli")]
    #[test]
    fn large_window_of_brotli_is_refused() {
        let compressed = [0x11, 0x1e, 0x08, 0, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        assert_eq!(decompress(Encoding::Brotli, &compressed, 99), Some((Vec::new(), true)));
        let mut unpacker = Unpacker::new(Encoding::Brotli).unwrap();
        assert_eq!(unpacker.add(&compressed, &Budget::default()), (Vec::new(), 0));
        assert!(unpacker.is_lost());
    }

    #[cfg(feature = "zstd")]
    #[test]
    fn zstd_is_read() {
        let text = b"hello hello hello hello\n";
        let compressed =
            ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(decompress(Encoding::Zstd, &compressed, 99), Some((text.to_vec(), false)));
        assert_eq!(decompress(Encoding::Zstd, &compressed, 5), Some((b"hello".to_vec(), true)));
    }

    /// A frame of one uncompressed block.
    #[cfg(feature = "zstd")]
    fn zstd_frame(text: &[u8], checksum: &[u8]) -> Vec<u8> {
        let length = u8::try_from(text.len()).unwrap();
        let single_segment = if checksum.is_empty() { 0x20 } else { 0x24 };
        let head = [0x28, 0xb5, 0x2f, 0xfd, single_segment, length, length << 3 | 1, 0, 0];
        [&head[..], text, checksum].concat()
    }

    #[cfg(feature = "zstd")]
    #[test]
    fn all_frames_of_a_zstd_body_are_read() {
        let skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let (first, second) = (zstd_frame(b"first ", &[1, 2, 3, 4]), zstd_frame(b"second", b""));
        let body = [&skippable[..], &first, &skippable, &second].concat();
        assert_eq!(decompress(Encoding::Zstd, &body, 99), Some((b"first second".to_vec(), false)));
        let without_checksum = &first[..first.len() - 1];
        assert_eq!(decompress(Encoding::Zstd, without_checksum, 99), Some((b"first ".to_vec(), true)));
        let with_garbage = [&second[..], b"garbage that is no frame"].concat();
        assert_eq!(decompress(Encoding::Zstd, &with_garbage, 99), Some((b"second".to_vec(), true)));
        for length in 1..body.len() {
            let mut pieces = zstd::Zstd::default();
            let mut text = Vec::new();
            body.chunks(length).for_each(|piece| pieces.write(piece, &mut text).unwrap());
            assert!(text == b"first second" && pieces.is_finished(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_decompress_to_a_bounded_result(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            use Encoding::{Brotli, Deflate, Gzip, Zstd};
            for encoding in [Gzip, Deflate, Brotli, Zstd] {
                let result = decompress(encoding, &bytes, 1000);
                prop_assert!(result.is_none_or(|(result, _)| result.len() <= 1000));
            }
        }
    }
}
