//! Tests of the room: roles, names, the data that participants receive, and many participants at once.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::browser::{Page, Response, Stream, ask, get, post};
use crate::support::tour::PORTS;
use crate::support::workshop::Workshop;

/// Number of participants in a large room.
const PARTICIPANTS: usize = 40;

fn start() -> Workshop {
    Workshop::with(&[&PORTS[..], &["--room", "--room-host", "shelf.test"]].concat())
}

/// A participant's cookie, as the browser sends it.
struct Participant {
    cookie: String,
}

/// Joins the room. The request has no token.
fn join(page: Page<'_>, name: &str) -> Response {
    let headers = [("content-type", "application/json"), ("cookie", "")];
    ask(page, "POST /api/room/join", &headers, &json!({ "name": name }).to_string())
}

impl Participant {
    fn join(page: Page<'_>, name: &str) -> Self {
        let answer = join(page, name);
        assert_eq!((answer.status, answer.json()["name"].as_str()), (200, Some(name)));
        let (cookie, attributes) = answer.header("set-cookie").unwrap().split_once(';').unwrap();
        assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax");
        Self { cookie: cookie.to_owned() }
    }

    fn stream(&self, page: Page<'_>) -> Stream {
        Stream::at(page, "/api/room/stream", &[("cookie", &self.cookie)])
    }
}

