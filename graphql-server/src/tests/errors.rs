//! Each error, with its code and what else it tells a program; and where its null goes.

use bookshelf::Limits;
use serde_json::{Value, json};

use super::support::{JSON, Service};

/// What a query gets: its data, and its only error without the place in the query.
async fn failure(service: &Service, query: &str) -> (Value, Value) {
    let mut answer = service.ask(query).await;
    let errors = answer["errors"].as_array_mut().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let mut error = errors.remove(0);
    error.as_object_mut().unwrap().remove("locations");
    (answer["data"].take(), error)
}

#[tokio::test]
async fn not_found() {
    let service = Service::new();
    for (query, message) in [
        ("{it:book(id:99){id}}", "there is no book 99"),
        ("{it:book(id:\"x\"){id}}", "there is no book x"),
        ("{it:book(id:\"01\"){id}}", "there is no book 01"),
        ("{it:author(id:0){id}}", "there is no author 0"),
    ] {
        let (data, error) = failure(&service, query).await;
        let expected = json!({ "message": message, "path": ["it"], "extensions": { "code": "NOT_FOUND" } });
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
async fn bad_user_input_names_the_argument() {
    let service = Service::new();
    let create = |input: &str| format!("mutation{{createBook(input:{{{input}}}){{id}}}}");
    let update = |input: &str| format!("mutation{{updateBook(input:{{{input}}}){{id}}}}");
    for (query, field, message) in [
        (create("title:\"\",authorId:1,year:1"), "title", "title must not be empty"),
        (create("title:\"t\",authorId:1,year:2101"), "year", "year must be from -3000 to 2100, is 2101"),
        (
            create("title:\"t\",authorId:99,year:1"),
            "authorId",
            "authorId must be the id of an author; there is no author 99",
        ),
        (create("title:\"t\",authorId:\"x\",year:1"), "authorId", "authorId must be a number from 1"),
        (update("id:1,revision:1"), "input", "input must change at least one of title, authorId, year"),
        (update("id:1,revision:-1,year:1"), "revision", "revision must be from 1"),
        ("{books(first:0){nodes{id}}}".into(), "first", "first must be from 1 to 100, is 0"),
        ("{books(first:-1){nodes{id}}}".into(), "first", "first must be from 1 to 100, is -1"),
        (
            "{books(after:\"!\"){nodes{id}}}".into(),
            "after",
            "after must be a page token that this service issued",
        ),
        (
            "{books(authorId:1,after:\"MDox\"){nodes{id}}}".into(),
            "after",
            "after belongs to a list with another authorId",
        ),
        ("{books(authorId:\"x\"){nodes{id}}}".into(), "authorId", "authorId must be a number from 1"),
    ] {
        let (data, error) = failure(&service, &query).await;
        assert_eq!(data, Value::Null, "{query}");
        assert_eq!(error["extensions"], json!({ "code": "BAD_USER_INPUT", "field": field }), "{query}");
        assert_eq!(error["message"], message);
    }
}

#[tokio::test]
async fn a_conflict_tells_both_revisions() {
    let (_, error) =
        failure(&Service::new(), "mutation{updateBook(input:{id:1,revision:7,year:1}){id}}").await;
    assert_eq!(error["extensions"], json!({ "code": "CONFLICT", "expected": 7, "actual": 1 }));
}

#[tokio::test]
async fn a_full_shelf_has_reached_its_limit() {
    let service = Service::with_limits(Limits { books: 1, ..Limits::default() });
    let query = "mutation{createBook(input:{title:\"t\",authorId:1,year:1}){id}}";
    let (_, error) = failure(&service, query).await;
    assert_eq!(error["extensions"], json!({ "code": "LIMIT_REACHED" }));
}

#[tokio::test]
async fn a_refused_request_has_no_data() {
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
        let answer = service.ask(query).await;
        assert!(answer.get("data").is_none(), "{query}: {answer}");
        for error in answer["errors"].as_array().unwrap() {
            assert_eq!(error["extensions"]["code"], code, "{query}: {error}");
        }
    }
}

#[tokio::test]
async fn a_syntax_error_fits_on_a_line_and_tells_its_place() {
    let answer = Service::new().ask("{\n  book(id: ) { id }\n}").await;
    assert!(!answer["errors"][0]["message"].as_str().unwrap().contains('\n'), "{answer}");
    assert_eq!(answer["errors"][0]["locations"][0]["line"], 2);
}

#[tokio::test]
async fn the_operation_name_picks_one_operation() {
    let service = Service::new();
    let query = "query A{...F} fragment F on Query{book(id:1){...G}} fragment G on Book{id}
                 query B($n:Int!){...H} fragment H on Query{books(first:$n){nodes{id}}}";
    let run =
        async |name: &str| service.post(JSON, json!({ "query": query, "operationName": name })).await.json();
    assert_eq!(run("A").await, json!({ "data": { "book": { "id": "1" } } }));
    assert_eq!(run("B").await["errors"][0]["message"], "variable $n of type Int! has no value");
    assert_eq!(run("C").await["errors"][0]["message"], "the query has no operation named \"C\"");
}

#[tokio::test]
async fn a_field_that_failed_keeps_its_place() {
    let bad = "{author{books(first:0){nodes{id}}}}";
    let query =
        format!("{{a:book(id:2){{id}} b:book(id:1){bad} ...{{c:book(id:99){{id}}}} d:book(id:3){{id}}}}");
    let body = Service::new().post(JSON, json!({ "query": query })).await.body;
    let data = r#"{"data":{"a":{"id":"2"},"b":null,"c":null,"d":{"id":"3"}},"#;
    assert!(body.starts_with(data.as_bytes()), "{}", String::from_utf8_lossy(&body));
}

/// The null of a field that failed goes up to the next field that may be null.
#[tokio::test]
async fn a_null_goes_up_as_far_as_it_must() {
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
        let answer = service.ask(&query).await;
        assert_eq!(answer["data"], data, "{query}");
        assert!(answer.get("data").is_some() && !answer["errors"].as_array().unwrap().is_empty());
    }
}
