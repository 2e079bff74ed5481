//! Tests of the operations that the live page can start. An operation makes real calls, recorded as a named
//! step.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::browser::post;
use crate::support::program::{find, run};
use crate::support::workshop::Workshop;

const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

fn work(workshop: &Workshop, operation: &str, calls: u32, connection: &str) -> Value {
    let work = json!({ "operation": operation, "apis": APIS, "calls": calls, "connection": connection });
    let answer = post(workshop.page(), "/api/run", &work);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Returns the number of `from a terminal` marks. Such a mark ends a step (a named group of calls) in one
/// recording. The tour, which is recorded first, ends with ten marks, one in each recording. A later step
/// ends with two marks for each API over which it ran: one in the server's recording and one in the clients'.
fn ended_steps(items: &[Value]) -> usize {
    items.iter().filter(|item| item["label"] == "from a terminal").count()
}

/// Returns the `close` events that were recorded between two steps (named groups of calls). Each belongs to a
/// connection of a step that ended before the connection was closed.
fn late_closes(items: &[Value]) -> Vec<&Value> {
    items.iter().filter(|item| item["op"] == "close" && item["step"] == "from a terminal").collect()
}

/// Asserts that the operation has succeeded over each API.
fn assert_success(response: &Value) {
    let results = response["results"].as_array().unwrap();
    for (result, api) in results.iter().zip(APIS) {
        assert_eq!((&result["api"], &result["ok"]), (&api.into(), &true.into()), "{response}");
        assert!(result["ns"].as_u64() > Some(0) && result["says"].is_string(), "{response}");
    }
}

#[test]
fn each_operation_can_be_repeated_over_each_api() {
    let workshop = Workshop::start();
    for (operation, title) in [
        ("get", "get a book"),
        ("list", "list books"),
        ("update", "update a book"),
        ("update", "update a book"),
        ("delete", "delete a book"),
        ("delete", "delete a book"),
        ("create", "create a book"),
        ("create", "create a book"),
        ("author", "get author with books"),
    ] {
        let response = work(&workshop, operation, 1, "one");
        assert_eq!(response["step"], title);
        assert_success(&response);
        for connection in ["one", "new"] {
            assert_success(&work(&workshop, operation, 2, connection));
        }
    }
}

/// Returns by step the operations of the REST server's requests, such as `DELETE`.
fn rest_methods(items: &[Value]) -> Vec<(String, String)> {
    let reads = items.iter().filter(|item| item["recording"] == "rest-server" && item["op"] == "read");
    let heads =
        reads.filter_map(|item| Some((item["step"].as_str()?, item["says"].as_str()?.split_once(' ')?.0)));
    let calls = heads.filter(|(_, method)| ["POST", "PATCH", "DELETE"].contains(method));
    calls.map(|(step, method)| (step.to_owned(), method.to_owned())).collect()
}

#[test]
fn needed_book_is_created_in_a_step_of_its_own() {
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    let before = stream.items_until(|items| ended_steps(items) == 10).len();
    let response = work(&workshop, "delete", 2, "one");
    assert_success(&response);
    assert!(response["results"][0]["says"].as_str().unwrap().contains("created before"), "{response}");
    let items = workshop.stream().items_until(|items| ended_steps(items) == 10 + 2 * 6);
    let calls = rest_methods(&items[before..]);
    let expected = [
        ("create a book, 2 calls on one connection", "POST"),
        ("create a book, 2 calls on one connection", "POST"),
        ("delete a book, 2 calls on one connection", "DELETE"),
        ("delete a book, 2 calls on one connection", "DELETE"),
    ];
    assert_eq!(calls, expected.map(|(step, method)| (step.to_owned(), method.to_owned())));
    // With a book there is nothing to create.
    assert_success(&work(&workshop, "create", 1, "one"));
    let response = work(&workshop, "delete", 1, "one");
    assert!(!response["results"][0]["says"].as_str().unwrap().contains("created before"), "{response}");
}

/// Returns the description of a result without the id of the book, because each API has created a book with
/// an id of its own.
fn without_id(result: &Value) -> String {
    let says = result["says"].as_str().unwrap();
    match says.strip_prefix("book ") {
        Some(book) => format!("book ID{}", book.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => says.to_owned(),
    }
}

/// The only test that asserts the wording of the results that the operations return.
#[test]
fn operation_results_are_worded_alike_for_all_apis() {
    let workshop = Workshop::start();
    let describe = |operation: &str| {
        let response = work(&workshop, operation, 1, "one");
        let results = response["results"].as_array().unwrap();
        assert!(results.iter().all(|result| without_id(result) == without_id(&results[0])), "{response}");
        format!("{operation}: {}", without_id(&results[0]))
    };
    let described = ["get", "list", "create", "update", "delete", "author"].map(describe);
    insta::assert_snapshot!(described.join("\n"), @"
    get: UNIX Network Programming (1990)
    list: 5 books, more on the next page
    create: book ID: TCP/IP Illustrated, Volume 2: The Implementation (1995)
    update: book ID is now dated 1996 (revision 2)
    delete: book ID deleted
    author: W. Richard Stevens, 3 books
    ");
}

#[test]
fn step_ends_after_its_connections_are_closed() {
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    let one = work(&workshop, "get", 5, "one")["step"].clone();
    let new = work(&workshop, "get", 5, "new")["step"].clone();
    assert_eq!(
        (&one, &new),
        (&"get a book, 5 calls on one connection".into(), &"get a book, 5 connections".into())
    );
    let items = stream.items_until(|items| ended_steps(items) == 10 + 2 * 6);
    assert!(late_closes(&items).is_empty(), "{:?}", late_closes(&items));
    for (step, connections) in [(one, 1), (new, 5)] {
        for api in APIS {
            for side in ["server", "client"] {
                let recording = format!("{api}-{side}");
                let of_step =
                    || items.iter().filter(|item| item["step"] == step && item["recording"] == *recording);
                let numbers: BTreeSet<u64> =
                    of_step().filter_map(|item| item["connection"].as_u64()).collect();
                assert_eq!(numbers.len(), connections, "{step} {recording}");
                let closed = of_step().filter(|item| item["op"] == "close").count();
                assert_eq!(closed, connections, "{step} {recording}");
            }
        }
    }
}

#[test]
fn watchers_stay_open_until_the_page_closes_them() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let mut stream = workshop.stream();
    assert_eq!(stream.next_of("watching"), json!({ "rest": false, "graphql": false, "grpc": false }));
    let switch =
        |apis: &[&str], on: bool| post(page, "/api/watch", &json!({ "apis": apis, "on": on })).json();
    let all = json!({ "rest": true, "graphql": true, "grpc": true });
    assert_eq!(switch(&APIS, true), all);
    assert_eq!(switch(&["rest"], true), all, "an open watcher stays open");
    while stream.next_of("watching") != all {}
    // The end of this step does not wait for the open watchers.
    assert_success(&work(&workshop, "create", 1, "one"));
    let has_change = |items: &[Value], api: &str| {
        let recording = format!("{api}-client");
        let reads = items.iter().filter(|item| item["recording"] == *recording && item["op"] == "read");
        reads.filter_map(|item| item["says"].as_str()).any(|said| said.to_lowercase().contains("created"))
    };
    stream.items_until(|items| {
        let created = items.iter().position(|item| item["label"] == "create a book").unwrap_or(items.len());
        APIS.iter().all(|api| has_change(&items[created..], api))
    });
    assert_eq!(switch(&["graphql"], false), json!({ "rest": true, "graphql": false, "grpc": true }));
    assert_eq!(switch(&APIS, false), json!({ "rest": false, "graphql": false, "grpc": false }));
    while stream.next_of("watching") != json!({ "rest": false, "graphql": false, "grpc": false }) {}
    // Three operations over three APIs: open, create and close.
    let items = workshop.stream().items_until(|items| ended_steps(items) == 10 + 3 * 6);
    assert!(late_closes(&items).is_empty(), "{:?}", late_closes(&items));
}

#[test]
fn failed_call_does_not_affect_other_apis() {
    let workshop = Workshop::start();
    let Some(curl) = find("curl") else { return };
    let created = work(&workshop, "create", 1, "one");
    let (book, _) = created["results"][0]["says"].as_str().unwrap().split_once(':').unwrap();
    let book = format!("http://{}/v1/books/{}", workshop.rest(), book.trim_start_matches("book "));
    run(curl, &["-sSf", "-X", "DELETE", &book]).ok();
    let response = work(&workshop, "update", 1, "one");
    let rest = &response["results"][0];
    assert_eq!(rest["ok"], false, "{response}");
    assert!(rest["says"].as_str().unwrap().starts_with("404 Not Found: "), "{response}");
    assert_eq!(response["results"][1]["ok"], true);
}

#[test]
fn lost_datagrams_are_sent_again() {
    let workshop = Workshop::start();
    let ask = |work: Value| post(workshop.page(), "/api/datagrams", &work).json();
    for over in ["udp", "tcp"] {
        let response = ask(json!({ "over": over, "calls": 3 }));
        assert_eq!(response["step"], format!("get a book over {}, 3 calls", over.to_uppercase()));
        let results = response["results"].as_array().unwrap();
        assert!(
            results.len() == 3 && results.iter().all(|call| call["ok"] == true && call["attempts"] != 0),
            "{response}"
        );
        assert_eq!(
            (&results[2]["call"], &results[2]["says"]),
            (&3.into(), &"UNIX Network Programming (1990)".into())
        );
    }
    let response = ask(json!({ "over": "udp", "calls": 3, "lossy": true }));
    assert_eq!(response["step"], "get a book over UDP, 3 calls, some datagrams lost");
    let results = response["results"].as_array().unwrap();
    assert!(results.iter().all(|call| call["ok"] == true), "{response}");
    assert!(results.iter().any(|call| call["attempts"].as_u64() > Some(1)), "{response}");
}

#[test]
fn terminal_commands_succeed_when_run_twice() {
    let (Some(_), Some(_)) = (find("curl"), find("grpcurl")) else { return };
    let workshop = Workshop::start();
    let hello = workshop.stream().next_of("hello");
    for operation in hello["operations"].as_array().unwrap() {
        for (api, command) in operation["commands"].as_object().unwrap() {
            let id = operation["id"].as_str().unwrap();
            if id == "watch" {
                continue;
            }
            for _ in 0..2 {
                let ran = run("sh", &["-c", &format!("set -e; {}", command.as_str().unwrap())]);
                let said = ran.stdout();
                assert_eq!(ran.code(), 0, "{id} over {api}: {said}{}", ran.stderr());
                let is_good = match (id, api.as_str()) {
                    ("create", "rest") => said.starts_with("HTTP/1.1 201"),
                    ("delete", "rest") => said.starts_with("HTTP/1.1 204"),
                    ("delete", "grpc") => true,
                    ("update", _) => said.contains("1998"),
                    ("create" | "delete", _) => said.contains("Mine"),
                    _ => said.contains("UNIX Network Programming"),
                };
                assert!(is_good && !said.contains("\"errors\""), "{id} over {api}: {said}");
            }
        }
    }
}
