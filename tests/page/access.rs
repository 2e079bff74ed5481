//! Tests of the live page's server: access control, static files and request validation.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::browser::{ask, get, post};
use crate::support::process::command;
use crate::support::program::run_command;
use crate::support::tour::PORTS;
use crate::support::workshop::Workshop;

#[test]
fn page_and_errors_have_security_headers() {
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
    // Error responses have the same headers.
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
fn foreign_origins_are_refused() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let (port, own) = (page.address.port(), format!("http://{}", page.address));
    let foreign = ["evil.example", "localhost.evil.example", "192.0.2.1", "[2001:db8::1]"];
    let foreign = foreign.map(|host| format!("{host}:{port}"));
    let other_ports = ["127.0.0.1", "localhost", "localhost:1", "[::1]:1"].map(str::to_owned);
    for host in foreign.iter().chain(&other_ports) {
        let answer = ask(page, "GET /", &[("host", host)], "");
        assert_eq!(answer.status, 421, "{host}");
    }
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2", "[::1]"] {
        assert_eq!(ask(page, "GET /", &[("host", &format!("{host}:{port}"))], "").status, 200, "{host}");
    }
    for header in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(ask(page, "GET /icon.svg", &[header], "").status, 403, "{header:?}");
        assert_eq!(ask(page, "GET /api/report.html", &[header], "").status, 403, "{header:?}");
    }
    for header in [("origin", own.as_str()), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")] {
        assert_eq!(ask(page, "GET /", &[header], "").status, 200, "{header:?}");
    }
    // A link from another site may lead to the page, but not to its other resources.
    let followed =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    assert_eq!(ask(page, "GET /", &followed, "").status, 200);
    assert_eq!(ask(page, "GET /api/report.html", &followed, "").status, 403);
    assert_eq!(ask(page, "GET /", &followed[..2], "").status, 403, "a frame in another site");
}

#[test]
fn post_requires_the_json_content_type() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let get_one = json!({ "operation": "get", "apis": ["rest"] });
    for kind in
        ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/jsonp"]
    {
        let answer = ask(page, "POST /api/run", &[("content-type", kind)], &get_one.to_string());
        assert_eq!(answer.status, 415, "{kind}");
    }
    let kind = ("content-type", "application/json; charset=utf-8");
    assert_eq!(ask(page, "POST /api/run", &[kind], &get_one.to_string()).status, 200);
}

#[test]
fn invalid_requests_are_refused() {
    let workshop = Workshop::start();
    for (path, body, status) in [
        ("/api/run", json!({}), 400),
        ("/api/run", json!({ "operation": "buy", "apis": ["rest"] }), 400),
        ("/api/run", json!({ "operation": "get", "apis": ["soap"] }), 400),
        ("/api/run", json!({ "operation": "get", "apis": [] }), 400),
        ("/api/run", json!({ "operation": "get", "apis": ["rest"], "calls": 0 }), 400),
        ("/api/run", json!({ "operation": "get", "apis": ["rest"], "calls": 101 }), 400),
        ("/api/run", json!({ "operation": "get", "apis": ["rest"], "connection": "old" }), 400),
        ("/api/run", json!({ "operation": "get", "apis": ["rest"], "times": 1 }), 400),
        ("/api/run", json!({ "operation": "watch", "apis": ["rest"] }), 400),
        ("/api/run", json!({ "operation": "x".repeat(5_000) }), 413),
        ("/api/watch", json!({ "apis": ["rest"] }), 400),
        ("/api/watch", json!({ "apis": ["soap"], "on": true }), 400),
        ("/api/datagrams", json!({ "over": "ip", "calls": 1 }), 400),
        ("/api/datagrams", json!({ "over": "udp", "calls": 21 }), 400),
        ("/api/datagrams", json!({ "over": "tcp", "calls": 1, "lossy": true }), 400),
        ("/api/nothing", Value::Null, 404),
    ] {
        let answer = post(workshop.page(), path, &body);
        assert_eq!(answer.status, status, "{path} {body}");
        assert!(!answer.error().is_empty(), "{path} {body}");
    }
}

/// Other users of this machine can connect to the page, but they do not know the token.
#[test]
fn recordings_and_operations_require_the_token() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let other = "0".repeat(page.token.len());
    let cookie = format!("workshop-{}", page.address.port());
    let (cookie_of, other_cookie) = (format!("a=b; {cookie}={}", page.token), format!("{cookie}={other}"));
    let refused = [
        ("authorization", "none".to_owned()),
        ("authorization", format!("Bearer {other}")),
        ("authorization", format!("Basic {}", page.token)),
        ("cookie", other_cookie),
        ("cookie", format!("workshop-1={}", page.token)),
        ("cookie", format!("{cookie}={}x", page.token)),
    ];
    let get_one = json!({ "operation": "get", "apis": ["rest"] }).to_string();
    for (name, value) in &refused {
        for request in
            ["GET /", "GET /?token=", "GET /api/stream", "GET /api/traces/rest-server.jsonl", "HEAD /"]
        {
            let answer = ask(page, request, &[(name, value)], "");
            assert_eq!(answer.status, 401, "{request} {name}: {value}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            assert_eq!(answer.header("set-cookie"), None);
        }
        let headers = [(*name, value.as_str()), ("content-type", "application/json")];
        assert_eq!(ask(page, "POST /api/run", &headers, &get_one).status, 401, "{name}: {value}");
    }
    for (name, value) in [("authorization", format!("bearer {}", page.token)), ("cookie", cookie_of)] {
        let headers = [(name, value.as_str()), ("content-type", "application/json")];
        assert_eq!(ask(page, "GET /", &headers, "").status, 200);
        assert_eq!(ask(page, "POST /api/run", &headers, &get_one).status, 200);
    }
    // The page's own files contain nothing recorded.
    for file in ["page.js", "page.css", "icon.svg"] {
        assert_eq!(ask(page, &format!("GET /{file}"), &[("cookie", "")], "").status, 200, "{file}");
    }
}

