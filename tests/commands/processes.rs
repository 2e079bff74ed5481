//! Tests that call the server processes with curl and grpcurl, and compare the traces of these calls.

use std::path::Path;
use std::process::ExitStatus;

use socket_trace::reader::{Ending, Trace};
use tempfile::TempDir;

use crate::support::process::{Serving, command};
use crate::support::program::{find, run};

fn complete(path: &Path) -> bool {
    let mut trace = Trace::open(path).unwrap();
    while trace.next_event().unwrap().is_some() {}
    matches!(trace.ending(), Ending::Complete(_))
}

fn stopped_well((status, _, err): (ExitStatus, String, String)) {
    assert!(status.success(), "{status}: {err}");
}

#[test]
fn curl_calls_every_rest_operation() {
    let Some(curl) = find("curl") else { return };
    let server = Serving::start("rest-server", &[]);
    let url = format!("http://{}/v1/books", server.address);
    let one = format!("{url}/1");
    let body = r#"{"id":1,"title":"UNIX Network Programming","author_id":1,"year":1990,"revision":1}"#;
    assert_eq!(run(&curl, &["-sS", &one]).ok(), body);
    assert!(run(&curl, &["-sSI", &one]).ok().starts_with("HTTP/1.1 200 OK\r\n"), "HEAD");

    let json = ["-sSi", "-H", "content-type: application/json", "-d"];
    let new = r#"{"title":"New","author_id":1,"year":2001}"#;
    let created = run(&curl, &[&json[..], &[new, &url]].concat()).ok();
    assert!(created.starts_with("HTTP/1.1 201 Created\r\n"), "{created}");
    assert!(
        created.contains("location: /v1/books/15\r\n") && created.contains("etag: \"1\"\r\n"),
        "{created}"
    );

    let patch = |tag: &str| {
        let header = format!("if-match: {tag}");
        run(&curl, &[&json[..], &[r#"{"year":1991}"#, "-X", "PATCH", "-H", &header, &one]].concat()).ok()
    };
    assert!(patch("\"1\"").starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(patch("\"1\"").starts_with("HTTP/1.1 412 Precondition Failed\r\n"));
    let deleted = run(&curl, &["-sSi", "-X", "DELETE", &format!("{url}/15")]).ok();
    assert!(deleted.starts_with("HTTP/1.1 204 No Content\r\n"), "{deleted}");
    stopped_well(server.stop());
}

#[test]
fn rest_rejections_are_problem_details() {
    let Some(curl) = find("curl") else { return };
    let server = Serving::start("rest-server", &[]);
    let books = format!("http://{}/v1/books", server.address);
    let json = "content-type: application/json";
    let cases: &[(&str, &[&str])] = &[
        ("404", &["/99"]),
        ("404", &["/nonsense"]),
        ("404", &["/1/chapters"]),
        ("405", &["/1", "-X", "PUT"]),
        ("400", &["?page_size=many"]),
        ("400", &["?page_size=101"]),
        ("400", &["?colour=red"]),
        ("415", &["", "-d", "{}", "-H", "content-type: text/plain"]),
        ("400", &["", "-d", "{", "-H", json]),
        ("422", &["", "-d", r#"{"title":"t"}"#, "-H", json]),
        ("422", &["", "-d", r#"{"title":"","author_id":1,"year":1}"#, "-H", json]),
        ("428", &["/1", "-X", "PATCH", "-d", r#"{"year":1}"#, "-H", json]),
        ("400", &["/1", "-X", "PATCH", "-d", r#"{"year":1}"#, "-H", json, "-H", "if-match: one"]),
        ("412", &["/1", "-X", "PATCH", "-d", r#"{"year":1}"#, "-H", json, "-H", "if-match: \"7\""]),
    ];
    for (status, arguments) in cases {
        let url = format!("{books}{}", arguments[0]);
        let format = "\n%{http_code} %{content_type}";
        let answer = run(&curl, &[&["-sS", "-w", format, url.as_str()], &arguments[1..]].concat()).ok();
        let (problem, seen) = answer.rsplit_once('\n').unwrap();
        assert_eq!(seen, format!("{status} application/problem+json"), "{arguments:?}: {problem}");
        let problem: serde_json::Value = serde_json::from_str(problem).unwrap();
        assert_eq!(problem["status"].to_string(), *status, "{problem}");
        for field in ["type", "title", "detail"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
    }
    stopped_well(server.stop());
}

#[test]
fn curl_calls_every_graphql_operation() {
    let Some(curl) = find("curl") else { return };
    let server = Serving::start("graphql-server", &[]);
    let url = format!("http://{}/graphql", server.address);
    let ask = |query: &str| {
        let body = serde_json::json!({ "query": query }).to_string();
        run(&curl, &["-sS", "-H", "content-type: application/json", "-d", &body, &url]).ok()
    };
    let book =
        r#"{"data":{"book":{"title":"UNIX Network Programming","author":{"name":"W. Richard Stevens"}}}}"#;
    assert_eq!(ask("{ book(id: 1) { title author { name } } }"), book);
    let schema = ask("{ __schema { queryType { name } subscriptionType { name } } }");
    assert!(
        schema.contains(r#""queryType":{"name""#) && schema.contains(r#""subscriptionType":{"name""#),
        "{schema}"
    );
    assert!(ask("{ book(id: 99) { title } }").contains(r#""code":"NOT_FOUND""#));
    let page = run(&curl, &["-sS", "-H", "accept: text/html", &url]).ok();
    assert!(page.contains("<title>") && !page.contains("https://"), "GraphiQL, from here alone: {page}");
    stopped_well(server.stop());
}

#[test]
fn grpcurl_calls_every_grpc_operation() {
    let Some(grpcurl) = find("grpcurl") else { return };
    let server = Serving::start("grpc-server", &[]);
    let address = server.address.to_string();
    let list = run(&grpcurl, &["-plaintext", &address, "list"]).ok();
    let services = [
        "bookshelf.v1.BookshelfService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];
    assert_eq!(list.lines().collect::<Vec<_>>(), services);
    for version in ["v1", "v1alpha"] {
        let method = format!("grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        let answer = run(&grpcurl, &["-plaintext", "-d", r#"{"list_services": ""}"#, &address, &method]).ok();
        assert!(answer.contains(services[0]), "{version}: {answer}");
    }
    let service = run(&grpcurl, &["-plaintext", &address, "describe", "bookshelf.v1.BookshelfService"]).ok();
    assert!(
        service.contains("rpc WatchBooks ( .bookshelf.v1.WatchBooksRequest ) returns ( stream"),
        "{service}"
    );
    let call = |method: &str, data: &str| {
        run(
            &grpcurl,
            &["-plaintext", "-d", data, &address, &format!("bookshelf.v1.BookshelfService/{method}")],
        )
    };
    assert!(call("GetBook", r#"{"id": 1}"#).ok().contains("UNIX Network Programming"));
    let updated = call(
        "UpdateBook",
        r#"{"book": {"id": 1, "revision": 1, "year": 1991}, "updateMask": {"paths": ["year"]}}"#,
    )
    .ok();
    assert!(updated.contains(r#""revision": 2"#) && updated.contains("UNIX"), "{updated}");
    for (method, data, code) in [
        ("GetBook", r#"{"id": 99}"#, "NotFound"),
        (
            "UpdateBook",
            r#"{"book": {"id": 1, "revision": 1, "year": 1992}, "updateMask": {"paths": ["year"]}}"#,
            "Aborted",
        ),
        ("UpdateBook", r#"{"book": {"id": 1, "year": 1992}}"#, "InvalidArgument"),
        (
            "UpdateBook",
            r#"{"book": {"id": 1, "revision": 2}, "updateMask": {"paths": ["id"]}}"#,
            "InvalidArgument",
        ),
        ("CreateBook", r#"{"book": {"title": "", "authorId": 1}}"#, "InvalidArgument"),
        ("CreateBook", "{}", "InvalidArgument"),
    ] {
        let failed = call(method, data);
        assert_ne!(failed.code(), 0);
        assert!(failed.stderr().contains(&format!("Code: {code}")), "{method} {data}: {}", failed.stderr());
    }
    let health = run(&grpcurl, &["-plaintext", &address, "grpc.health.v1.Health/Check"]).ok();
    assert!(health.contains("SERVING"), "{health}");
    stopped_well(server.stop());
}

#[test]
fn traces_of_curl_and_grpcurl_are_comparable() {
    let (Some(curl), Some(grpcurl)) = (find("curl"), find("grpcurl")) else { return };
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let [rest_trace, graphql_trace, grpc_trace] = ["rest.jsonl", "graphql.jsonl", "grpc.jsonl"].map(path);

    let rest = Serving::start("rest-server", &["--trace", &rest_trace]);
    run(&curl, &["-sS", &format!("http://{}/v1/books/1", rest.address)]).ok();
    stopped_well(rest.stop());
    let graphql = Serving::start("graphql-server", &["--trace", &graphql_trace, "--capture", "64"]);
    let query = format!("http://{}/graphql?query=%7Bbook(id:1)%7Btitle%7D%7D", graphql.address);
    run(&curl, &["-sS", "-g", &query]).ok();
    stopped_well(graphql.stop());
    let grpc = Serving::start("grpc-server", &["--trace", &grpc_trace]);
    let address = grpc.address.to_string();
    run(&grpcurl, &["-plaintext", "-d", r#"{"id": 1}"#, &address, "bookshelf.v1.BookshelfService/GetBook"])
        .ok();
    stopped_well(grpc.stop());

    let traces = [&rest_trace, &graphql_trace, &grpc_trace];
    for trace in traces {
        assert!(complete(trace.as_ref()), "{trace}");
    }
    let compared = run(command("socket-trace"), &["compare", &rest_trace, &graphql_trace, &grpc_trace]).ok();
    assert!(compared.starts_with("The socket primitives are the same.\n"), "{compared}");
    assert!(compared.contains("accept → read → write → shutdown → close"), "{compared}");
    // Payload is recorded only with `--capture`, and only up to its limit.
    let events = run(command("socket-trace"), &["show", "--json", &graphql_trace]).ok();
    assert!(events.contains(r#""data":"R0VU"#), "{events}");
    assert!(!std::fs::read_to_string(&rest_trace).unwrap().contains("\"data\""));
    let shown = run(command("socket-trace"), &["show", &rest_trace]).ok();
    assert!(shown.contains("the peer has finished sending (FIN)"), "{shown}");
}
