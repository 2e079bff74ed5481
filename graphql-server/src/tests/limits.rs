//! Queries that are small to send and large to run.

use serde_json::json;

use super::support::Service;
use crate::limits::{MAX_COST, MAX_DEPTH, MAX_ERRORS, MAX_MESSAGE};

async fn refusal(query: &str) -> (String, String) {
    let answer = Service::new().ask(query).await;
    assert!(answer.get("data").is_none(), "{answer}");
    let error = &answer["errors"][0];
    (error["extensions"]["code"].as_str().unwrap().into(), error["message"].as_str().unwrap().into())
}

/// Fields of a type's type's type.
fn of_type(levels: usize) -> String {
    let open = "ofType{".repeat(levels);
    let close = "}".repeat(levels);
    format!("{{__schema{{types{{fields{{args{{type{{{open}kind{close}}}}}}}}}}}}}")
}

#[tokio::test]
async fn introspection_is_just_deep_enough() {
    assert!(Service::new().data(&of_type(9)).await["__schema"].is_object());
    assert_eq!(refusal(&of_type(MAX_DEPTH)).await.0, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn lists_in_lists_cost_too_much() {
    let lists = |levels: usize| {
        let open = "nodes{author{books(first:100){".repeat(levels);
        format!("{{books(first:100){{{open}nodes{{id}}{}}}}}", "}}}".repeat(levels))
    };
    Service::new().data(&lists(0)).await;
    for levels in [1, 2, 4, 8] {
        assert_eq!(refusal(&lists(levels)).await.1, "Query is too complex.", "{levels}");
    }
    // A variable costs what it stands for.
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
async fn the_dearest_page_that_makes_sense_is_allowed() {
    let book = "id title year revision author{id name}";
    let info = "pageInfo{hasNextPage endCursor hasPreviousPage startCursor}";
    let page = format!("books(first:100){{edges{{cursor node{{{book}}}}} nodes{{{book}}} {info}}}");
    Service::new().data(&format!("{{{page}}}")).await;
    let many: String = (0..MAX_COST / 2_000).map(|n| format!("a{n}:{page} ")).collect();
    Service::new().data(&format!("{{{many}}}")).await;
    assert_eq!(refusal(&format!("{{{many} {page}}}")).await.1, "Query is too complex.");
}

#[tokio::test]
async fn a_query_that_is_wrong_everywhere_gets_so_many_errors_and_no_more() {
    let arguments: String = (0..1_000).map(|n| format!("a{n}:1 ")).collect();
    let answer = Service::new().ask(&format!("{{book({arguments}){{id}}}}")).await;
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), MAX_ERRORS + 1);
    assert_eq!(errors[MAX_ERRORS]["message"], format!("and {} more errors", 1_001 - MAX_ERRORS));
    assert_eq!(errors[MAX_ERRORS]["extensions"]["code"], "LIMIT_REACHED");
    assert_eq!(errors[MAX_ERRORS - 1]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn what_is_repeated_in_an_answer_is_not_long() {
    let service = Service::new();
    let long = "x".repeat(40_000);
    let length = async |query: String, variable: &str| {
        let body = json!({ "query": query, "variables": { "v": variable } });
        service.post("*/*", body).await.body.len()
    };
    let many = |field: &str| (0..200).map(|n| format!("a{n}:{field} ")).collect::<String>();
    // An id that nothing has, and a value of the wrong type, in the messages of many errors.
    for query in [
        format!("query($v:ID!){{{}}}", many("book(id:$v){id}")),
        format!("query($v:Int){{{}}}", many("books(first:$v){nodes{id}}")),
    ] {
        assert!(length(query, &long).await < 2 * MAX_ERRORS * (MAX_MESSAGE + 200));
    }
    // An alias as the key of every book.
    assert!(length(format!("{{books(first:100){{nodes{{{long}:id}}}}}}"), "").await < 1_000);
}