#[test]
fn token_in_the_url_becomes_a_cookie() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let without = [("cookie", "")];
    let answer = ask(page, &format!("GET /?token={}", page.token), &without, "");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let (kept, _) = cookie.split_once(';').unwrap();
    assert_eq!(ask(page, "GET /", &[("cookie", kept)], "").status, 200);
    // A program without cookies downloads a file by its URL.
    let path = format!("GET /api/traces/rest-server.jsonl?token={}", page.token);
    assert_eq!(ask(page, &path, &without, "").status, 200);
}

#[test]
fn token_is_random_or_from_the_environment() {
    let [first, second] = [Workshop::start(), Workshop::start()];
    assert_ne!(first.page().token, second.page().token);
    assert_eq!(first.page().token.len(), 32);
    let chosen = Workshop::in_environment(&[("WORKSHOP_TOKEN", "chosen-by-the-test")], &PORTS);
    assert_eq!(chosen.page().token, "chosen-by-the-test");
    let traces = TempDir::new().unwrap();
    let mut invalid = Command::new(command("workshop"));
    invalid.args(PORTS).arg("--traces").arg(traces.path());
    let ran = run_command(invalid.env("WORKSHOP_TOKEN", "too short"));
    assert_eq!(ran.code(), 1);
    insta::assert_snapshot!(ran.stderr(), @"workshop: error: the environment variable WORKSHOP_TOKEN is not a token; use at least 16 letters, digits, hyphens or underscores, or unset it");
}

#[test]
fn page_for_other_machines_warns() {
    let traces = TempDir::new().unwrap();
    for (page, warns) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let mut workshop = Command::new(command("workshop"));
        workshop.args(&PORTS[..8]).args(["--page", page, "--json", "--traces"]).arg(traces.path());
        let mut child = workshop.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let before_url: Vec<_> = lines.take_while(|line| !line.contains("live page: http://")).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        let warned = before_url.iter().any(|line| line.contains("headers, cookies and tokens"));
        assert_eq!(warned, warns, "{before_url:?}");
    }
}

/// The only test that asserts the wording of the live server's error messages.
#[test]
fn live_server_error_messages_match_the_snapshot() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let run = |body: Value| post(page, "/api/run", &body);
    let errors = [
        ask(page, "GET /", &[("host", "evil.example")], ""),
        ask(page, "GET /", &[("origin", "http://evil.example")], ""),
        ask(page, "POST /api/run", &[("content-type", "text/plain")], "{}"),
        ask(page, "GET /api/stream", &[("cookie", "")], ""),
        get(page, "/nothing"),
        get(page, "/api/run"),
        get(page, "/api/traces/nothing.jsonl"),
        get(page, "/api/sequence.svg?step=buy"),
        run(json!({})),
        run(json!({ "operation": "get", "apis": ["soap"] })),
        run(json!({ "operation": "get", "apis": [] })),
        run(json!({ "operation": "get", "apis": ["rest"], "calls": 101 })),
        post(page, "/api/datagrams", &json!({ "over": "udp", "calls": 21 })),
        post(page, "/api/datagrams", &json!({ "over": "tcp", "calls": 1, "lossy": true })),
    ];
    let errors = errors.map(|answer| format!("{} {}", answer.status, answer.error()));
    insta::assert_snapshot!(errors.join("\n"), @r#"
    421 the host name of the request does not belong to this server; open the URL that the workshop has printed, in a browser tab
    403 requests from other sites are not allowed; open the URL that the workshop has printed, in a browser tab
    415 this request requires content-type: application/json
    401 this request requires the token of the workshop that runs now; open the URL that it has printed, or send the header `authorization: Bearer TOKEN`
    404 nothing exists at this path; the page is at /
    405 this path does not support this method
    404 unknown trace "nothing.jsonl"; available are rest-server.jsonl, rest-client.jsonl, graphql-server.jsonl, graphql-client.jsonl, grpc-server.jsonl, grpc-client.jsonl, udp-server.jsonl, udp-client.jsonl, tcp-server.jsonl, tcp-client.jsonl
    404 no connection starts in step "buy"; choose another step
    400 invalid request body: missing field `operation` at line 1 column 2
    400 unknown API "soap"; use rest, graphql or grpc
    400 apis is empty; add rest, graphql or grpc
    400 calls must be a number from 1 to 100, is 101
    400 calls must be a number from 1 to 20, is 21
    400 lossy requires udp, because the kernel retransmits lost TCP segments itself
    "#);
}
