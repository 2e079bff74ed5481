//! What the workshop's page asks, byte by byte. Over HTTP/1.0, where an answer ends with its connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Whoever waits this long waits for ever.
const LONGEST: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// What it says is wrong.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

fn send(page: SocketAddr, head: &str, headers: &[(&str, &str)], body: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(page).unwrap();
    stream.set_read_timeout(Some(LONGEST)).unwrap();
    let mut request = format!("{head} HTTP/1.0\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request += &format!("host: {page}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).unwrap();
    BufReader::new(stream)
}

/// The status and the head of an answer.
fn head(stream: &mut BufReader<TcpStream>) -> (u16, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
    }
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
}

pub(crate) fn ask(page: SocketAddr, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = send(page, request, headers, body);
    let (status, head) = head(&mut stream);
    let mut body = Vec::new();
    stream.read_to_end(&mut body).unwrap();
    Answer { status, head, body }
}

pub(crate) fn get(page: SocketAddr, path: &str) -> Answer {
    ask(page, &format!("GET {path}"), &[], "")
}

/// As the page does.
pub(crate) fn post(page: SocketAddr, path: &str, body: &Value) -> Answer {
    ask(page, &format!("POST {path}"), &[("content-type", "application/json")], &body.to_string())
}

/// A server-sent event.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

/// The stream of events.
pub(crate) struct Stream(BufReader<TcpStream>);

impl Stream {
    pub(crate) fn open(page: SocketAddr, headers: &[(&str, &str)]) -> Self {
        Self::at(page, "/api/stream", headers)
    }

    pub(crate) fn at(page: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut stream = send(page, &format!("GET {path}"), headers, "");
        let (status, head) = head(&mut stream);
        assert_eq!(status, 200, "{head}");
        Self(stream)
    }

    /// The next event; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let (mut kind, mut id, mut data) = (String::new(), None, Value::Null);
        let began = Instant::now();
        loop {
            // It says now and then that it is still there.
            assert!(began.elapsed() < LONGEST, "nothing happens any more");
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            // A server that gives the stream up may do so within a line.
            if !line.ends_with('\n') {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", value)) => value.clone_into(&mut kind),
                Some(("id", value)) => id = Some(value.to_owned()),
                Some(("data", value)) => data = serde_json::from_str(value).unwrap(),
                // A comment ends with an empty line, too.
                None if line == "\n" && !kind.is_empty() => return Some(Event { kind, id, data }),
                _ => {}
            }
        }
    }

    /// The next event of that kind; others are passed over.
    pub(crate) fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next().unwrap_or_else(|| panic!("no {kind} came"));
            if event.kind == kind {
                return event.data;
            }
        }
    }

    /// Items, until there are all that `enough` wants.
    pub(crate) fn items_until(&mut self, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let mut items = Vec::new();
        while !enough(&items) {
            items.extend(self.next_of("items").as_array().unwrap().iter().cloned());
        }
        items
    }
}
