//! TLS records and handshake messages for tests.

/// Returns a TLS record of the given type.
pub(super) fn record(kind: u8, fragment: impl AsRef<[u8]>) -> Vec<u8> {
    [&[kind, 3, 3][..], &vector16(fragment)].concat()
}

/// Returns a TLS handshake message of the given type.
pub(super) fn message(kind: u8, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

pub(super) fn vector8(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&[u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

pub(super) fn vector16(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

pub(super) fn extension(kind: u16, data: impl AsRef<[u8]>) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector16(data)].concat()
}

pub(super) fn server_name(name: &[u8]) -> Vec<u8> {
    extension(0, vector16([&[0][..], &vector16(name)].concat()))
}

pub(super) fn alpn(names: &[&[u8]]) -> Vec<u8> {
    extension(16, vector16(names.iter().map(vector8).collect::<Vec<_>>().concat()))
}

pub(super) fn client_hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [&[3, 3][..], &[7; 32], &vector8([9; 32]), &vector16([0x13, 1]), &vector8([0])].concat();
    message(1, [body, vector16(extensions.concat())].concat())
}

/// Returns a `ClientHello` that offers TLS 1.3 and 1.2, and a GREASE version.
pub(super) fn offer() -> Vec<u8> {
    let versions = extension(43, vector8([0x8a, 0x8a, 3, 4, 3, 3]));
    client_hello(&[server_name(b"shop.test"), alpn(&[b"h2", b"http/1.1"]), versions])
}

pub(super) fn server_hello(random: [u8; 32], cipher_suite: u16, extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [&[3, 3][..], &random, &vector8([9; 32]), &cipher_suite.to_be_bytes(), &[0]].concat();
    message(2, [body, vector16(extensions.concat())].concat())
}

pub(super) fn tls_1_3() -> Vec<u8> {
    server_hello([8; 32], 0x1301, &[extension(43, [3, 4])])
}
