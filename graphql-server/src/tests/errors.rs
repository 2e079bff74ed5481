//! Errors of resolvers and requests: codes, extensions, and propagation of null.

use bookshelf::Limits;
use serde_json::{Value, json};

use super::support::{JSON, Service};

/// Sends a query and returns the data and the only error of the response. Removes the error's message and
/// location.
async fn failure(service: &Service, query: &str) -> (Value, Value) {
    let mut response = service.ask(query).await;
    let errors = response["errors"].as_array_mut().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let mut error = errors.remove(0);
    for member in ["locations", "message"] {
        error.as_object_mut().unwrap().remove(member);
    }
    (response["data"].take(), error)
}

#[tokio::test]
async fn missing_book_or_author_is_not_found() {
    let service = Service::new();
    for query in [
        "{it:book(id:99){id}}",
        "{it:book(id:\"x\"){id}}",
        "{it:book(id:\"01\"){id}}",
        "{it:author(id:0){id}}",
    ] {
        let (data, error) = failure(&service, query).await;
        let expected = json!({ "path": ["it"], "extensions": { "code": "NOT_FOUND" } });
        assert_eq!((data, error), (json!({ "it": null }), expected));
    }
    for query in
        ["mutation{deleteBook(id:99){id}}", "mutation{updateBook(input:{id:99,revision:1,year:1}){id}}"]
    {
        let (data, error) = failure(&service, query).await;
        assert_eq!((data, &error["extensions"]["code"]), (Value::Null, &json!("NOT_FOUND")));
    }
}

#[tokio::test]
async fn error_names_the_invalid_argument() {
    let service = Service::new();
    let create = |input: &str| format!("mutation{{createBook(input:{{{input}}}){{id}}}}");
    let update = |input: &str| format!("mutation{{updateBook(input:{{{input}}}){{id}}}}");
    for (query, field) in [
        (create("title:\"\",authorId:1,year:1"), "title"),
        (create("title:\"t\",authorId:1,year:2101"), "year"),
        (create("title:\"t\",authorId:99,year:1"), "authorId"),
        (create("title:\"t\",authorId:\"x\",year:1"), "authorId"),
        (update("id:1,revision:1"), "input"),
        (update("id:1,revision:-1,year:1"), "revision"),
        ("{books(first:0){nodes{id}}}".into(), "first"),
        ("{books(first:-1){nodes{id}}}".into(), "first"),
        ("{books(after:\"!\"){nodes{id}}}".into(), "after"),
        ("{books(authorId:1,after:\"MDox\"){nodes{id}}}".into(), "after"),
        ("{books(authorId:\"x\"){nodes{id}}}".into(), "authorId"),
    ] {
        let (data, error) = failure(&service, &query).await;
        assert_eq!(data, Value::Null, "{query}");
        assert_eq!(error["extensions"], json!({ "code": "BAD_USER_INPUT", "field": field }), "{query}");
    }
}

#[tokio::test]
async fn conflict_reports_both_revisions() {
    let (_, error) =
        failure(&Service::new(), "mutation{updateBook(input:{id:1,revision:7,year:1}){id}}").await;
    assert_eq!(error["extensions"], json!({ "code": "CONFLICT", "expected": 7, "actual": 1 }));
}

#[tokio::test]
async fn full_shelf_refuses_a_new_book() {
    let service = Service::with_limits(Limits { books: 1, ..Limits::default() });
    let query = "mutation{createBook(input:{title:\"t\",authorId:1,year:1}){id}}";
    let (_, error) = failure(&service, query).await;
    assert_eq!(error["extensions"], json!({ "code": "LIMIT_REACHED" }));
}

#[tokio::test]
async fn response_with_request_error_has_no_data() {
    let service = Service::new();
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("query A{__typename} query A{__typename}", "GRAPHQL_PARSE_FAILED"),
        ("{nonsense}", "GRAPHQL_VALIDATION_FAILED"),
        ("{book{id}}", "GRAPHQL_VALIDATION_FAILED"),
        ("{book(id:true){id}}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A{__typename} query B{__typename}", "GRAPHQL_VALIDATION_FAILED"),
        ("query($id:ID!){book(id:$id){id}}", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation{createBook(input:{title:\"t\"}){id}}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{bookChanged{kind}}", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let response = service.ask(query).await;
        assert!(response.get("data").is_none(), "{query}: {response}");
        for error in response["errors"].as_array().unwrap() {
            assert_eq!(error["extensions"]["code"], code, "{query}: {error}");
        }
    }
}

#[tokio::test]
async fn syntax_error_has_one_line_and_a_location() {
    let response = Service::new().ask("{\n  book(id: ) { id }\n}").await;
    assert!(!response["errors"][0]["message"].as_str().unwrap().contains('\n'), "{response}");
    assert_eq!(response["errors"][0]["locations"][0]["line"], 2);
}

#[tokio::test]
async fn operation_name_selects_the_operation_to_run() {
    let service = Service::new();
    let query = "query A{...F} fragment F on Query{book(id:1){...G}} fragment G on Book{id}
                 query B($n:Int!){...H} fragment H on Query{books(first:$n){nodes{id}}}";
    let run =
        async |name: &str| service.post(JSON, json!({ "query": query, "operationName": name })).await.json();
    assert_eq!(run("A").await, json!({ "data": { "book": { "id": "1" } } }));
    // Operation B requires a variable, and operation C does not exist.
    for name in ["B", "C"] {
        assert_eq!(run(name).await["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn failed_fields_keep_query_order_in_data() {
    let bad = "{author{books(first:0){nodes{id}}}}";
    let query =
        format!("{{a:book(id:2){{id}} b:book(id:1){bad} ...{{c:book(id:99){{id}}}} d:book(id:3){{id}}}}");
    let body = Service::new().post(JSON, json!({ "query": query })).await.body;
    let data = r#"{"data":{"a":{"id":"2"},"b":null,"c":null,"d":{"id":"3"}},"#;
    assert!(body.starts_with(data.as_bytes()), "{}", String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn nested_failure_makes_the_nullable_root_field_null() {
    let service = Service::new();
    let bad = "books(first:0){nodes{id}}";
    for (query, data) in [
        (
            format!("{{book(id:1){{id author{{{bad}}}}} b:book(id:2){{id}}}}"),
            json!({ "book": null, "b": { "id": "2" } }),
        ),
        (format!("{{a:author(id:1){{name {bad}}}}}"), json!({ "a": null })),
        (
            format!("{{...F}} fragment F on Query{{...{{a:author(id:1){{name {bad}}}}}}}"),
            json!({ "a": null }),
        ),
        (format!("{{book(id:1){{id}} {bad}}}"), Value::Null),
        (format!("{{books{{nodes{{id author{{{bad}}}}}}}}}"), Value::Null),
        ("mutation{a:deleteBook(id:1){id} b:deleteBook(id:99){id}}".to_owned(), Value::Null),
    ] {
        let response = service.ask(&query).await;
        assert_eq!(response["data"], data, "{query}");
        assert!(response.get("data").is_some() && !response["errors"].as_array().unwrap().is_empty());
    }
}
