use proptest::prelude::*;

use super::*;

/// SYN over IPv4 from a Linux client to 127.0.0.1.
const IPV4: &str = "4500003c8ea840004006ae117f0000017f000001c5b8e12f95ac1f8900000000a002ffd7fe3000000204ffd70402080a8c55\
                    1bbc000000000103030a";

/// SYN over IPv6 from a Linux client to `::1`.
const IPV6: &str = "60037258002806400000000000000000000000000000000100000000000000000000000000000001d0708d930eeb4f090000\
                    0000a002ffc4003000000204ffc40402080abd05f110000000000103030a";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn expected(mss: u16, tsval: u32) -> Syn {
    Syn {
        mss: Some(mss),
        window_scale: Some(10),
        sack_permitted: true,
        tsval: Some(tsval),
        ..Syn::new(64, mss)
    }
}

#[test]
fn ipv4_syn_is_parsed() {
    assert_eq!(parse(&bytes(IPV4)), Some(expected(65_495, 0x8c55_1bbc)));
}

#[test]
fn ipv6_syn_is_parsed() {
    assert_eq!(parse(&bytes(IPV6)), Some(expected(65_476, 0xbd05_f110)));
}

#[test]
fn ipv6_extension_headers_are_skipped() {
    let mut headers = bytes(IPV6);
    // Hop-by-hop options of 16 bytes, then a fragment header, then TCP.
    let mut extensions = vec![0; 24];
    (extensions[0], extensions[1], extensions[16]) = (FRAGMENT, 1, TCP);
    headers[6] = 0;
    headers.splice(40..40, extensions);
    assert_eq!(parse(&headers), Some(expected(65_476, 0xbd05_f110)));
}

#[test]
fn syn_without_options_is_parsed() {
    let mut headers = bytes(IPV4)[..40].to_vec();
    headers[32] = 0x50;
    assert_eq!(parse(&headers), Some(Syn::new(64, 65_495)));
}

#[test]
fn parsing_stops_at_malformed_option() {
    for length in [0, 1, 200] {
        let mut headers = bytes(IPV4);
        // The length of the SACK option, which follows the MSS.
        headers[45] = length;
        assert_eq!(parse(&headers), Some(Syn { mss: Some(65_495), ..Syn::new(64, 65_495) }), "{length}");
    }
}

#[test]
fn truncated_headers_are_rejected() {
    for (headers, name) in [(bytes(IPV4), "IPv4"), (bytes(IPV6), "IPv6")] {
        for length in 0..headers.len() {
            assert_eq!(parse(&headers[..length]), None, "{length} bytes of {name}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_without_panic(headers in proptest::collection::vec(any::<u8>(), 0..160)) {
        let _ = parse(&headers);
    }

    #[test]
    fn changed_syn_is_parsed_without_panic(at in 0..60_usize, byte in any::<u8>()) {
        let mut headers = bytes(IPV4);
        headers[at] = byte;
        let _ = parse(&headers);
    }
}
