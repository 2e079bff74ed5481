use loona_hpack::decoder::DecoderError;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Decoder, Malformed};

type Fields = Vec<(Vec<u8>, Vec<u8>)>;

fn decode(decoder: &mut Decoder, block: &[u8]) -> Result<Fields, Malformed> {
    let mut fields = Vec::new();
    decoder.decode(block, |name, value| fields.push((name.to_vec(), value.to_vec())))?;
    Ok(fields)
}

fn texts(fields: &Fields) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    fields.iter().map(|(name, value)| format!("{}: {}", text(name), text(value))).collect()
}

/// RFC 7541, appendix C.4: three requests on one connection.
#[test]
fn examples_of_rfc_7541_are_decoded() {
    let mut decoder = Decoder::default();
    let first = b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff";
    let second = b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf";
    let third =
        b"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf";
    let common = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
    assert_eq!(texts(&decode(&mut decoder, first).unwrap()), common);
    let mut expected = common.to_vec();
    expected.push("cache-control: no-cache");
    assert_eq!(texts(&decode(&mut decoder, second).unwrap()), expected);
    assert_eq!(
        texts(&decode(&mut decoder, third).unwrap()),
        [
            ":method: GET",
            ":scheme: https",
            ":path: /index.html",
            ":authority: www.example.com",
            "custom-key: custom-value"
        ]
    );
}

#[test]
fn malformed_header_blocks_are_refused() {
    for block in [
        &b"\x3f"[..],
        b"\x40",
        b"\x41\x8c\xf1",
        b"\x80",
        b"\xbe",
        b"\xff\xff\xff\xff\xff\x7f",
        b"\x3f\xe2\xff\x03",
    ] {
        assert_eq!(decode(&mut Decoder::default(), block), Err(Malformed), "{block:x?}");
    }
}

#[test]
fn decoded_size_of_a_header_block_is_bounded() {
    let mut decoder = Decoder::default();
    let entry = [&[0x40, 1, b'a', 0x7f, 0xa1, 0x1e], &[b'b'; 4000][..]].concat();
    assert_eq!(decode(&mut decoder, &entry).unwrap().len(), 1);
    assert_eq!(decode(&mut decoder, &[0xbe; 200]).unwrap().len(), 200);
    assert_eq!(decode(&mut decoder, &[0xbe; 300]), Err(Malformed));
}

/// Generates one field representation of a header block, valid or not.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let string = |coded: u8| {
        vec(any::<u8>(), 0..20).prop_map(move |bytes| [&[bytes.len() as u8 | coded], &bytes[..]].concat())
    };
    let string = move || prop_oneof![string(0), string(0x80), vec(any::<u8>(), 0..4)];
    let literal = |kind: u8, most: u8| {
        (0..most, string(), string()).prop_map(move |(name, one, two)| match name {
            0 => [&[kind], &one[..], &two].concat(),
            name => [&[kind | name], &one[..]].concat(),
        })
    };
    prop_oneof![
        3 => (0x80u8..).prop_map(|byte| vec![byte]),
        3 => literal(0x40, 0x40),
        1 => literal(0, 0x10),
        1 => literal(0x10, 0x10),
        1 => (0x20u8..0x40).prop_map(|byte| vec![byte]),
        1 => vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_header_block_decodes_as_in_loona_hpack(blocks in vec(vec(fragment(), 0..6), 1..6)) {
        let (mut ours, mut theirs) = (Decoder::default(), loona_hpack::Decoder::new());
        theirs.set_max_allowed_table_size(64 * 1024);
        for block in blocks {
            let block = block.concat();
            match (decode(&mut ours, &block), theirs.decode(&block)) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                // An endpoint must refuse a late size update, but it affects no field.
                (Ok(_), Err(DecoderError::SizeUpdateAtEnd)) => {}
                (Err(Malformed), Err(_)) => break,
                (ours, theirs) => prop_assert!(false, "{ours:?} and {theirs:?}"),
            }
        }
    }

    #[test]
    fn header_blocks_encoded_by_loona_hpack_are_decoded(blocks in vec(vec((vec(any::<u8>(), 0..9), vec(any::<u8>(), 0..200)), 0..20), 1..9)) {
        let (mut decoder, mut encoder) = (Decoder::default(), loona_hpack::Encoder::new());
        for fields in blocks {
            let block = encoder.encode(fields.iter().map(|(name, value)| (&name[..], &value[..])));
            prop_assert_eq!(decode(&mut decoder, &block), Ok(fields));
        }
    }
}
