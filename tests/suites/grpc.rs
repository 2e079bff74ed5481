//! Tests of the gRPC server with third-party clients: grpcurl, buf and grpcio.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::process::Serving;
use crate::support::program::{Ran, find, find_python, run};

const SERVICE: &str = "bookshelf.v1.BookshelfService";

/// Root folder of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn stop(server: Serving) {
    let (status, _, err) = server.stop();
    assert!(status.success(), "{status}: {err}");
}

#[test]
fn grpcurl_decodes_error_details() {
    let Some(grpcurl) = find("grpcurl") else { return };
    let server = Serving::start("grpc-server", &[]);
    let address = server.address.to_string();
    let long = format!(r#"{{"book": {{"title": "{}", "authorId": 1}}}}"#, "x".repeat(100_000));
    // grpcurl decodes the details with descriptors from reflection.
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
            &["FIELD_INVALID", r#""field": "update_mask.paths[1]""#],
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
        let stderr = failed.stderr();
        for part in [&[&*format!("Code: {code}"), "\"domain\": \"bookshelf.v1\""], *parts].concat() {
            assert!(stderr.contains(part), "{part} is not in: {stderr}");
        }
    }
    stop(server);
}

#[test]
fn health_service_reports_the_shutdown() {
    let Some(grpcurl) = find("grpcurl") else { return };
    let server = Serving::start("grpc-server", &[]);
    let mut watching = Command::new(grpcurl)
        .args(["-plaintext", &server.address.to_string(), "grpc.health.v1.Health/Watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(watching.stdout.take().unwrap());
    let mut before = String::new();
    while !before.contains("\"SERVING\"") {
        assert_ne!(stdout.read_line(&mut before).unwrap(), 0, "{before}");
    }
    server.signal(Signal::TERM);
    let mut after = String::new();
    stdout.read_to_string(&mut after).unwrap();
    assert!(after.contains("\"NOT_SERVING\""), "{after}");
    assert!(watching.wait().unwrap().success(), "the stream ends with OK");
    let (status, _, err) = server.wait();
    assert!(status.success(), "{status}: {err}");
}

#[test]
fn buf_calls_methods_found_by_reflection() {
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
    // buf accepts gzip.
    let list = curl(&["-v", "-d", "{}"], &format!("/{SERVICE}/ListBooks"));
    assert!(list.stderr().contains("Grpc-Encoding: gzip"), "{}", list.stderr());
    assert!(list.ok().contains("The TeXbook"));
    let failed = curl(&["-d", r#"{"id": 99}"#], &format!("/{SERVICE}/GetBook"));
    let stderr = failed.stderr();
    assert!(stderr.contains("\"not_found\"") && stderr.contains("google.rpc.ResourceInfo"), "{stderr}");
    stop(server);
}

#[test]
fn proto_file_passes_buf_lint_and_format() {
    let Some(buf) = find("buf") else { return };
    let contract = format!("{ROOT}/proto");
    assert_eq!(run(&buf, &["lint", &contract]).ok(), "");
    assert_eq!(run(&buf, &["format", "--diff", "--exit-code", &contract]).ok(), "");
}

#[test]
fn grpcio_client_gets_the_expected_responses() {
    let modules = "grpc, grpc_health, grpc_reflection, grpc_status";
    let Some(python) = find_python(modules, "tests/clients/grpc-requirements.txt") else { return };
    let server = Serving::start("grpc-server", &[]);
    let script = format!("{ROOT}/tests/clients/grpc_client.py");
    let stdout = run(python, &[&script, &server.address.to_string()]).ok();
    assert!(stdout.contains("checks, grpcio "), "{stdout}");
    stop(server);
}