/// Lists books over REST, on a connection of its own, with this `User-Agent`. The page size distinguishes the calls.
pub(super) fn call(server: SocketAddr, user_agent: &str, size: u32) {
    let mut stream = TcpStream::connect(server).unwrap();
    let request = format!(
        "GET /v1/books?page_size={size} HTTP/1.1\r\nhost: {server}\r\nuser-agent: {user_agent}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// Reads the stream until a closed connection arrives whose description contains `marker`. Returns all text before and
/// with it.
fn text_until(stream: &mut Stream, marker: &str) -> String {
    let mut text = String::new();
    loop {
        let event = stream.next().unwrap();
        text += &event.data.to_string();
        let is_wanted =
            |connection: &Value| connection["is_closed"] == true && connection.to_string().contains(marker);
        if event.kind == "connections" && event.data.as_array().unwrap().iter().any(is_wanted) {
            return text;
        }
    }
}

#[test]
fn participants_need_no_token_and_get_no_recordings() {
    let workshop = start();
    let page = workshop.page();
    let participant = Participant::join(page, "anna");
    for cookie in [participant.cookie.as_str(), ""] {
        let cookie = [("cookie", cookie)];
        let index = ask(page, "GET /", &cookie, "");
        assert!(index.status == 200 && index.text().contains("src=\"room.js\""));
        for path in [
            "/api/stream",
            "/api/report.html",
            "/api/capture.pcapng",
            "/api/sequence.svg",
            "/api/traces/rest-server.jsonl",
            "/api/room/qr.svg",
        ] {
            assert_eq!(ask(page, &format!("GET {path}"), &cookie, "").status, 401, "{path}");
        }
        let headers = [cookie[0], ("content-type", "application/json")];
        for path in ["/api/run", "/api/watch", "/api/datagrams", "/api/clear", "/api/room/remove"] {
            assert_eq!(ask(page, &format!("POST {path}"), &headers, "{}").status, 401, "{path}");
        }
    }
    for path in ["/api/room/stream", "/api/room/report.html"] {
        assert_eq!(ask(page, &format!("GET {path}"), &[("cookie", "")], "").status, 401, "{path}");
        assert_eq!(ask(page, &format!("GET {path}"), &[("cookie", "room-1=x")], "").status, 401, "{path}");
    }
    // The presenter's page is the other one.
    assert!(get(page, "/").text().contains("src=\"page.js\""));
    assert_eq!(get(page, "/api/room/qr.svg").header("content-type"), Some("image/svg+xml"));
}

#[test]
fn workshop_without_a_room_has_no_participants() {
    let workshop = Workshop::start();
    let page = workshop.page();
    assert_eq!(join(page, "anna").status, 401);
    assert_eq!(post(page, "/api/room/join", &json!({ "name": "anna" })).status, 404);
    assert_eq!(ask(page, "GET /", &[("cookie", "")], "").status, 401);
}

#[test]
fn names_are_short_and_unique() {
    let workshop = start();
    let page = workshop.page();
    Participant::join(page, "Anna");
    let errors = ["anna", "a", "thirteen-char", "an na", "-A", "anna/room", "änna", ""].map(|name| {
        let answer = join(page, name);
        format!("{} {}", answer.status, answer.error())
    });
    insta::assert_snapshot!(errors.join("\n"), @r"
    409 the name anna is taken; choose another
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    400 name must have 2 to 12 letters a to z, digits or hyphens, such as anna or team-3
    ");
}

#[test]
fn participant_receives_own_calls_and_no_data_of_others() {
    let workshop = start();
    let (page, rest) = (workshop.page(), workshop.rest());
    let [anna, ben] = ["anna", "ben"].map(|name| Participant::join(page, name));
    let [mut for_anna, mut for_ben] = [anna.stream(page), ben.stream(page)];
    call(rest, "ben/room", 17);
    call(rest, "secret-agent", 18);
    post(page, "/api/run", &json!({ "operation": "author", "apis": ["graphql"] }));
    call(rest, "ANNA/room curl/8", 16);
    let seen = text_until(&mut for_anna, "page_size=16");
    assert!(seen.contains("UNIX Network Programming"), "the call is described");
    for foreign in ["page_size=17", "page_size=18", "secret-agent", "ben/room"] {
        assert!(!seen.contains(foreign), "{foreign}");
    }
    let seen = text_until(&mut for_ben, "page_size=17");
    assert!(!seen.contains("page_size=18"));
    // The presenter sees everything, and how often each participant has called.
    let mut presenter = workshop.stream();
    let items = presenter.items_until(|items| {
        [16, 17, 18].iter().all(|size| {
            items.iter().any(|item| {
                item["says"].as_str().is_some_and(|says| says.contains(&format!("page_size={size}")))
            })
        })
    });
    assert!(!items.is_empty());
    let mut calls = Value::Null;
    while calls != json!([["anna", 1], ["ben", 1]]) {
        let room = workshop.stream().next_of("room");
        let participants = room["participants"].as_array().unwrap().iter();
        calls = participants.map(|found| json!([found["name"], found["calls"]])).collect();
    }
}

#[test]
fn report_for_participants_contains_no_data_of_others() {
    let workshop = start();
    let (page, rest) = (workshop.page(), workshop.rest());
    let anna = Participant::join(page, "anna");
    let mut stream = anna.stream(page);
    call(rest, "secret-agent", 17);
    call(rest, "anna/room", 16);
    text_until(&mut stream, "page_size=16");
    let report = ask(page, "GET /api/room/report.html", &[("cookie", &anna.cookie)], "");
    assert_eq!(report.header("content-disposition"), Some("attachment; filename=\"workshop.html\""));
    assert!(report.text().contains("get a book"), "the tour is part of it");
    assert!(!report.text().contains("secret-agent"));
}

/// Sends a prediction of the participant.
fn predict(page: Page<'_>, participant: &Participant, prediction: &Value) -> Response {
    let headers = [("content-type", "application/json"), ("cookie", participant.cookie.as_str())];
    ask(page, "POST /api/room/predict", &headers, &prediction.to_string())
}

#[test]
fn presenter_sees_the_tally_of_the_shown_lesson_and_participants_do_not() {
    let workshop = start();
    let page = workshop.page();
    let [anna, ben] = ["anna", "ben"].map(|name| Participant::join(page, name));
    let choose = |who, choice| {
        predict(page, who, &json!({ "lesson": "socket", "question": 0, "choice": choice })).status
    };
    assert_eq!([choose(&anna, 1), choose(&ben, 2), choose(&anna, 2)], [200; 3]);
    assert_eq!(post(page, "/api/room/show", &json!({ "step": null, "lesson": "socket" })).status, 200);
    let room = workshop.stream().next_of("room");
    assert_eq!(room["predictions"], json!({ "lesson": "socket", "questions": { "0": { "2": 2 } } }));
    // A participant's page gets the own prediction, and what the presenter shows.
    let mut stream = anna.stream(page);
    let own = stream.next_of("hello")["predictions"].clone();
    assert_eq!(own, json!([{ "lesson": "socket", "question": 0, "choice": 2 }]));
    assert_eq!(stream.next_of("shown"), json!({ "step": null, "lesson": "socket" }));
    assert_eq!(post(page, "/api/clear", &json!({})).status, 200);
    assert_eq!(stream.next_of("hello")["predictions"], json!([]));
}

#[test]
fn invalid_predictions_are_refused() {
    let workshop = start();
    let page = workshop.page();
    let anna = Participant::join(page, "anna");
    let lesson = json!({ "lesson": "a b", "question": 0, "choice": 0 });
    let choice = json!({ "lesson": "socket", "question": 0, "choice": 16 });
    for (prediction, field) in [(lesson, "lesson"), (choice, "choice"), (json!({}), "missing field")] {
        let answer = predict(page, &anna, &prediction);
        assert_eq!((answer.status, answer.error().contains(field)), (400, true), "{}", answer.error());
    }
    let stranger = Participant { cookie: "room-1=x".to_owned() };
    assert_eq!(predict(page, &stranger, &json!({})).status, 401);
    // Only the presenter decides what is shown.
    let headers = [("content-type", "application/json"), ("cookie", anna.cookie.as_str())];
    assert_eq!(ask(page, "POST /api/room/show", &headers, "{}").status, 401);
    assert_eq!(post(page, "/api/room/show", &json!({ "step": 1, "lesson": "a b" })).status, 400);
}

#[test]
fn participant_who_joins_late_gets_the_calls_that_opened_the_listeners() {
    let workshop = start();
    let page = workshop.page();
    for _ in 0..2 {
        let many = json!({ "operation": "get", "apis": ["rest", "graphql", "grpc"], "calls": 100, "connection": "new" });
        assert_eq!(post(page, "/api/run", &many).status, 200);
    }
    let mut presenter = workshop.stream();
    presenter.items_until(|items| items.len() > 5_000);
    let late = Participant::join(page, "late");
    let mut stream = late.stream(page);
    let items = stream.next_of("items");
    let ops: Vec<&str> = items.as_array().unwrap().iter().filter_map(|item| item["op"].as_str()).collect();
    assert_eq!(ops.iter().filter(|op| **op == "listen").count(), 3, "{ops:?}");
    let first = stream.next_of("items")[0]["seq"].as_u64().unwrap();
    assert!(first > 1_000, "{first}");
}

#[test]
fn removed_participant_leaves_the_room() {
    let workshop = start();
    let page = workshop.page();
    let anna = Participant::join(page, "anna");
    let mut stream = anna.stream(page);
    stream.next_of("hello");
    assert_eq!(post(page, "/api/room/remove", &json!({ "name": "Anna" })).status, 200);
    while stream.next().is_some() {}
    assert_eq!(ask(page, "GET /api/room/stream", &[("cookie", &anna.cookie)], "").status, 401);
    assert_eq!(post(page, "/api/room/remove", &json!({ "name": "anna" })).status, 404);
    Participant::join(page, "anna");
}

#[test]
fn commands_contain_the_name_and_the_address_of_the_browser() {
    let workshop = start();
    let page = workshop.page();
    let anna = Participant::join(page, "anna");
    let host = format!("shelf.test:{}", page.address.port());
    let mut stream = Stream::at(page, "/api/room/stream", &[("cookie", &anna.cookie), ("host", &host)]);
    let commands = stream.next_of("hello")["page"]["operations"][0]["commands"].clone();
    for (api, start) in [
        ("rest", "curl -A anna/room -i 'http://shelf.test:"),
        ("graphql", "curl -A anna/room 'http://shelf.test:"),
        ("grpc", "grpcurl -user-agent anna/room -plaintext "),
    ] {
        let line = commands[api].as_str().unwrap();
        assert!(line.starts_with(start) && line.contains("shelf.test:"), "{line}");
    }
    assert_eq!(ask(page, "GET /", &[("host", &host.replace("shelf", "evil"))], "").status, 421);
}

#[test]
fn pages_of_participants_start_anew_when_the_presenter_clears_them() {
    let workshop = start();
    let page = workshop.page();
    let anna = Participant::join(page, "anna");
    let mut stream = anna.stream(page);
    let boot = stream.next_of("hello")["page"]["boot"].clone();
    stream.next_of("items");
    assert_eq!(post(page, "/api/clear", &json!({})).status, 200);
    assert_ne!(stream.next_of("hello")["page"]["boot"], boot);
    let items = stream.next_of("items");
    assert_eq!(items[0]["op"], "socket", "{items}");
}

#[test]
fn cleared_pages_start_anew_and_the_traces_keep_everything() {
    let workshop = Workshop::start();
    let page = workshop.page();
    let mut stream = workshop.stream();
    let boot = stream.next_of("hello")["boot"].clone();
    stream.next_of("items");
    let before = get(page, "/api/traces/rest-server.jsonl").body.len();
    assert_eq!(post(page, "/api/clear", &json!({})).status, 200);
    let hello = stream.next_of("hello");
    assert_ne!(hello["boot"], boot);
    let first = hello["first"].as_u64().unwrap();
    assert!(first > 1, "{first}");
    post(page, "/api/run", &json!({ "operation": "get", "apis": ["rest"] }));
    let is_new = |item: &Value| item["seq"].as_u64() >= Some(first);
    let items = stream.items_until(|items| items.iter().any(is_new));
    let earlier: Vec<&Value> = items.iter().filter(|item| !is_new(item)).collect();
    let opens = |item: &&Value| ["socket", "option", "bind", "listen"].iter().any(|op| item["op"] == *op);
    assert!(earlier.iter().all(opens), "{earlier:?}");
    // The three APIs, and the plain server over TCP.
    assert_eq!(earlier.iter().filter(|item| item["op"] == "listen").count(), 4, "{earlier:?}");
    assert!(get(page, "/api/traces/rest-server.jsonl").body.len() > before);
}

/// Forty participants call twice a second, and each has a page open. The presenter's page receives each event soon.
#[test]
fn forty_participants_do_not_delay_the_page() {
    let workshop = start();
    let (page, rest) = (workshop.page(), workshop.rest());
    let participants: Vec<_> =
        (0..PARTICIPANTS).map(|number| Participant::join(page, &format!("team-{number}"))).collect();
    let presenter = workshop.stream();
    std::thread::scope(|scope| {
        let readers: Vec<_> = participants
            .iter()
            .map(|participant| {
                let mut stream = participant.stream(page);
                scope.spawn(move || {
                    let mut closed = 0;
                    while closed < 10 {
                        let connections = stream.next_of("connections");
                        let ended = |connection: &&Value| connection["is_closed"] == true;
                        closed += connections.as_array().unwrap().iter().filter(ended).count();
                    }
                })
            })
            .collect();
        let began = Instant::now();
        for number in 0..PARTICIPANTS {
            scope.spawn(move || {
                for round in 0..10 {
                    let next = began + Duration::from_millis(500) * round;
                    std::thread::sleep(next.saturating_duration_since(Instant::now()));
                    call(rest, &format!("team-{number}/room"), 1);
                }
            });
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        let elapsed = began.elapsed();
        eprintln!("400 calls of 40 participants arrived on their pages after {elapsed:?}");
        // The last call begins after 4.5 s.
        assert!(elapsed < Duration::from_secs(15), "{elapsed:?}");
    });
    drop(presenter);
    // Everyone is counted.
    let room = workshop.stream().next_of("room");
    let calls: u64 =
        room["participants"].as_array().unwrap().iter().map(|found| found["calls"].as_u64().unwrap()).sum();
    assert_eq!(calls, 400);
}
