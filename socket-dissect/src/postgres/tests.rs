use super::super::BytesByClass;
use super::super::fixture::lines;
use super::fixture::{
    bind, complete, description, error, execute, message, messages, parse, ready, row, started, sync,
};

fn some(status: &str) -> Option<String> {
    Some(status.to_owned())
}

#[test]
fn simple_query_and_its_result_form_one_call() {
    let mut server = started();
    let parts = server.reads(message(b'Q', "SELECT title\n  FROM books\0"));
    assert_eq!(lines(&parts), ["5 framing Query", "26 payload Query: SELECT title FROM books"]);
    let rows = [description(&["title"]), row(&[b"UNIX"]), row(&[b"TCP/IP"]), complete("SELECT 2")];
    assert_eq!(
        messages(&server.writes([rows.concat(), ready(b'I')].concat())),
        [
            "headers RowDescription: title",
            "payload DataRow: UNIX",
            "payload DataRow: TCP/IP",
            "headers CommandComplete: SELECT title FROM books → 2 rows",
            "headers ReadyForQuery: idle",
        ]
    );
    let call = server.finished().remove(0);
    assert_eq!((call.operation.as_str(), call.status), ("SELECT title FROM books", some("SELECT 2")));
    assert_eq!(call.to_server.bytes, BytesByClass { framing: 5, payload: 26, ..BytesByClass::default() });
    assert_eq!(call.to_client.bytes.framing, 5 * 5);
    assert_eq!(call.to_client.bytes.payload, 10 + 12);
}

#[test]
fn bind_and_execute_show_the_prepared_statement() {
    let mut server = started();
    let prepare = [parse("s1", "SELECT title FROM books WHERE id = $1"), message(b'D', "Ss1\0"), sync()];
    assert_eq!(
        messages(&server.reads(prepare.concat())),
        [
            "payload Parse: s1: SELECT title FROM books WHERE id = $1",
            "headers Describe: statement s1",
            "Sync"
        ]
    );
    let prepared =
        [message(b'1', []), message(b't', [0, 1, 0, 0, 0, 23]), description(&["title"]), ready(b'I')];
    assert_eq!(
        messages(&server.writes(prepared.concat())),
        [
            "ParseComplete",
            "headers ParameterDescription: 1 parameter",
            "headers RowDescription: title",
            "headers ReadyForQuery: idle"
        ]
    );
    assert_eq!(
        messages(&server.reads([bind("s1", &[0, 0, 0, 15]), execute(), sync()].concat())),
        [
            "payload Bind: SELECT title FROM books WHERE id = $1 (0x0000000f)",
            "headers Execute: SELECT title FROM books WHERE id = $1",
            "Sync"
        ]
    );
    let rows = [message(b'2', []), row(&[b"UNIX"]), complete("SELECT 1"), ready(b'T')];
    assert_eq!(
        messages(&server.writes(rows.concat()))[2..],
        [
            "headers CommandComplete: SELECT title FROM books WHERE id = $1 → 1 row",
            "headers ReadyForQuery: in transaction"
        ]
    );
    let close = [message(b'C', "Ss1\0"), sync()].concat();
    assert_eq!(messages(&server.reads(close)), ["headers Close: statement s1", "Sync"]);
    assert_eq!(messages(&server.writes([message(b'3', []), ready(b'T')].concat()))[0], "CloseComplete");
    assert_eq!(
        messages(&server.reads([bind("s1", b"7"), message(b'E', "\0\0\0\0\x07")].concat())),
        ["payload Bind: statement s1 (7)", "headers Execute: portal, at most 7 rows"]
    );
    let statement = "SELECT title FROM books WHERE id = $1".to_owned();
    assert_eq!(
        server.ended(),
        [
            (format!("Parse {statement}"), some("OK")),
            (statement, some("SELECT 1")),
            ("Close statement".to_owned(), some("OK")),
        ]
    );
}

