//! Limits of queries and responses.

use bookshelf::model::MAX_TITLE;
use bookshelf::{ListBooks, NewBook};
use serde_json::json;

use super::support::{JSON, Service};
use crate::limits::{MAX_COST, TEXT_COST};
use hardening_graphql::limits::{MAX_DEPTH, MAX_ERRORS, MAX_MESSAGE, MAX_NAME};

/// Sends a query that must be refused, and returns the error code.
async fn refusal(query: &str) -> String {
    let response = Service::new().ask(query).await;
    assert!(response.get("data").is_none(), "{response}");
    response["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
}

/// Returns an introspection query with `levels` nested `ofType` fields.
fn of_type(levels: usize) -> String {
    let open = "ofType{".repeat(levels);
    let close = "}".repeat(levels);
    format!("{{__schema{{types{{fields{{args{{type{{{open}kind{close}}}}}}}}}}}}}")
}

#[tokio::test]
async fn introspection_may_nest_of_type_nine_times() {
    assert!(Service::new().data(&of_type(9)).await["__schema"].is_object());
    assert_eq!(refusal(&of_type(MAX_DEPTH)).await, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn nested_lists_above_the_cost_limit_are_refused() {
    let lists = |levels: usize| {
        let open = "nodes{author{books(first:100){".repeat(levels);
        format!("{{books(first:100){{{open}nodes{{id}}{}}}}}", "}}}".repeat(levels))
    };
    Service::new().data(&lists(0)).await;
    for levels in [1, 2, 4, 8] {
        assert_eq!(refusal(&lists(levels)).await, "GRAPHQL_VALIDATION_FAILED", "{levels}");
    }
    // The cost depends on the value of a variable.
    let service = Service::new();
    let query = lists(1).replace("100", "$n");
    let cost = async |n: i32| {
        let body = json!({ "query": format!("query($n:Int){query}"), "variables": { "n": n } });
        service.post("*/*", body).await.json()
    };
    assert!(cost(3).await.get("errors").is_none());
    assert!(cost(100).await.get("data").is_none());
}

#[tokio::test]
async fn full_page_of_books_is_within_cost_limit() {
    let book = "id title year revision author{id name}";
    let info = "pageInfo{hasNextPage endCursor hasPreviousPage startCursor}";
    let page = format!("books(first:100){{edges{{cursor node{{{book}}}}} nodes{{{book}}} {info}}}");
    Service::new().data(&format!("{{{page}}}")).await;
    assert_eq!(refusal(&format!("{{{page} a:{page}}}")).await, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn longest_possible_response_is_below_800_kb() {
    let service = Service::new();
    while let Some(book) = service.shelf.list(&ListBooks::default()).await.unwrap().books.first() {
        service.shelf.delete(book.id).await.unwrap();
    }
    for _ in 0..100 {
        service
            .shelf
            .create(NewBook { title: "📚".repeat(MAX_TITLE), author_id: 1, year: 1970 })
            .await
            .unwrap();
    }
    // As many fields of all books as the cost limit allows, with aliases of the maximum length.
    let longest = async |field: &str, cost: usize| {
        let alias = |n| format!("a{n:0<width$}:{field} ", width = MAX_NAME - 1);
        let fields = (0..(MAX_COST / 100 - 2) / cost).map(alias).collect::<String>();
        let query = format!("{{books(first:100){{nodes{{{fields}}}}}}}");
        service.post(JSON, json!({ "query": query })).await.body.len()
    };
    for (field, cost) in [("title", TEXT_COST), ("id", 1)] {
        let length = longest(field, cost).await;
        assert!((400_000..800_000).contains(&length), "{length} bytes of {field}");
    }
}

#[tokio::test]
async fn number_of_reported_errors_is_limited() {
    let arguments: String = (0..1_000).map(|n| format!("a{n}:1 ")).collect();
    let response = Service::new().ask(&format!("{{book({arguments}){{id}}}}")).await;
    let errors = response["errors"].as_array().unwrap();
    assert_eq!(errors.len(), MAX_ERRORS + 1);
    assert_eq!(errors[MAX_ERRORS]["extensions"]["code"], "LIMIT_REACHED");
    assert_eq!(errors[MAX_ERRORS - 1]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn long_values_and_aliases_produce_short_errors() {
    let service = Service::new();
    let long = "x".repeat(40_000);
    let length = async |query: String, variable: &str| {
        let body = json!({ "query": query, "variables": { "v": variable } });
        service.post("*/*", body).await.body.len()
    };
    let many = |field: &str| (0..200).map(|n| format!("a{n}:{field} ")).collect::<String>();
    // Many error messages quote the value of `$v`, which is not an id, or has the wrong type.
    for query in [
        format!("query($v:ID!){{{}}}", many("book(id:$v){id}")),
        format!("query($v:Int){{{}}}", many("books(first:$v){nodes{id}}")),
    ] {
        assert!(length(query, &long).await < 2 * MAX_ERRORS * (MAX_MESSAGE + 200));
    }
    // A response would repeat the alias for every book.
    assert!(length(format!("{{books(first:100){{nodes{{{long}:id}}}}}}"), "").await < 1_000);
}
