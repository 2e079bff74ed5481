//! gRPC through clients of others, which know the server's address and nothing else: grpcurl, buf, grpcio.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::process::Serving;
use crate::support::program::{Ran, find, find_python, run};

const SERVICE: &str = "bookshelf.v1.BookshelfService";

/// The repository's own folder.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn stopped_well(server: Serving) {
    let (status, _, err) = server.stop();
    assert!(status.success(), "{status}: {err}");
}

#[test]
fn grpcurl_shows_each_error_with_its_details() {
    let Some(grpcurl) = find("grpcurl") else { return };
    let server = Serving::start("grpc-server", &[]);
    let address = server.address.to_string();
    let long = format!(r#"{{"book": {{"title": "{}", "authorId": 1}}}}"#, "x".repeat(100_000));
    // Reflection tells grpcurl what the details are, too.
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("GetBook", r#"{"id": 99}"#, "NotFound", &["BOOK_NOT_FOUND", r#""resourceName": "books/99""#]),
        ("GetAuthor", r#"{"id": 99}"#, "NotFound", &["AUTHOR_NOT_FOUND", r#""resourceName": "authors/99""#]),
        ("DeleteBook", r#"{"id": 99}"#, "NotFound", &["BOOK_NOT_FOUND"]),
        (
            "ListBooks",
            r#"{"pageSize": 101}"#,
            "InvalidArgument",
            &["FIELD_INVALID", r#""field": "page_size""#],
        ),
        ("CreateBook", "{}", "InvalidArgument", &["FIELD_INVALID", r#""field": "book""#]),
        (
            "UpdateBook",
            r#"{"book": {"id": 1, "revision": 1}, "updateMask": {"paths": ["year", "authorId"]}}"#,
            "InvalidArgument",
            &[r#""field": "update_mask.paths[1]""#, r#"write \"author_id\""#],
        ),
        (
            "UpdateBook",
            r#"{"book": {"id": 1, "revision": 7, "year": 1992}}"#,
            "Aborted",
            &["REVISION_OUTDATED", r#""actualRevision": "1""#, r#""subject": "books/1""#],
        ),
        ("CreateBook", &long, "ResourceExhausted", &["MESSAGE_TOO_LARGE"]),
        ("WatchBooks", r#"{"afterSequence": 5}"#, "DataLoss", &["CHANGE_UNKNOWN", r#""last": "0""#]),
    ];
    for (method, data, code, parts) in cases {
        let method = format!("{SERVICE}/{method}");
        let failed = run(&grpcurl, &["-plaintext", "-d", data, &address, &method]);
        assert_ne!(failed.code(), 0, "{method}");
        let said = failed.stderr();
        for part in [&[&*format!("Code: {code}"), "\"domain\": \"bookshelf.v1\""], *parts].concat() {
            assert!(said.contains(part), "{part} is not in: {said}");
        }
    }
    stopped_well(server);
}

#[test]
fn whoever_watches_the_health_hears_of_the_shutdown() {
    let Some(grpcurl) = find("grpcurl") else { return };
    let server = Serving::start("grpc-server", &[]);
    let mut watching = Command::new(grpcurl)
        .args(["-plaintext", &server.address.to_string(), "grpc.health.v1.Health/Watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(watching.stdout.take().unwrap());
    let mut serving = String::new();
    while !serving.contains("\"SERVING\"") {
        assert_ne!(said.read_line(&mut serving).unwrap(), 0, "{serving}");
    }
    server.signal(Signal::TERM);
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"NOT_SERVING\""), "{rest}");
    assert!(watching.wait().unwrap().success(), "the stream ends well");
    let (status, _, err) = server.wait();
    assert!(status.success(), "{status}: {err}");
}

#[test]
fn buf_calls_what_reflection_tells() {
    let Some(buf) = find("buf") else { return };
    let server = Serving::start("grpc-server", &[]);
    let curl = |arguments: &[&str], path: &str| -> Ran {
        let url = format!("http://{}{path}", server.address);
        run(&buf, &[&["curl", "--http2-prior-knowledge", "--protocol", "grpc"], arguments, &[&url]].concat())
    };
    let methods = curl(&["--list-methods"], "").ok();
    assert!(methods.contains("bookshelf.v1.BookshelfService/WatchBooks\n"), "{methods}");
    let book = curl(&["-d", r#"{"id": 1}"#], &format!("/{SERVICE}/GetBook")).ok();
    assert!(book.contains("UNIX Network Programming"), "{book}");
    let update = r#"{"book": {"id": 1, "revision": 1, "year": 1991}, "updateMask": "year"}"#;
    let updated = curl(&["-d", update], &format!("/{SERVICE}/UpdateBook")).ok();
    assert!(updated.contains("UNIX") && updated.contains("1991"), "{updated}");
    // It takes gzip, and says so.
    let list = curl(&["-v", "-d", "{}"], &format!("/{SERVICE}/ListBooks"));
    assert!(list.stderr().contains("Grpc-Encoding: gzip"), "{}", list.stderr());
    assert!(list.ok().contains("The TeXbook"));
    let failed = curl(&["-d", r#"{"id": 99}"#], &format!("/{SERVICE}/GetBook"));
    let said = failed.stderr();
    assert!(said.contains("\"not_found\"") && said.contains("google.rpc.ResourceInfo"), "{said}");
    stopped_well(server);
}

#[test]
fn buf_finds_nothing_to_say_about_the_contract() {
    let Some(buf) = find("buf") else { return };
    let contract = format!("{ROOT}/proto");
    assert_eq!(run(&buf, &["lint", &contract]).ok(), "");
    assert_eq!(run(&buf, &["format", "--diff", "--exit-code", &contract]).ok(), "");
}

#[test]
fn grpcio_finds_what_it_expects() {
    let modules = "grpc, grpc_health, grpc_reflection, grpc_status";
    let Some(python) = find_python(modules, "tests/clients/grpc-requirements.txt") else { return };
    let server = Serving::start("grpc-server", &[]);
    let script = format!("{ROOT}/tests/clients/grpc_client.py");
    let said = run(python, &[&script, &server.address.to_string()]).ok();
    assert!(said.contains("checks, grpcio "), "{said}");
    stopped_well(server);
}
