//! Tests of maps that show the statements of a PostgreSQL call.

use socket_tap::format::Side;

use super::{Selection, blocks, map};
use crate::timeline::fixture::{header, transfer};

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], &length[..], body].concat()
}

/// Returns a server's recording of its connection to a database, with one call that consists of two
/// statements.
fn database() -> Vec<String> {
    let (parse, bind) =
        (|text: &str| message(b'P', format!("\0{text}\0\0\0").as_bytes()), message(b'B', &[0; 8]));
    let (execute, complete) =
        (message(b'E', &[0; 5]), |tag: &str| message(b'C', format!("{tag}\0").as_bytes()));
    let request =
        [parse("BEGIN"), bind.clone(), execute.clone(), parse("SELECT 1"), bind, execute, message(b'S', &[])];
    let response =
        [complete("BEGIN"), message(b'D', b"\0\x01\0\0\0\x011"), complete("SELECT 1"), message(b'Z', b"T")];
    vec![
        header("shop", Side::Server, 0, 640),
        r#"{"t":10,"sock":1,"op":"connect","local":"127.0.0.1:9","peer":"127.0.0.1:5432"}"#.to_owned(),
        transfer(20, 1, "write", b"\0\0\0\x0f\0\x03\0\0user\0a\0"),
        transfer(30, 1, "read", &[message(b'R', &[0; 4]), message(b'Z', b"I")].concat()),
        transfer(40, 1, "write", &request.concat()),
        transfer(50, 1, "read", &response.concat()),
    ]
}

#[test]
fn messages_are_grouped_by_statement() {
    let map = map(&[database()], &Selection::default()).unwrap();
    assert_eq!(map.operation, "BEGIN");
    let [request, response] = &map.directions[..] else { panic!("{map:?}") };
    let titles: Vec<&str> = request.levels.iter().map(|level| level.title.as_str()).collect();
    assert_eq!(titles, ["client's writes", "PostgreSQL", "statements"]);
    assert_eq!(
        blocks(&request.levels[1]),
        [
            "Parse 15-29",
            "Bind 29-42",
            "Execute 42-52",
            "Parse 52-69",
            "Bind 69-82",
            "Execute 82-92",
            "Sync 92-97"
        ]
    );
    assert_eq!(blocks(&request.levels[2]), ["statement 15-52", "statement 52-92"]);
    let texts: Vec<&str> = response.levels[2].blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["BEGIN → BEGIN", "SELECT 1 → 1 row"]);
    assert_eq!(response.levels[1].blocks.len(), 4);
}
