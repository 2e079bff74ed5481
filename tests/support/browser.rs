//! Sends requests to the live page's server, over HTTP/1.0, so that a response ends when the connection
//! closes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Timeout of a read.
const LONGEST: Duration = Duration::from_secs(60);

/// The live page of a workshop: its address and the token of its URL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) token: &'a str,
}

impl Page<'_> {
    /// Returns the URL of the page.
    pub(crate) fn url(self) -> String {
        format!("http://{}/?token={}", self.address, self.token)
    }
}

/// A server that requires no token.
impl From<SocketAddr> for Page<'_> {
    fn from(address: SocketAddr) -> Self {
        Self { address, token: "" }
    }
}

/// A complete HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Returns the message in the JSON body of an error response.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// Sends a request with the token, unless `headers` contain other credentials: a cookie or `authorization`.
fn send(page: Page<'_>, head: &str, headers: &[(&str, &str)], body: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(page.address).unwrap();
    stream.set_read_timeout(Some(LONGEST)).unwrap();
    let mut request = format!("{head} HTTP/1.0\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request += &format!("host: {}\r\n", page.address);
    }
    let has_credentials = headers.iter().any(|(name, _)| ["authorization", "cookie"].contains(name));
    if !page.token.is_empty() && !has_credentials {
        request += &format!("authorization: Bearer {}\r\n", page.token);
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).unwrap();
    BufReader::new(stream)
}

/// Reads the head of a response. Returns the status code and the head.
fn head(stream: &mut BufReader<TcpStream>) -> (u16, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
    }
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
}

pub(crate) fn ask<'a>(
    page: impl Into<Page<'a>>,
    request: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut stream = send(page.into(), request, headers, body);
    let (status, head) = head(&mut stream);
    let mut body = Vec::new();
    stream.read_to_end(&mut body).unwrap();
    Response { status, head, body }
}

pub(crate) fn get<'a>(page: impl Into<Page<'a>>, path: &str) -> Response {
    ask(page, &format!("GET {path}"), &[], "")
}

/// Sends a POST request with a JSON body, as the live page does.
pub(crate) fn post<'a>(page: impl Into<Page<'a>>, path: &str, body: &Value) -> Response {
    ask(page, &format!("POST {path}"), &[("content-type", "application/json")], &body.to_string())
}

/// A server-sent event.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

/// A stream of server-sent events.
pub(crate) struct Stream(BufReader<TcpStream>);

impl Stream {
    pub(crate) fn open(page: Page<'_>, headers: &[(&str, &str)]) -> Self {
        Self::at(page, "/api/stream", headers)
    }

    pub(crate) fn at(page: Page<'_>, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut stream = send(page, &format!("GET {path}"), headers, "");
        let (status, head) = head(&mut stream);
        assert_eq!(status, 200, "{head}");
        Self(stream)
    }

    /// Returns the next event, or `None` at EOF.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let (mut kind, mut id, mut data) = (String::new(), None, Value::Null);
        let began = Instant::now();
        loop {
            // Keep-alive comments reset the read timeout.
            assert!(began.elapsed() < LONGEST, "nothing happens any more");
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            // A server may close the stream in the middle of a line.
            if !line.ends_with('\n') {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", value)) => value.clone_into(&mut kind),
                Some(("id", value)) => id = Some(value.to_owned()),
                Some(("data", value)) => data = serde_json::from_str(value).unwrap(),
                // Comments are followed by an empty line, too.
                None if line == "\n" && !kind.is_empty() => return Some(Event { kind, id, data }),
                _ => {}
            }
        }
    }

    /// Returns the data of the next event named `kind`. Skips other events.
    pub(crate) fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next().unwrap_or_else(|| panic!("no {kind} came"));
            if event.kind == kind {
                return event.data;
            }
        }
    }

    /// Collects items from `items` events until `enough` returns `true`.
    pub(crate) fn items_until(&mut self, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let mut items = Vec::new();
        while !enough(&items) {
            items.extend(self.next_of("items").as_array().unwrap().iter().cloned());
        }
        items
    }
}
