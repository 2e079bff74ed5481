use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use super::*;

fn unpack(encoding: Encoding, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> (Vec<u8>, bool) {
    let mut unpacker = Unpacker::new(encoding).unwrap();
    let bytes =
        pieces.into_iter().flat_map(|piece| unpacker.add(piece.as_ref(), &Budget::default()).0).collect();
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
    let (kept, length) = unpacker.add(&packed, &Budget::default());
    assert!(kept.len() == MAX_KEPT && length <= MAX_BODY + (1 << 20) && unpacker.is_lost(), "{length}");
}

#[cfg(feature = "zstd")]
#[test]
fn zstd_body_of_repeated_bytes_is_bounded() {
    // A window of 1 KiB, and blocks that repeat one byte 131,071 times.
    let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0][..], &[0xfa, 0xff, 0x0f, b'a'].repeat(2000)].concat();
    let mut unpacker = Unpacker::new(Encoding::Zstd).unwrap();
    let (kept, length) = unpacker.add(&frame, &Budget::default());
    assert!(kept.len() <= MAX_KEPT && length <= MAX_BODY + (1 << 20) && unpacker.is_lost(), "{length}");
}

#[cfg(feature = "zstd")]
#[test]
fn windows_of_open_bodies_are_bounded_together() {
    // A window of 8 MiB, full of one byte.
    let head = [0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3];
    let frame = [&head[..], &[0xfa, 0xff, 0x0f, b'a'].repeat(64)].concat();
    let budget = Budget::default();
    let open = |_| {
        let mut unpacker = Unpacker::new(Encoding::Zstd).unwrap();
        unpacker.add(&frame, &budget);
        unpacker
    };
    let unpackers: Vec<_> = (0..40).map(open).collect();
    let lost = unpackers.iter().filter(|unpacker| unpacker.is_lost()).count();
    assert!((8..20).contains(&lost), "{lost}");
    drop(unpackers);
    assert!(!open(0).is_lost());
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
                prop_assert!(unpacker.add(piece, &Budget::default()).0.len() <= MAX_KEPT);
            }
        }
    }
}
