//! Queries that are small to send and large to run.

use serde_json::json;

use super::support::Service;
use crate::limits::{MAX_COST, MAX_DEPTH};

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
