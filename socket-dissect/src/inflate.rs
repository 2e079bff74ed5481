//! Content that is compressed.

use std::io::Read as _;

use flate2::read::GzDecoder;

/// The first bytes of what was compressed with gzip, and whether it goes on. Of one that was cut, as much as there is.
pub(super) fn gzip(compressed: &[u8], most: usize) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    // What was read before an error is in the vector.
    let read = GzDecoder::new(compressed).take(most as u64 + 1).read_to_end(&mut bytes);
    let more = read.is_err() || bytes.len() > most;
    bytes.truncate(most);
    (bytes, more)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn no_more_is_unpacked_than_is_asked_for() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&[b'a'; 10_000_000]).unwrap();
        let compressed = encoder.finish().unwrap();
        assert_eq!(gzip(&compressed, 100), (vec![b'a'; 100], true));
        let (bytes, more) = gzip(&compressed[..compressed.len() / 2], 1 << 20);
        assert!(more && bytes.len() > 1000, "{}", bytes.len());
        assert_eq!(gzip(b"no gzip", 100), (Vec::new(), true));
    }
}
