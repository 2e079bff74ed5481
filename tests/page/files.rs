//! Tests of the files that the live page offers for download.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use socket_tap::format::Side;

use crate::support::browser::{get, post};
use crate::support::workshop::Workshop;

#[test]
fn only_trace_files_can_be_downloaded() {
    let workshop = Workshop::start();
    let answer = get(workshop.page(), "/api/traces/rest-server.jsonl");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jsonl")));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"rest-server.jsonl\""));
    let trace = fs::read(workshop.trace("rest", Side::Server)).unwrap();
    assert!(answer.body.len() > 1_000 && trace.starts_with(&answer.body));
    for file in
        ["nothing.jsonl", "rest-server", "..%2Frest-server.jsonl", "%2Fetc%2Fpasswd", "rest-server.jsonl%00"]
    {
        let answer = get(workshop.page(), &format!("/api/traces/{file}"));
        assert_eq!(answer.status, 404, "{file}");
    }
}

/// A download occupies a thread until the client has read it.
#[test]
fn unread_downloads_occupy_a_limited_number_of_threads() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let load = json!({ "operation": "list", "apis": ["rest", "graphql", "grpc"], "calls": 100, "connection": "new" });
    // More than the kernel buffers of a connection.
    while fs::metadata(workshop.trace("rest", Side::Server)).unwrap().len() < 8 << 20 {
        assert_eq!(post(page, "/api/run", &load).status, 200);
    }
    let before = workshop.threads();
    let head = format!(
        "GET /api/traces/rest-server.jsonl HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
        page.address, page.token
    );
    let unread: Vec<_> = (0..64)
        .map(|_| {
            let mut stream = TcpStream::connect(page.address).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    // The first requests may arrive before the unread downloads have taken all places.
    while get(page, "/api/traces/rest-server.jsonl").status != 503 {
        assert!(began.elapsed() < Duration::from_secs(60));
    }
    let during = workshop.threads();
    assert!(during <= before + 16, "{before} threads before, {during} with {} downloads", unread.len());
    drop(unread);
    let began = Instant::now();
    while get(page, "/api/traces/rest-server.jsonl").status != 200 {
        assert!(began.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn capture_and_diagram_can_be_downloaded() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let capture = get(page, "/api/capture.pcapng");
    assert_eq!(capture.header("content-disposition"), Some("attachment; filename=\"capture.pcapng\""));
    // The block type of a section header (draft-ietf-opsawg-pcapng, 4.1).
    assert!(capture.status == 200 && capture.body.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    let picture = get(page, "/api/sequence.svg?step=get%20a%20book");
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/svg+xml")));
    let text = picture.text();
    assert!(
        text.starts_with("<svg ") && ["rest", "graphql", "grpc"].iter().all(|api| text.contains(api)),
        "{text}"
    );
    let nothing = get(page, "/api/sequence.svg?step=buy");
    assert_eq!(nothing.status, 404);
}

#[test]
fn report_contains_all_items_of_the_page() {
    let workshop = Workshop::start();
    post(workshop.page(), "/api/run", &json!({ "operation": "get", "apis": ["grpc"], "calls": 2 }));
    let step = "get a book, 2 calls on one connection";
    let items = workshop.stream().items_until(|items| items.iter().any(|item| item["step"] == step));
    let report = get(workshop.page(), "/api/report.html");
    assert_eq!(report.header("content-disposition"), Some("attachment; filename=\"report.html\""));
    let (_, recording) = report.text().split_once("id=\"recording\">").unwrap();
    let recording: Value = serde_json::from_str(recording.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(recording["items"].as_array().unwrap()[..items.len()], items);
    assert_eq!(recording["hello"]["lanes"][1]["title"], "GraphQL");
    assert_eq!(recording["hello"]["operations"], json!([]));
    // The comparison also contains steps that the page has not received yet.
    let compared = recording["comparison"]["traces"].as_array().unwrap();
    let has_step =
        |trace: &&Value| trace["steps"].as_array().unwrap().iter().any(|found| found["name"] == step);
    assert_eq!(compared.iter().filter(has_step).count(), 2);
    assert_eq!(recording["comparison"]["verdict"], "same");
}