#[test]
fn pipelined_statements_keep_their_order() {
    let mut server = started();
    let insert = [parse("", "INSERT INTO books VALUES ($1)"), bind("", b"1"), execute()].concat();
    let update = [parse("", "UPDATE books SET id = $1"), bind("", b"2"), execute(), sync()].concat();
    server.reads([insert, update, message(b'Q', "COMMIT\0"), message(b'Q', "BEGIN\0")].concat());
    let acknowledged = [message(b'1', []), message(b'2', [])].concat();
    let first = [acknowledged.clone(), complete("INSERT 0 1"), acknowledged, complete("UPDATE 0")].concat();
    let texts = messages(&server.writes([first, ready(b'T'), complete("COMMIT")].concat()));
    assert_eq!(
        [&texts[2], &texts[5], &texts[7]],
        [
            "headers CommandComplete: INSERT INTO books VALUES ($1) → 1 row",
            "headers CommandComplete: UPDATE books SET id = $1 → 0 rows",
            "headers CommandComplete: COMMIT → COMMIT",
        ]
    );
    server.writes([ready(b'I'), complete("BEGIN"), ready(b'T')].concat());
    let operations: Vec<String> = server.ended().into_iter().map(|(operation, _)| operation).collect();
    assert_eq!(operations, ["INSERT INTO books VALUES ($1)", "COMMIT", "BEGIN"]);
}

#[test]
fn error_response_sets_the_call_status() {
    let mut server = started();
    server.reads([parse("", "SELECT"), bind("", b"1"), execute(), execute(), sync()].concat());
    assert_eq!(
        messages(&server.writes([error("42703", "no such column"), ready(b'E')].concat())),
        ["headers ErrorResponse: ERROR 42703: no such column", "headers ReadyForQuery: failed transaction"]
    );
    assert_eq!(server.ended(), [("SELECT".to_owned(), some("ERROR 42703"))]);
}

#[test]
fn notification_belongs_to_no_call() {
    let mut server = started();
    server.reads(message(b'Q', "LISTEN changes\0"));
    let notification = message(b'A', b"\0\0\x04\xd2changes\x0017\0");
    let parts = server.writes([notification, message(b'I', []), ready(b'I')].concat());
    assert_eq!(
        messages(&parts),
        ["payload NotificationResponse: changes: 17", "EmptyQueryResponse", "headers ReadyForQuery: idle"]
    );
    assert_eq!(
        parts.iter().map(|part| part.call).collect::<Vec<_>>(),
        [None, None, Some(0), Some(0), Some(0)]
    );
}

#[test]
fn copy_data_belongs_to_its_copy_statement() {
    let mut server = started();
    server.reads(message(b'Q', "COPY books FROM STDIN\0"));
    let begins = server.writes(message(b'G', [0, 0, 2, 0, 0, 0, 0]));
    assert_eq!(messages(&begins), ["headers CopyInResponse: text, 2 columns"]);
    let parts = server.reads([message(b'd', "1\tUNIX\n"), message(b'c', [])].concat());
    assert_eq!(messages(&parts), ["payload CopyData: 1␉UNIX", "CopyDone"]);
    assert!(parts.iter().all(|part| part.call == Some(0)));
    server.writes([complete("COPY 1"), ready(b'I')].concat());
    assert_eq!(server.ended(), [("COPY books FROM STDIN".to_owned(), some("COPY 1"))]);
    let late = server.reads([message(b'd', "2"), message(b'f', "interrupted\0")].concat());
    assert_eq!(messages(&late), ["payload CopyData: 2", "payload CopyFail: interrupted"]);
    assert!(late.iter().all(|part| part.call.is_none()));
    server.reads(message(b'Q', "COPY books TO STDOUT\0"));
    let out = [message(b'H', [1, 0, 1, 0, 1]), message(b'd', [0, 7]), message(b'c', []), message(b's', [])];
    assert_eq!(
        messages(&server.writes(out.concat())),
        ["headers CopyOutResponse: binary, 1 column", "payload CopyData: ␀␇", "CopyDone", "PortalSuspended"]
    );
}
