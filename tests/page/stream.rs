//! Tests of the live page's event stream: complete and in order, also for pages that reconnect or read
//! slowly.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use socket_tap::format::Side;

use crate::support::browser::{Event, Stream, ask, get, post};
use crate::support::keep_alive::KeepAlive;
use crate::support::workshop::Workshop;

const APIS: [&str; 5] = ["rest", "graphql", "grpc", "udp", "tcp"];

/// Maximum number of recorded events that the server keeps for its pages.
const MAX_ITEMS: u64 = 20_000;

fn seq(item: &Value) -> u64 {
    item["seq"].as_u64().unwrap()
}

/// Returns the number of `from a terminal` marks. Such a mark ends a step (a named group of calls) in one
/// recording. The tour, which is recorded first, ends with ten marks, one in each recording. A later step
/// ends with two marks for each API over which it ran: one in the server's recording and one in the clients'.
fn ended_steps(items: &[Value]) -> usize {
    items.iter().filter(|item| item["op"] == "mark" && item["label"] == "from a terminal").count()
}

fn run(workshop: &Workshop, operation: &str) {
    let work = json!({ "operation": operation, "apis": ["rest", "graphql", "grpc"] });
    let answer = post(workshop.page(), "/api/run", &work);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn streamed_items_match_the_trace_lines() {
    let mut workshop = Workshop::start();
    run(&workshop, "create");
    post(workshop.page(), "/api/datagrams", &json!({ "over": "udp", "calls": 2 }));
    let items = workshop.stream().items_until(|items| ended_steps(items) == 10 + 6 + 2);
    workshop.interrupt();
    assert!(workshop.wait().success());
    assert!(items.iter().map(seq).eq(1..=items.len() as u64));
    assert!(items.is_sorted_by_key(|item| item["at"].as_u64()));

    let mut by_recording: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for item in items {
        let mut item = item.as_object().unwrap().clone();
        let recording = item.remove("recording").unwrap();
        for added in ["at", "connection", "carried", "seq", "step", "says", "phase", "client", "ended", "why"]
        {
            item.remove(added);
        }
        by_recording.entry(recording.as_str().unwrap().to_owned()).or_default().push(item.into());
    }
    for api in APIS {
        for side in [Side::Server, Side::Client] {
            let received = by_recording.get_mut(&format!("{api}-{}", side.name())).unwrap();
            let trace = fs::read_to_string(workshop.trace(api, side)).unwrap();
            let mut lines: Vec<Value> = trace
                .lines()
                .skip(1)
                .take(received.len())
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            // Items are ordered by the start of a connect, lines by its end.
            for events in [&mut *received, &mut lines] {
                events.sort_by_cached_key(|event| (event["t"].as_u64(), event.to_string()));
            }
            assert_eq!(*received, lines, "{api} {side:?}");
            assert!(trace.lines().last().unwrap().starts_with("{\"end\":true"), "{api} {side:?}");
        }
    }
}

#[test]
fn hello_event_lists_recordings_and_operations() {
    let workshop = Workshop::start();
    let hello = workshop.stream().next().unwrap();
    assert_eq!((hello.kind.as_str(), hello.id), ("hello", None));
    let list = |field: &str, name: &str| {
        let list = hello.data[field].as_array().unwrap().iter();
        list.map(|one| one[name].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let labels = APIS.iter().flat_map(|api| ["server", "client"].map(|side| format!("{api}-{side}")));
    assert_eq!(list("recordings", "label"), labels.collect::<Vec<_>>());
    assert_eq!(list("lanes", "title"), ["REST", "GraphQL", "gRPC"]);
    assert_eq!(list("lanes", "address")[0], workshop.rest().to_string());
    assert_eq!(list("plain", "title"), ["UDP", "TCP"]);
    assert_eq!(list("operations", "id"), ["get", "list", "create", "update", "delete", "author", "watch"]);
    assert_eq!(hello.data["first"], 1);
}

/// Reads the event stream up to the item (a recorded event) with the number `last`, and returns the numbers
/// of all items.
fn up_to(mut stream: Stream, last: u64) -> Vec<u64> {
    stream.items_until(|items| items.last().is_some_and(|item| seq(item) >= last)).iter().map(seq).collect()
}

#[test]
fn reconnected_stream_resumes_without_loss_or_repetition() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let mut stream = workshop.stream();
    let mut ids = Vec::new();
    let mut last = 0;
    // The items of the tour exceed one batch.
    while ids.len() < 2 {
        let Event { kind, id, data } = stream.next().unwrap();
        if kind == "items" {
            last = seq(data.as_array().unwrap().last().unwrap());
            ids.push((id.unwrap(), last));
        }
    }
    drop(stream);
    run(&workshop, "get");
    let all = up_to(workshop.stream(), last + 10);
    let whole: Vec<u64> = (1..=*all.last().unwrap()).collect();
    assert_eq!(all, whole);
    for (id, seen) in &ids {
        let expected = &whole[usize::try_from(*seen).unwrap()..];
        let again = up_to(Stream::open(page, &[("last-event-id", id)]), *whole.last().unwrap());
        assert_eq!(again[..expected.len()], *expected);
        let again = up_to(Stream::at(page, &format!("/api/stream?after={id}"), &[]), *whole.last().unwrap());
        assert_eq!(again[..expected.len()], *expected);
    }
    // An id that is invalid, too large or of another run starts the stream from the beginning.
    let boot = ids[0].0.split('-').next().unwrap();
    for id in ["18eb-7", &format!("{boot}-999999999"), &format!("{boot}-"), boot, "", "x"] {
        assert_eq!(up_to(Stream::open(page, &[("last-event-id", id)]), 1)[0], 1, "{id:?}");
    }
}

#[test]
fn comparison_and_socket_table_are_updated() {
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    let comparison = stream.next_of("comparison");
    assert_eq!((&comparison["verdict"], comparison["traces"].as_array().unwrap().len()), (&"same".into(), 6));
    run(&workshop, "list");
    loop {
        let steps = stream.next_of("comparison")["traces"][0]["steps"].clone();
        let step = steps.as_array().unwrap().iter().find(|step| step["name"] == "list books").cloned();
        // One connection of the tour and one of this step.
        if step.is_some_and(|step| step["connections"] == 2) {
            break;
        }
    }
    if cfg!(target_os = "linux") {
        let sockets = workshop.stream().next_of("sockets");
        let rows = sockets["rows"].as_array().unwrap();
        let listener = rows.iter().find(|row| row["state"] == "LISTEN" && row["api"] == "rest").unwrap();
        assert_eq!(listener["local"], workshop.rest().to_string());
        assert_eq!((&listener["side"], &listener["change"]), (&"server".into(), &"same".into()));
        post(workshop.page(), "/api/watch", &json!({ "apis": ["grpc"], "on": true }));
        loop {
            let sockets = stream.next_of("sockets");
            let rows = sockets["rows"].as_array().unwrap();
            let open = |side: &str| {
                rows.iter()
                    .any(|row| row["api"] == "grpc" && row["side"] == side && row["state"] == "ESTABLISHED")
            };
            if open("server") && open("client") {
                break;
            }
        }
    }
}

#[test]
fn number_of_open_pages_is_limited() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let mut streams: Vec<Stream> = (0..32).map(|_| workshop.stream()).collect();
    let refused = get(page, "/api/stream");
    assert_eq!(refused.status, 503);
    insta::assert_snapshot!(refused.error(), @"32 pages are open, which is the maximum; close one of them");
    streams.pop();
    // The server detects the closed connection at its next write.
    let popped = Instant::now();
    while ask(page, "HEAD /api/stream", &[], "").status == 503 {
        assert!(popped.elapsed() < Duration::from_secs(60), "the closed page is still counted");
        run(&workshop, "get");
    }
}

/// Opens concurrent connections and requests a book `calls` times on each.
fn load(server: SocketAddr, connections: usize, calls: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..connections {
            tasks.spawn(async move {
                let mut client = KeepAlive::connect(server).await.unwrap();
                for _ in 0..calls {
                    client.ask().await.unwrap();
                }
                client.close().await;
            });
        }
        tasks.join_all().await;
    });
}

