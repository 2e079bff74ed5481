use super::super::fixture::{Fixture, lines};
use super::fixture::{
    bind, complete, description, execute, message, messages, parse, ready, row, started, startup, sync,
};
use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::Side;

#[test]
fn unrecorded_bytes_inside_a_message_are_skipped() {
    let mut server = started();
    let query = message(b'Q', format!("INSERT INTO books VALUES ('{}')\0", "a".repeat(3_000)));
    let parts = server.reads_cut(&query[..50], query.len() as u64 - 50);
    let text = format!("INSERT INTO books VALUES ('{}… (2,985 B not recorded)", "a".repeat(18));
    assert_eq!(lines(&parts)[1], format!("{} payload Query: {text}", query.len() - 5));
    let parts = server.writes_cut([complete("INSERT 0 1"), ready(b'I')].concat(), 0);
    assert!(messages(&parts)[0].ends_with("… → 1 row"), "{parts:?}");
    assert_eq!(server.ended()[0].1.as_deref(), Some("INSERT 0 1"));
}

#[test]
fn unrecorded_bytes_do_not_hide_the_next_response() {
    let mut server = started();
    let query = |server: &mut Fixture| server.reads(message(b'Q', "SELECT title FROM books\0"));
    query(&mut server);
    let rows = [description(&["title"]), row(&[b"UNIX"]).repeat(9)].concat();
    let parts = server.writes_cut(&rows[..60], rows.len() as u64 - 60);
    assert_eq!(lines(&parts).last().unwrap(), "105 unknown unknown: 105 B not recorded");
    assert_eq!(
        lines(&server.writes("X, TCP/IP")),
        ["9 unknown unknown: follows bytes that were not recorded"]
    );
    query(&mut server);
    let rows = [row(&[b"UNIX"]), complete("SELECT 1"), ready(b'I')].concat();
    assert_eq!(messages(&server.writes(rows))[0], "payload DataRow: UNIX");
    let statuses: Vec<_> = server.ended().into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, [None, Some("SELECT 1".to_owned())]);
}

#[test]
fn response_messages_after_unrecorded_bytes_are_recognized() {
    let mut server = started();
    server.reads(message(b'Q', "SELECT 1\0"));
    server.writes_cut([], 500);
    let end = [row(&[b"1"]), complete("SELECT 14"), ready(b'I')].concat();
    assert_eq!(messages(&server.writes(end))[1], "headers CommandComplete: SELECT 1 → 14 rows");
    assert_eq!(server.ended(), [("SELECT 1".to_owned(), Some("SELECT 14".to_owned()))]);
}

#[test]
fn pipelined_responses_after_unrecorded_bytes_are_unknown() {
    let mut server = started();
    server.reads([message(b'Q', "SELECT 1\0"), message(b'Q', "SELECT 2\0")].concat());
    server.writes_cut([], 500);
    let parts = server.writes([complete("SELECT 1"), ready(b'I')].concat());
    assert_eq!(lines(&parts), ["20 unknown unknown: follows bytes that were not recorded"]);
}

#[test]
fn requests_after_unrecorded_bytes_are_recognized() {
    let mut server = started();
    let request = [parse("s1", "SELECT $1"), bind("s1", b"1"), execute(), sync()].concat();
    let recorded = &request[..parse("s1", "SELECT $1").len() + 2];
    server.reads_cut(recorded, (request.len() - recorded.len()) as u64);
    server.reads_cut([], 7);
    server.writes([message(b'1', []), message(b'2', []), complete("SELECT 1"), ready(b'I')].concat());
    let parts = server.reads([bind("s1", b"2"), execute(), sync()].concat());
    assert_eq!(messages(&parts)[0], "payload Bind: SELECT $1 (2)");
    server.writes([message(b'2', []), complete("SELECT 1"), ready(b'I')].concat());
    assert_eq!(server.ended().len(), 2);
}

#[test]
fn postgresql_is_recognized_in_mid_connection() {
    let mut client = super::super::Dissector::new(Side::Client);
    let mut observe = |op: fn(Transfer) -> Op, data: Vec<u8>| {
        let transfer = Transfer::new(data.len() as u64).with_data(data);
        client.observe(&Event::new(1, SockId::new(7), op(transfer)))
    };
    let parts = observe(Op::Write, [bind("s1", b"1"), execute(), sync()].concat());
    assert_eq!(messages(&parts), ["payload Bind: statement s1 (1)", "headers Execute: portal", "Sync"]);
    let parts = observe(Op::Read, [message(b'2', []), complete("SELECT 1"), ready(b'I')].concat());
    assert_eq!(messages(&parts)[1], "headers CommandComplete: SELECT 1");
}

#[test]
fn messages_do_not_depend_on_read_boundaries() {
    let requests =
        [parse("", "SELECT $1"), bind("", b"1"), execute(), sync(), message(b'Q', "END\0")].concat();
    let responses = [row(&[b"1", b"two"]), complete("SELECT 1"), ready(b'I'), complete("END"), ready(b'I')];
    let (startup, responses) = (startup(), responses.concat());
    let dissect = |at: usize| {
        let mut server = Fixture::new();
        let mut ended = Vec::new();
        for (bytes, is_read) in
            [(&startup, true), (&ready(b'I'), false), (&requests, true), (&responses, false)]
        {
            let (first, second) = bytes.split_at(at.min(bytes.len()));
            for bytes in [first, second].into_iter().filter(|bytes| !bytes.is_empty()) {
                let parts = if is_read { server.reads(bytes) } else { server.writes(bytes) };
                let complete = parts.iter().filter(|part| part.ends);
                ended.extend(complete.map(|part| (part.name, part.text.clone(), part.call)));
            }
        }
        (ended, server.ended())
    };
    let expected = dissect(0);
    assert_eq!(expected.1.len(), 2);
    for at in 1..startup.len().max(requests.len()).max(responses.len()) {
        assert_eq!(dissect(at), expected, "cut at {at}");
    }
}
