//! A conversation of a client and a PostgreSQL server.

/// Start-up with a password, a prepared statement, a pipelined transaction with an error, `COPY`, and a
/// notification.
pub(crate) fn conversation() -> Vec<Vec<u8>> {
    let (sync, ready) = (message(b'S', b""), message(b'Z', b"I"));
    vec![
        b"\0\0\0\x08\x04\xd2\x16\x2f".to_vec(),
        b"N".to_vec(),
        b"\0\0\0\x1d\0\x03\0\0user\0app\0database\0a\0\0".to_vec(),
        message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0"),
        message(b'p', b"SCRAM-SHA-256\0\0\0\0\x04n,,n"),
        [
            message(b'R', b"\0\0\0\x0c****"),
            message(b'R', b"\0\0\0\0"),
            message(b'S', b"TimeZone\0UTC\0"),
            message(b'K', b"\0\0\0\x07...."),
            ready.clone(),
        ]
        .concat(),
        [
            message(b'P', b"s0\0SELECT title FROM books WHERE id = $1\0\0\0"),
            message(b'D', b"Ss0\0"),
            sync.clone(),
        ]
        .concat(),
        [message(b'1', b""), message(b't', b"\0\x01\0\0\0\x17"), columns(), ready.clone()].concat(),
        [
            message(b'B', b"\0s0\0\0\x01\0\x01\0\x01\0\0\0\x04\0\0\0\x0f\0\0"),
            message(b'E', b"\0\0\0\0\0"),
            sync.clone(),
            message(b'Q', b"SELEC\0"),
        ]
        .concat(),
        [
            message(b'2', b""),
            message(b'D', b"\0\x01\0\0\0\x04UNIX").repeat(3),
            message(b'C', b"SELECT 3\0"),
            ready.clone(),
            message(b'E', b"SERROR\0VERROR\0C42601\0Msyntax error\0\0"),
            ready.clone(),
        ]
        .concat(),
        message(b'Q', b"COPY books FROM STDIN\0"),
        message(b'G', b"\0\0\x01\0\0"),
        [message(b'd', b"1\n"), message(b'c', b"")].concat(),
        [message(b'C', b"COPY 1\0"), ready, message(b'A', b"\0\0\0\x07changes\x001\0")].concat(),
        message(b'X', b""),
    ]
}

fn columns() -> Vec<u8> {
    message(b'T', &[&b"\0\x01title"[..], &[0; 19]].concat())
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], &length[..], body].concat()
}
