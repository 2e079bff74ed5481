//! Snapshots of this API's error messages. Other tests assert statuses, problem types and fields.

use std::fmt::Write as _;

use super::support::{JSON, Service};

/// A request: method, path, headers and body.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Sends the requests and returns the status and the detail of each response, one per line.
async fn messages(calls: &[Call<'_>]) -> String {
    let service = Service::new();
    let mut lines = String::new();
    for (method, path, headers, body) in calls {
        let response = service.send(method, path, headers, body.to_string()).await;
        writeln!(lines, "{}: {}", response.status.as_u16(), response.detail()).unwrap();
    }
    lines
}

#[tokio::test]
async fn path_errors_match_the_snapshot() {
    let text = messages(&[
        ("GET", "/v1/books/01", &[], ""),
        ("GET", "/v1/authors/x", &[], ""),
        ("GET", "/v1/books/%FF", &[], ""),
        ("GET", "/nowhere", &[], ""),
        ("PUT", "/v1/books", &[], ""),
        ("GET", "/v1/books", &[("accept", "text/plain")], ""),
        ("GET", "/v1/books/changes", &[("accept", "text/plain")], ""),
    ])
    .await;
    insta::assert_snapshot!(text, @r"
    404: there is no book 01
    404: there is no author x
    404: the path is not UTF-8, so it names no book
    404: no resource at /nowhere; the books are at /v1/books, the documentation at /docs
    405: /v1/books does not support PUT; the Allow header lists the supported methods
    406: the response is application/json, which the Accept header excludes
    406: the response is text/event-stream, which the Accept header excludes
    ");
}

#[tokio::test]
async fn query_errors_match_the_snapshot() {
    let text = messages(&[
        ("GET", "/v1/books?page_size=101", &[], ""),
        ("GET", "/v1/books?page_size=1.5&author_id=x", &[], ""),
        ("GET", "/v1/books?page_size=1&page_size=2", &[], ""),
        ("GET", "/v1/books?size=1", &[], ""),
        ("GET", "/v1/books/changes?limit=0", &[], ""),
        ("GET", "/v1/books/changes", &[("last-event-id", "x")], ""),
    ])
    .await;
    insta::assert_snapshot!(text, @r"
    400: page_size must be a whole number from 1 to 100, is 101
    400: author_id must be a whole number from 1 to 4294967295, is not a number; page_size must be a whole number from 1 to 100, is 1.5
    400: page_size appears more than once
    400: size is unknown; known fields are author_id, page_size, page_token
    400: limit must be a whole number from 1 to 4294967295, is 0
    400: Last-Event-ID must be the number of an event in this stream
    ");
}

#[tokio::test]
async fn body_errors_match_the_snapshot() {
    let text = messages(&[
        ("POST", "/v1/books", &[JSON], "{"),
        ("POST", "/v1/books", &[JSON], "{\"title\":1e999}"),
        ("POST", "/v1/books", &[JSON], "[]"),
        ("POST", "/v1/books", &[JSON], "{}"),
        ("POST", "/v1/books", &[JSON], r#"{"title":7,"author_id":"1","year":null}"#),
        ("POST", "/v1/books", &[JSON], r#"{"title":{},"author_id":1.5,"year":1e300}"#),
        ("POST", "/v1/books", &[JSON], r#"{"title":"","author_id":1,"year":1,"id":7}"#),
        ("POST", "/v1/books", &[JSON], r#"{"title":"a\n","title":"","author_id":1,"year":1}"#),
        ("POST", "/v1/books", &[("content-type", "text/plain")], ""),
        ("POST", "/v1/books", &[JSON, ("content-encoding", "gzip")], ""),
        ("PATCH", "/v1/books/1", &[("if-match", "*")], ""),
    ])
    .await;
    insta::assert_snapshot!(text, @r"
    400: the body is invalid JSON: EOF while parsing an object at line 1 column 1
    400: the body is invalid JSON: number out of range at line 1 column 14
    422: the body must be a JSON object
    422: title is missing; author_id is missing; year is missing
    422: title must be a string, is 7; author_id must be a whole number from 1 to 4294967295, is a string; year must be a whole number from -3000 to 2100, is null
    422: title must be a string, is an object; author_id must be a whole number from 1 to 4294967295, is 1.5; year must be a whole number from -3000 to 2100, is 1e+300
    422: title must not be empty; id is unknown; known fields are title, author_id, year
    422: title appears more than once
    415: Content-Type must be application/json, in UTF-8
    415: unsupported Content-Encoding; send the body without one
    415: Content-Type must be application/merge-patch+json or application/json, in UTF-8
    ");
}

#[tokio::test]
async fn precondition_errors_match_the_snapshot() {
    let text = messages(&[
        ("PATCH", "/v1/books/1", &[JSON], ""),
        ("PATCH", "/v1/books/1", &[JSON, ("if-match", "1")], ""),
        ("PATCH", "/v1/books/1", &[JSON, ("if-match", "W/\"1\", \"2\"")], ""),
        ("PATCH", "/v1/books/1", &[JSON, ("if-match", "")], ""),
        ("DELETE", "/v1/books/1", &[("if-none-match", "*")], ""),
    ])
    .await;
    insta::assert_snapshot!(text, @r#"
    428: missing If-Match; send the ETag that you read, so that no other change is overwritten
    400: If-Match must be * or a list of ETags, such as "1" or "1", "2"
    412: the resource is at revision 1, not W/"1" or 2: read it again, then repeat the change
    412: the resource is at revision 1, not in the If-Match list, which is empty: read it again, then repeat the change
    412: the resource is at revision 1, which If-None-Match excludes
    "#);
}

#[tokio::test]
async fn error_for_future_last_event_id_matches_snapshot() {
    let response = Service::new().get("/v1/books/changes", &[("last-event-id", "7")]).await;
    insta::assert_snapshot!(str::from_utf8(&response.body).unwrap(), @r#"
    id: 0
    event: error
    data: {"type":"urn:problem-type:bookshelf:fell-behind","title":"Missed changes","status":410,"detail":"change 7 does not exist, because the newest change is 0: list the books again, then watch again"}
    "#);
}
