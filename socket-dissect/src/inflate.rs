//! Decompression of message bodies.

use std::io::Read as _;

use flate2::read::GzDecoder;

/// Decompresses gzip data, and returns at most the first `max` bytes of the result. The flag is `true` if the
/// result continues after the returned bytes, or if the compressed data is truncated or invalid.
pub(super) fn gzip(compressed: &[u8], max: usize) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    // Bytes that precede an error stay in the vector.
    let read = GzDecoder::new(compressed).take(max as u64 + 1).read_to_end(&mut bytes);
    let more = read.is_err() || bytes.len() > max;
    bytes.truncate(max);
    (bytes, more)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

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
}
