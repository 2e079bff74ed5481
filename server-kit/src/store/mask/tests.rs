use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Client,
    Server,
}
use Sender::{Client, Server};

/// One transfer: the sender, and the bytes that it sends at once.
type Step = (Sender, Vec<u8>);

fn message(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend(untyped(parts));
    message
}

fn untyped(parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 4).unwrap();
    [&length.to_be_bytes(), &body[..]].concat()
}

fn startup() -> Step {
    (Client, untyped(&[&[0, 3, 0, 0], b"user\0ada\0\0"]))
}

fn request(code: u32) -> Step {
    (Client, untyped(&[&code.to_be_bytes()]))
}

fn password(secret: &[u8]) -> Step {
    (Client, message(b'p', &[secret]))
}

fn authentication(kind: u8, data: &[u8]) -> Step {
    (Server, message(b'R', &[&[0, 0, 0, kind], data]))
}

fn ready() -> Step {
    (Server, message(b'Z', &[b"I"]))
}

fn query() -> Step {
    (Client, message(b'Q', &[b"select 1\0"]))
}

/// Passes the bytes of each step through `mask`, in parts that end at the indexes `splits`. Returns the
/// recorded bytes of each step.
fn masked_in_parts(mask: &mut AuthenticationMask, steps: &[Step], splits: &[usize]) -> Vec<String> {
    let masked = |(sender, bytes): &Step| {
        let (mut bytes, mut begin) = (bytes.clone(), 0);
        let ends = splits.iter().copied().filter(|split| *split < bytes.len());
        for end in ends.chain([bytes.len()]).collect::<Vec<usize>>() {
            match sender {
                Client => mask.mask_write(&mut bytes[begin..end]),
                Server => mask.mask_read(&mut bytes[begin..end]),
            }
            begin = end;
        }
        bytes.escape_ascii().to_string()
    };
    steps.iter().map(masked).collect()
}

fn masked(mask: &mut AuthenticationMask, steps: &[Step]) -> Vec<String> {
    masked_in_parts(mask, steps, &[])
}

/// Asserts that all bytes of the last step are masked, and that no byte of the other steps is masked.
#[track_caller]
fn assert_last_step_is_masked(steps: &[Step]) {
    let mut mask = AuthenticationMask::new();
    let recorded = masked(&mut mask, steps);
    let last = steps.last().unwrap().1.len();
    assert_eq!(recorded.last().unwrap(), &"*".repeat(last));
    assert!(recorded.iter().rev().skip(1).all(|bytes| !bytes.contains('*')), "{recorded:?}");
    assert!(!mask.is_finished());
}

fn scram() -> Vec<Step> {
    vec![
        startup(),
        authentication(10, b"SCRAM-SHA-256\0\0"),
        password(b"SCRAM-SHA-256\0\0\0\0\x0bn,,n=,r=abc"),
        authentication(11, b"r=abcdef,s=c2FsdA==,i=4096"),
        password(b"c=biws,r=abcdef,p=cHJvb2Y="),
        (
            Server,
            [
                authentication(12, b"v=c2lnbmF0dXJl").1,
                authentication(0, b"").1,
                message(b'S', &[b"server_version\x0015.0\0"]),
                message(b'K', &[&[0, 0, 4, 210], b"keys"]),
                message(b'Z', &[b"I"]),
            ]
            .concat(),
        ),
        query(),
        (Server, message(b'D', &[&[0, 1, 0, 0, 0, 1], b"1"])),
    ]
}

#[test]
fn secrets_of_scram_authentication_are_masked() {
    let mut mask = AuthenticationMask::new();
    let recorded = masked(&mut mask, &scram());
    let expected = [
        r"\x00\x00\x00\x12\x00\x03\x00\x00user\x00ada\x00\x00",
        r"R\x00\x00\x00\x17\x00\x00\x00\n***************",
        r"p\x00\x00\x00!*****************************",
        r#"R\x00\x00\x00\"\x00\x00\x00\x0b**************************"#,
        r"p\x00\x00\x00\x1e**************************",
        concat!(
            r"R\x00\x00\x00\x16\x00\x00\x00\x0c**************",
            r"R\x00\x00\x00\x08\x00\x00\x00\x00",
            r"S\x00\x00\x00\x18server_version\x0015.0\x00",
            r"K\x00\x00\x00\x0c\x00\x00\x04\xd2****",
            r"Z\x00\x00\x00\x05I",
        ),
        r"Q\x00\x00\x00\rselect 1\x00",
        r"D\x00\x00\x00\x0b\x00\x01\x00\x00\x00\x011",
    ];
    assert_eq!(recorded, expected);
    assert!(mask.is_finished());
}

