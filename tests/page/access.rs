//! Who may ask the page for anything, and what it hands out.

use serde_json::{Value, json};

use crate::support::browser::{ask, get, post};
use crate::support::workshop::Workshop;

#[test]
fn the_page_is_handed_out_and_may_load_nothing_else() {
    let workshop = Workshop::start();
    let page = workshop.page();
    for (path, kind, holds) in [
        ("/", "text/html; charset=utf-8", "src=\"page.js\""),
        ("/page.js", "text/javascript; charset=utf-8", "new EventSource("),
        ("/page.css", "text/css; charset=utf-8", ":root"),
        ("/icon.svg", "image/svg+xml", "<svg "),
    ] {
        let answer = get(page, path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
        assert!(answer.text().contains(holds), "{path}");
    }
    // Errors, too, have all the headers.
    for (path, status) in
        [("/", 200), ("/nothing", 404), ("/api/run", 405), ("/api/traces/nothing.jsonl", 404)]
    {
        let answer = get(page, path);
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(status == 200 || !answer.error().is_empty(), "{path}");
    }
}

#[test]
fn no_page_of_anyone_else_may_ask() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let (port, own) = (page.port(), format!("http://{page}"));
    let foreign = ["evil.example", "localhost.evil.example", "192.0.2.1", "[2001:db8::1]"];
    let foreign = foreign.map(|host| format!("{host}:{port}"));
    let other_ports = ["127.0.0.1", "localhost", "localhost:1", "[::1]:1"].map(str::to_owned);
    for host in foreign.iter().chain(&other_ports) {
        let answer = ask(page, "GET /", &[("host", host)], "");
        assert_eq!(answer.status, 403, "{host}");
        assert!(answer.error().contains(&format!("open {own} in a browser")), "{}", answer.error());
    }
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2", "[::1]"] {
        assert_eq!(ask(page, "GET /", &[("host", &format!("{host}:{port}"))], "").status, 200, "{host}");
    }
    for header in [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(ask(page, "GET /icon.svg", &[header], "").status, 403, "{header:?}");
    }
    for header in [("origin", own.as_str()), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")] {
        assert_eq!(ask(page, "GET /", &[header], "").status, 200, "{header:?}");
    }
    // A link, which anyone may follow, leads to the page and to nothing else of it.
    let followed =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    assert_eq!(ask(page, "GET /", &followed, "").status, 200);
    assert_eq!(ask(page, "GET /api/report.html", &followed, "").status, 403);
    assert_eq!(ask(page, "GET /", &followed[..2], "").status, 403, "in a frame");
}

#[test]
fn what_changes_something_is_no_form_and_says_clearly_what() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let get_one = json!({ "operation": "get", "apis": ["rest"] });
    for kind in
        ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/jsonp"]
    {
        let answer = ask(page, "POST /api/run", &[("content-type", kind)], &get_one.to_string());
        assert_eq!(answer.status, 415, "{kind}");
        assert!(answer.error().contains("content-type: application/json"), "{}", answer.error());
    }
    let kind = ("content-type", "application/json; charset=utf-8");
    assert_eq!(ask(page, "POST /api/run", &[kind], &get_one.to_string()).status, 200);

    let long = "x".repeat(5_000);
    for (path, body, status, said) in [
        ("/api/run", json!({}), 400, "missing field `operation`"),
        ("/api/run", json!({ "operation": "buy", "apis": ["rest"] }), 400, "unknown variant `buy`"),
        (
            "/api/run",
            json!({ "operation": "get", "apis": ["soap"] }),
            400,
            "no API \"soap\": it is rest, graphql or grpc",
        ),
        ("/api/run", json!({ "operation": "get", "apis": [] }), 400, "say over which APIs"),
        (
            "/api/run",
            json!({ "operation": "get", "apis": ["rest"], "calls": 0 }),
            400,
            "from 1 to 100, not 0",
        ),
        (
            "/api/run",
            json!({ "operation": "get", "apis": ["rest"], "calls": 101 }),
            400,
            "from 1 to 100, not 101",
        ),
        (
            "/api/run",
            json!({ "operation": "get", "apis": ["rest"], "connection": "old" }),
            400,
            "unknown variant `old`",
        ),
        (
            "/api/run",
            json!({ "operation": "get", "apis": ["rest"], "times": 1 }),
            400,
            "unknown field `times`",
        ),
        ("/api/run", json!({ "operation": "watch", "apis": ["rest"] }), 400, "unknown variant `watch`"),
        ("/api/run", json!({ "operation": long }), 413, "length limit"),
        ("/api/watch", json!({ "apis": ["rest"] }), 400, "missing field `on`"),
        ("/api/watch", json!({ "apis": ["soap"], "on": true }), 400, "no API \"soap\""),
        ("/api/datagrams", json!({ "over": "ip", "calls": 1 }), 400, "unknown variant `ip`"),
        ("/api/datagrams", json!({ "over": "udp", "calls": 21 }), 400, "from 1 to 20, not 21"),
        ("/api/datagrams", json!({ "over": "tcp", "calls": 1, "lossy": true }), 400, "lossy is for udp"),
        ("/api/nothing", Value::Null, 404, "the page is at /"),
    ] {
        let answer = post(page, path, &body);
        assert_eq!(answer.status, status, "{path} {body}");
        assert!(answer.error().contains(said), "{path} {body}: {}", answer.error());
    }
}
