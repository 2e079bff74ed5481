//! What the page can do: real calls, each a step of the recordings.

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

/// How often a recording is in the step that nobody has named: each job over an API ends in it on both sides, and the tour
/// on all ten.
fn by_hand(items: &[Value]) -> usize {
    items.iter().filter(|item| item["label"] == "by hand").count()
}

/// What ends in the step that nobody has named, and so after the step that it belongs to.
fn late(items: &[Value]) -> Vec<&Value> {
    items.iter().filter(|item| item["op"] == "close" && item["step"] == "by hand").collect()
}

/// The results, of which each is good.
fn good(told: &Value) -> Vec<&str> {
    let results = told["results"].as_array().unwrap();
    for (result, api) in results.iter().zip(APIS) {
        assert_eq!((&result["api"], &result["ok"]), (&api.into(), &true.into()), "{told}");
        assert!(result["ns"].as_u64() > Some(0), "{told}");
    }
    results.iter().map(|result| result["says"].as_str().unwrap()).collect()
}

#[test]
fn each_operation_works_over_each_api_as_often_as_one_likes() {
    let workshop = Workshop::start();
    for (operation, title, says) in [
        ("get", "get a book", "UNIX Network Programming (1990)"),
        ("list", "list books", "5 books, and there are more"),
        ("update", "update a book", "is of 1996 now, in revision 2"),
        ("update", "update a book", "is of 1995 now, in revision 7"),
        ("delete", "delete a book", " is gone"),
        ("delete", "delete a book", " is gone"),
        ("create", "create a book", "TCP/IP Illustrated, Volume 2: The Implementation (1995)"),
        ("create", "create a book", "TCP/IP Illustrated, Volume 2: The Implementation (1995)"),
        ("author", "an author with books", "W. Richard Stevens, "),
    ] {
        let told = work(&workshop, operation, 1, "one");
        assert_eq!(told["step"], title);
        assert!(good(&told).iter().all(|said| said.contains(says)), "{told}");
        for connection in ["one", "new"] {
            good(&work(&workshop, operation, 2, connection));
        }
    }
}

#[test]
fn the_calls_of_a_step_are_on_one_connection_or_on_several_and_all_are_closed() {
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    let one = work(&workshop, "get", 5, "one")["step"].clone();
    let new = work(&workshop, "get", 5, "new")["step"].clone();
    assert_eq!(
        (&one, &new),
        (&"get a book, 5 calls on one connection".into(), &"get a book, 5 connections".into())
    );
    let items = stream.items_until(|items| by_hand(items) == 10 + 2 * 6);
    assert!(late(&items).is_empty(), "{:?}", late(&items));
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
fn watchers_stay_until_they_are_switched_off() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let mut stream = workshop.stream();
    assert_eq!(stream.next_of("watching"), json!({ "rest": false, "graphql": false, "grpc": false }));
    let switch =
        |apis: &[&str], on: bool| post(page, "/api/watch", &json!({ "apis": apis, "on": on })).json();
    let all = json!({ "rest": true, "graphql": true, "grpc": true });
    assert_eq!(switch(&APIS, true), all);
    assert_eq!(switch(&["rest"], true), all, "it is on already");
    while stream.next_of("watching") != all {}
    // A watcher stays open, and nobody waits for it.
    good(&work(&workshop, "create", 1, "one"));
    let is_told = |items: &[Value], api: &str| {
        let told = format!("{api}-client");
        let reads = items.iter().filter(|item| item["recording"] == *told && item["op"] == "read");
        reads.filter_map(|item| item["says"].as_str()).any(|said| said.to_lowercase().contains("created"))
    };
    stream.items_until(|items| {
        let created = items.iter().position(|item| item["label"] == "create a book").unwrap_or(items.len());
        APIS.iter().all(|api| is_told(&items[created..], api))
    });
    assert_eq!(switch(&["graphql"], false), json!({ "rest": true, "graphql": false, "grpc": true }));
    assert_eq!(switch(&APIS, false), json!({ "rest": false, "graphql": false, "grpc": false }));
    while stream.next_of("watching") != json!({ "rest": false, "graphql": false, "grpc": false }) {}
    // On and off over three APIs, and the call.
    let items = workshop.stream().items_until(|items| by_hand(items) == 10 + 3 * 6);
    assert!(late(&items).is_empty(), "{:?}", late(&items));
}

#[test]
fn a_failure_is_told_in_the_words_of_the_server() {
    let workshop = Workshop::start();
    let Some(curl) = find("curl") else { return };
    let book = format!("http://{}/v1/books/1", workshop.rest());
    run(curl, &["-sSf", "-X", "DELETE", &book]).ok();
    let told = work(&workshop, "get", 1, "one");
    let rest = &told["results"][0];
    assert_eq!(
        (&rest["ok"], &rest["says"]),
        (&false.into(), &"404 Not Found: there is no book 1".into()),
        "{told}"
    );
    assert_eq!(told["results"][1]["ok"], true);
}

#[test]
fn datagrams_get_lost_and_are_asked_for_again() {
    let workshop = Workshop::start();
    let ask = |work: Value| post(workshop.page(), "/api/datagrams", &work).json();
    for over in ["udp", "tcp"] {
        let told = ask(json!({ "over": over, "calls": 3 }));
        assert_eq!(told["step"], format!("get a book over {}, 3 calls", over.to_uppercase()));
        let results = told["results"].as_array().unwrap();
        assert!(
            results.len() == 3 && results.iter().all(|call| call["ok"] == true && call["attempts"] != 0),
            "{told}"
        );
        assert_eq!(
            (&results[2]["call"], &results[2]["says"]),
            (&3.into(), &"UNIX Network Programming (1990)".into())
        );
    }
    let told = ask(json!({ "over": "udp", "calls": 3, "lossy": true }));
    assert_eq!(told["step"], "get a book over UDP, 3 calls, some datagrams lost");
    let results = told["results"].as_array().unwrap();
    assert!(results.iter().all(|call| call["ok"] == true), "{told}");
    assert!(results.iter().any(|call| call["attempts"].as_u64() > Some(1)), "{told}");
}

#[test]
fn the_commands_for_a_terminal_work_as_often_as_one_likes() {
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