#[test]
fn masked_bytes_do_not_depend_on_read_boundaries() {
    let steps = scram();
    let expected = masked(&mut AuthenticationMask::new(), &steps);
    let longest = steps.iter().map(|(_, bytes)| bytes.len()).max().unwrap();
    for first in 1..longest {
        for second in first..longest {
            let mut mask = AuthenticationMask::new();
            let recorded = masked_in_parts(&mut mask, &steps, &[first, second]);
            assert_eq!(recorded, expected, "split at {first} and {second}");
        }
    }
    let every_byte: Vec<usize> = (1..longest).collect();
    assert_eq!(masked_in_parts(&mut AuthenticationMask::new(), &steps, &every_byte), expected);
}

#[test]
fn plaintext_password_is_masked() {
    let steps = [startup(), authentication(3, b""), password(b"secret\0"), authentication(0, b"")];
    let recorded = masked(&mut AuthenticationMask::new(), &steps);
    assert_eq!(recorded[1], r"R\x00\x00\x00\x08\x00\x00\x00\x03");
    assert_eq!(recorded[2], r"p\x00\x00\x00\x0b*******");
}

#[test]
fn salt_of_md5_password_is_masked() {
    let recorded = masked(&mut AuthenticationMask::new(), &[startup(), authentication(5, b"salt")]);
    assert_eq!(recorded[1], r"R\x00\x00\x00\x0c\x00\x00\x00\x05****");
}

#[test]
fn long_cancellation_key_is_masked() {
    let key = (Server, message(b'K', &[&[0, 0, 0, 7], &[b'k'; 32]]));
    let recorded = masked(&mut AuthenticationMask::new(), &[startup(), key]);
    assert_eq!(recorded[1], format!(r"K\x00\x00\x00(\x00\x00\x00\x07{}", "*".repeat(32)));
}

#[test]
fn key_of_a_cancel_request_is_masked() {
    let code = frame::CANCEL_REQUEST.to_be_bytes();
    let cancel = (Client, untyped(&[&code, &[0, 0, 0, 7], b"keys"]));
    let recorded = masked(&mut AuthenticationMask::new(), &[cancel, (Client, b"more".to_vec())]);
    assert_eq!(recorded, [r"\x00\x00\x00\x10\x04\xd2\x16.\x00\x00\x00\x07****", "****"]);
}

#[test]
fn password_after_refused_encryption_is_masked() {
    let refusal = (Server, b"N".to_vec());
    let steps = [
        request(frame::GSS_REQUEST),
        refusal.clone(),
        request(frame::SSL_REQUEST),
        refusal,
        startup(),
        password(b"secret"),
    ];
    let recorded = masked(&mut AuthenticationMask::new(), &steps);
    assert_eq!(recorded[..4], [r"\x00\x00\x00\x08\x04\xd2\x160", "N", r"\x00\x00\x00\x08\x04\xd2\x16/", "N"]);
    assert_eq!(recorded[5], r"p\x00\x00\x00\n******");
}

#[test]
fn masking_ends_when_server_accepts_encryption() {
    for (code, accepts) in [(frame::SSL_REQUEST, b"S"), (frame::GSS_REQUEST, b"G")] {
        let mut mask = AuthenticationMask::new();
        masked(&mut mask, &[request(code), (Server, accepts.to_vec())]);
        assert!(mask.is_finished());
        let recorded = masked(&mut mask, &[(Client, b"\x16\x03\x01".to_vec()), (Server, b"\x16".to_vec())]);
        assert_eq!(recorded, [r"\x16\x03\x01", r"\x16"]);
    }
}

#[test]
fn error_response_to_encryption_request_is_not_masked() {
    let error = message(b'E', &[b"SFATAL\0\0"]);
    let recorded = masked(&mut AuthenticationMask::new(), &[request(frame::SSL_REQUEST), (Server, error)]);
    assert_eq!(recorded[1], r"E\x00\x00\x00\x0cSFATAL\x00\x00");
}

