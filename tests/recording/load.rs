//! Tests with load generators and curl as clients: HTTP/1.1 with keep-alive, HTTP/2 without TLS, change
//! streams.

use crate::support::process::Serving;
use crate::support::program::{find, run};

#[test]
fn curl_reuses_connections_over_http1_and_http2() {
    let Some(curl) = find("curl") else { return };
    for (server, path) in
        [("rest-server", "/v1/books/1"), ("graphql-server", "/graphql?query=%7Bbook(id:1)%7Btitle%7D%7D")]
    {
        let server = Serving::start(server, &[]);
        let url = format!("http://{}{path}", server.address);
        let seen = ["-w", "%{http_version} %{num_connects}\n", "-o", "/dev/null"];
        let ask = |version: &str, times: usize| {
            let urls = (0..times).flat_map(|_| seen.iter().copied().chain([url.as_str()]));
            let arguments: Vec<&str> = ["-sS", "--globoff", version].into_iter().chain(urls).collect();
            run(&curl, &arguments).ok()
        };
        // The second request reuses the connection.
        assert_eq!(ask("--http1.1", 2), "1.1 1\n1.1 0\n", "{url}");
        // A single request: curl 7.88 (Debian) cannot reuse a clear-text HTTP/2 connection.
        assert_eq!(ask("--http2-prior-knowledge", 1), "2 1\n", "{url}");
        server.stop();
    }
}

#[test]
fn curl_resumes_a_stream_of_changes() {
    let Some(curl) = find("curl") else { return };
    let server = Serving::start("rest-server", &[]);
    let books = format!("http://{}/v1/books", server.address);
    let new = r#"{"title":"Seen","author_id":1,"year":2001}"#;
    run(&curl, &["-sSf", &books, "-H", "content-type: application/json", "-d", new]).ok();
    let changes = format!("{books}/changes?limit=1");
    // Reconnects like a browser: missed changes are sent.
    let stream = run(&curl, &["-sSN", "-H", "last-event-id: 0", &changes]).ok();
    assert!(stream.contains("id: 1\n") && stream.contains("\"title\":\"Seen\""), "{stream}");
    server.stop();
}

#[test]
fn wrk_reports_no_errors() {
    let Some(wrk) = find("wrk") else { return };
    let server = Serving::start("rest-server", &["--no-tap"]);
    let url = format!("http://{}/v1/books/1", server.address);
    let said = run(wrk, &["-t1", "-c8", "-d1s", &url]).ok();
    assert!(said.contains(" requests in "), "{said}");
    assert!(!said.contains("Non-2xx") && !said.contains("Socket errors"), "{said}");
    server.stop();
}

#[test]
fn h2load_gets_all_responses_over_many_streams() {
    let Some(h2load) = find("h2load") else { return };
    for (server, path) in
        [("rest-server", "/v1/books/1"), ("grpc-server", "/bookshelf.v1.BookshelfService/GetBook")]
    {
        let server = Serving::start(server, &["--no-tap"]);
        let directory = tempfile::TempDir::new().unwrap();
        let message = directory.path().join("message");
        // `GetBookRequest { id: 1 }`, uncompressed, 2 bytes long.
        std::fs::write(&message, [0, 0, 0, 0, 2, 8, 1]).unwrap();
        let url = format!("http://{}{path}", server.address);
        let grpc =
            ["-H", "content-type: application/grpc", "-H", "te: trailers", "-d", message.to_str().unwrap()];
        let body = if path.starts_with("/v1") { &[][..] } else { &grpc };
        let said = run(&h2load, &[&["-n400", "-c4", "-m10", "-t1", &url][..], body].concat()).ok();
        assert!(said.contains("400 succeeded, 0 failed, 0 errored"), "{said}");
        assert!(said.contains("status codes: 400 2xx"), "{said}");
        server.stop();
    }
}

#[test]
fn nghttp_multiplexes_requests() {
    let Some(nghttp) = find("nghttp") else { return };
    let server = Serving::start("rest-server", &["--no-tap"]);
    let url = |path| format!("http://{}{path}", server.address);
    let [one, other] = [url("/v1/books/1"), url("/v1/authors/1")];
    let said = run(nghttp, &["--no-dep", &one, &other]).ok();
    assert!(said.contains("UNIX Network Programming") && said.contains("W. Richard Stevens"), "{said}");
    server.stop();
}
