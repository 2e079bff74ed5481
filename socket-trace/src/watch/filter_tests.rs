use super::*;
use crate::watch::call_row::CallId;

fn call() -> CallRow {
    CallRow {
        id: CallId { connection: 3, number: 0 },
        recording: 0,
        protocol: "HTTP/1.1",
        operation: "GET /v1/books/1".to_owned(),
        status: Some("404".to_owned()),
        began: 0,
        last: 5_000_000,
        has_ended: true,
        to_server: 100,
        to_client: 200,
    }
}

#[test]
fn call_passes_if_it_meets_all_conditions() {
    let met = [
        "",
        "books",
        "BOOKS get",
        "api:http",
        "api:rest",
        "operation:\"GET /v1\"",
        "status:4",
        "connection:3",
        "connection:c3",
        "bytes:300",
        "bytes:>299",
        "ms:<5.5",
        "is:error",
        "is:first",
        "-is:open",
        "-words",
        "api:",
        "-",
    ];
    let not_met =
        ["grpc", "books grpc", "api:grpc", "status:200", "connection:4", "bytes:>300", "ms:5.5", "-404"];
    for (texts, expected) in [(&met[..], true), (&not_met, false)] {
        for text in texts {
            let filter = Filter::parse(text);
            assert_eq!((filter.passes(&call(), "rest-server"), filter.error()), (expected, None), "{text}");
        }
    }
}

#[test]
fn no_call_passes_an_invalid_condition() {
    for text in ["ms:fast", "bytes:>", "bytes:>inf", "is:good", "colour:red", "books is:good"] {
        let filter = Filter::parse(text);
        assert!(filter.error().is_some() && !filter.passes(&call(), ""), "{text}");
    }
}