#[test]
fn masking_ends_with_first_query_after_authentication() {
    let mut mask = AuthenticationMask::new();
    masked(&mut mask, &[startup(), authentication(0, b""), ready()]);
    assert!(!mask.is_finished(), "the recording of a password may come later");
    let recorded = masked(&mut mask, &[password(b"late")]);
    assert_eq!(recorded, [r"p\x00\x00\x00\x08****"]);
    assert!(!mask.is_finished());
    masked(&mut mask, &[query()]);
    assert!(mask.is_finished());
}

#[test]
fn query_sent_during_authentication_is_not_masked() {
    let mut mask = AuthenticationMask::new();
    let recorded = masked(&mut mask, &[startup(), password(b"secret"), query()]);
    assert_eq!(recorded[2], r"Q\x00\x00\x00\rselect 1\x00");
    assert!(!mask.is_finished());
    masked(&mut mask, &[authentication(0, b""), ready()]);
    assert!(mask.is_finished());
}

#[test]
fn messages_of_unknown_type_are_masked_completely() {
    for first in 0..=u8::MAX {
        if first != PASSWORD && !CLIENT_TYPES.contains(&first) {
            assert_last_step_is_masked(&[startup(), (Client, message(first, &[b"secret"]))]);
        }
        if !SERVER_TYPES.contains(&first) {
            assert_last_step_is_masked(&[startup(), (Server, message(first, &[b"secret"]))]);
        }
        // A length above 0x00ff_ffff.
        if first > 0 {
            assert_last_step_is_masked(&[(Client, [&[first, 0, 0], &b"secret"[..]].concat())]);
        }
    }
}

#[test]
fn all_bytes_after_an_invalid_length_are_masked() {
    let lengths = [(Client, b'p', 3), (Client, b'Q', 65_540), (Server, b'R', 7), (Server, b'K', 0)];
    let more = [(Server, b'Z', 4), (Server, b'Z', 6), (Server, b'S', u32::MAX)];
    for (sender, kind, length) in lengths.into_iter().chain(more) {
        let head: Vec<u8> = [&[kind], &length.to_be_bytes()[..]].concat();
        let steps = [startup(), (sender, head.clone()), (sender, b"secret".to_vec()), ready(), query()];
        let mut mask = AuthenticationMask::new();
        let recorded = masked(&mut mask, &steps);
        assert!(recorded[1].ends_with('*'), "{length} of {}: {recorded:?}", kind.escape_ascii());
        assert_eq!(recorded[2], "******");
        assert!(!mask.is_finished());
    }
}

#[test]
fn all_bytes_after_an_invalid_startup_are_masked() {
    let secret = b"secret".as_slice();
    let messages = [
        [&[0, 0, 0, 7], secret].concat(),
        [&[0, 0, 0x27, 0x11], secret].concat(),
        // Version 2, version 4, and an unknown request.
        untyped(&[&[0, 2, 0, 0], secret]),
        untyped(&[&[0, 4, 0, 0], secret]),
        untyped(&[&(1234 << 16 | 5681_u32).to_be_bytes(), secret]),
        // Requests of the wrong length.
        untyped(&[&frame::SSL_REQUEST.to_be_bytes(), secret]),
        untyped(&[&frame::CANCEL_REQUEST.to_be_bytes(), b"\0\0\0"]),
    ];
    for message in messages {
        let recorded = masked(&mut AuthenticationMask::new(), &[(Client, message.clone()), password(secret)]);
        assert!(recorded[0].contains('*'), "{}", message.escape_ascii());
        assert!(!recorded[0].contains("secret"), "{recorded:?}");
        assert_eq!(recorded[1], "*".repeat(11));
    }
}

#[test]
fn unexpected_response_to_an_encryption_request_is_masked() {
    for response in [b"G".as_slice(), b"R", b"\0"] {
        assert_last_step_is_masked(&[request(frame::SSL_REQUEST), (Server, response.to_vec())]);
    }
    let mut mask = AuthenticationMask::new();
    masked(&mut mask, &[request(frame::SSL_REQUEST), request(frame::GSS_REQUEST), (Server, b"S".to_vec())]);
    let recorded = masked(&mut mask, &[startup(), password(b"secret")]);
    assert!(recorded.concat().bytes().all(|byte| byte == b'*') && !mask.is_finished(), "{recorded:?}");
}