#[test]
fn slow_page_receives_the_number_of_dropped_events() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let mut idle = workshop.stream();
    idle.next_of("items");
    let before = workshop.memory();
    // Each call is a read and a write by the server.
    load(workshop.rest(), 4, 8_000);
    run(&workshop, "delete");
    let mut busy = workshop.stream();
    let last = loop {
        let items = busy.next_of("items");
        let items = items.as_array().unwrap();
        if let Some(end) = items.iter().find(|item| item["step"] == "delete a book") {
            break seq(end);
        }
    };
    assert!(last > 64_000, "{last}");
    let memory = workshop.memory();
    eprintln!("{before} KiB before, {memory} KiB after {last} events");
    assert!(memory < before + 96 * 1024, "{before} KiB before, {memory} KiB after {last} events");
    let first = workshop.stream().next_of("hello")["first"].as_u64().unwrap();
    assert!(first > last - MAX_ITEMS, "{first} of {last}");

    // The server may have closed the idle stream. Then the test reconnects, as a browser does.
    let (mut got, mut dropped, mut id) = (1, 0, String::new());
    let mut reads = |stream: &mut Stream| {
        while let Some(event) = stream.next() {
            match event.kind.as_str() {
                "items" => {
                    for item in event.data.as_array().unwrap() {
                        assert!(got == 1 || seq(item) == got + 1, "{} after {got}", seq(item));
                        got = seq(item);
                    }
                }
                "dropped" => {
                    let count = event.data["count"].as_u64().unwrap();
                    (got, dropped) = (got + count, dropped + count);
                }
                _ => {}
            }
            id = event.id.unwrap_or(id.clone());
            if got >= last {
                return None;
            }
        }
        Some(id.clone())
    };
    while let Some(id) = reads(&mut idle) {
        idle = Stream::open(page, &[("last-event-id", &id)]);
    }
    assert!(dropped > 0, "no items of {last} were dropped");
}

/// Returns `true` if no thread of the process can run.
fn is_idle(pid: u32) -> bool {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks.map(Result::unwrap).all(|task| {
        // A thread can end after the folder was listed.
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        // The state follows the name, which is in brackets and may contain spaces.
        stat.rsplit_once(") ").is_none_or(|(_, fields)| !fields.starts_with('R'))
    })
}

#[test]
fn open_page_leaves_the_workshop_idle() {
    let workshop = Workshop::start();
    let mut stream = workshop.stream();
    stream.items_until(|items| ended_steps(items) == 10);
    let began = Instant::now();
    let mut idle = 0;
    while idle < 50 {
        assert!(began.elapsed() < Duration::from_secs(60), "a thread is always running");
        idle = if is_idle(workshop.pid()) { idle + 1 } else { 0 };
    }
}
