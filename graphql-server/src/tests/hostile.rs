//! Documents that attack the server, sent over every transport: POST, GET, server-sent events, WebSocket.

use axum::http::StatusCode;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::support::{Client, EVENTS, GRAPHQL, JSON, Service};

const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// Returns the GraphQL response in the first event of a stream of server-sent events.
fn result(events: &[u8]) -> Value {
    let text = String::from_utf8_lossy(events);
    let data = text.lines().find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(data.unwrap_or_else(|| panic!("no event: {text}"))).unwrap()
}

fn percent_encoded(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The service, and an open WebSocket to it.
struct Transports {
    service: Service,
    client: Client,
}

impl Transports {
    async fn open() -> Self {
        let service = Service::new();
        let client = service.ready().await;
        Self { service, client }
    }

    /// Sends a document over each transport and returns the responses.
    async fn send(&mut self, document: &str) -> [Value; 4] {
        let body = json!({ "query": document });
        let path = format!("/graphql?query={}", percent_encoded(document));
        let post = self.service.post(GRAPHQL, &body).await.json();
        let get = self.service.request("GET", &path, GRAPHQL).await.json();
        let events = result(&self.service.post(EVENTS, &body).await.body);
        self.client.subscribe("1", document).await;
        let message = self.client.receive().await;
        let over_websocket = match message["type"].as_str() {
            Some("error") => json!({ "errors": message["payload"] }),
            _ => {
                assert_eq!(self.client.receive().await["type"], "complete");
                message["payload"].clone()
            }
        };
        [post, get, events, over_websocket]
    }

    /// Asserts that the server refuses `document` with the error code `code` over each transport. Then
    /// asserts that another document still succeeds over each.
    async fn refuse(&mut self, code: &str, document: &str) {
        for response in self.send(document).await {
            let start = &document[..document.len().min(60)];
            assert_eq!(response["errors"][0]["extensions"]["code"], code, "{start}: {response}");
            assert!(response.get("data").is_none());
        }
        for response in self.send("{__typename}").await {
            assert_eq!(response, json!({ "data": { "__typename": "Query" } }));
        }
    }
}

#[tokio::test]
async fn deeply_nested_brackets_are_refused() {
    let mut transports = Transports::open().await;
    // Without a limit, a debug build overflows the stack: at 400 levels when async-graphql builds the tree, and at 1,300
    // when pest matches the text.
    for depth in [400, 1_300] {
        let nest = |open: &str, close: &str| format!("{}{}", open.repeat(depth), close.repeat(depth));
        for document in [
            format!("{{book(id:{}){{id}}}}", nest("[", "]")),
            format!("{{book(id:{}){{id}}}}", nest("{a:", "}")),
            format!("{{book(id:{}", "[".repeat(depth)),
            format!("{{a{}}}", nest("{a", "}")),
            format!("query($v:{}){{__typename}}", nest("[", "]").replacen("[]", "[Int]", 1)),
            format!("{{__typename @a(b:{})}}", nest("[", "]")),
        ] {
            transports.refuse(PARSE_FAILED, &document).await;
        }
    }
}

#[tokio::test]
async fn deeply_nested_variables_are_refused() {
    for open in ["[", "{\"a\":"] {
        let service = Service::new();
        let variables = format!("{{\"a\":{}", open.repeat(1_300));
        let body = format!("{{\"query\":\"{{__typename}}\",\"variables\":{variables}");
        let path = format!("/graphql?query=%7B__typename%7D&variables={}", percent_encoded(&variables));
        for reply in [
            service.post(JSON, &body).await,
            service.post(EVENTS, &body).await,
            service.request("GET", &path, JSON).await,
        ] {
            assert_eq!(reply.status, StatusCode::BAD_REQUEST);
            assert_eq!(reply.code(), "BAD_REQUEST");
        }
        let mut client = service.ready().await;
        client
            .0
            .send(Message::text(format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{body}")))
            .await
            .unwrap();
        assert_eq!(client.closed().await.0, 4400);
    }
}

#[tokio::test]
async fn nested_query_above_the_body_limit_is_refused() {
    let service = Service::new();
    for nested in ["[", "{a:"].map(|open| open.repeat(100_000)) {
        let document = format!("{{book(id:{nested}");
        for (query, variables) in [(json!(document), "{}"), (json!("{a}"), nested.as_str())] {
            let body = format!("{{\"query\":{query},\"variables\":{variables}}}");
            for accept in [JSON, EVENTS] {
                assert_eq!(service.post(accept, &body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
            }
            let mut client = service.ready().await;
            let message = format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{body}}}");
            client.0.feed(Message::text(message)).await.unwrap();
            // The server may close the connection before it has read everything.
            let _ = client.0.flush().await;
            assert_eq!(client.closed().await.0, 1009);
        }
        let status = status_of_get(&service, &format!("/graphql?query={}", percent_encoded(&document))).await;
        // hyper limits the length of the URL and of the header section.
        assert!(status.contains(" 414 ") || status.contains(" 431 "), "{status}");
    }
}

/// Sends a GET and returns the status line. Uses a TCP connection, because `http::Request` rejects so long a
/// path.
async fn status_of_get(service: &Service, path: &str) -> String {
    let mut stream = BufReader::new(TcpStream::connect(service.listen().await).await.unwrap());
    // The server may close the connection before it has read everything.
    let _ = stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await;
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn exponentially_expanding_fragments_are_refused() {
    let mut document = "{...F0}".to_owned();
    for n in 0..25 {
        document += &format!("fragment F{n} on Query{{...F{next} ...F{next}}}", next = n + 1);
    }
    document += "fragment F25 on Query{__typename}";
    Transports::open().await.refuse(VALIDATION_FAILED, &document).await;
}

#[tokio::test]
async fn thousands_of_aliases_are_refused() {
    let aliases = |n: usize| (0..n).map(|n| format!("a{n}:__typename ")).collect::<String>();
    let mut transports = Transports::open().await;
    // 1,100 aliases are within the limit on tokens, but not within the limit on fields.
    transports.refuse(VALIDATION_FAILED, &format!("{{{}}}", aliases(1_100))).await;
    transports.refuse(PARSE_FAILED, &format!("{{{}}}", aliases(1_700))).await;
    let body = json!({ "query": format!("{{{}}}", aliases(10_000)) });
    assert_eq!(transports.service.post(GRAPHQL, &body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn thousands_of_directives_or_arguments_are_refused() {
    let mut transports = Transports::open().await;
    let repeated = |each: &str| each.repeat(2_000);
    let numbered =
        |before: &str, after: &str| (0..2_000).map(|n| format!("{before}{n}{after}")).collect::<String>();
    for document in [
        format!("{{book(id:1) {} {{id}}}}", repeated("@skip(if:false)")),
        format!("query {} {{__typename}}", repeated("@a @b ")),
        format!("{{book({}){{id}}}}", numbered("a", ":1 ")),
        format!("query({}){{__typename}}", numbered("$a", ":ID ")),
        format!("{{book(id:[{}]){{id}}}}", repeated("1 1 1 1 ")),
        format!("mutation{{createBook(input:{{{}}}){{id}}}}", numbered("a", ":1 ")),
    ] {
        let body = json!({ "query": document });
        let reply = transports.service.post(GRAPHQL, &body).await;
        assert_eq!(reply.code(), PARSE_FAILED);
    }
    transports.refuse(PARSE_FAILED, &format!("query {} {{__typename}}", repeated("@a @b "))).await;
}

#[tokio::test]
async fn recursive_introspection_is_refused() {
    let mut transports = Transports::open().await;
    let nested = |times: usize| {
        let open = "fields{type{ofType{".repeat(times);
        format!("{{__schema{{types{{{open}name{}}}}}}}", "}}}".repeat(times))
    };
    for response in transports.send(&nested(3)).await {
        assert!(response["data"]["__schema"]["types"].is_array(), "{response}");
    }
    transports.refuse(VALIDATION_FAILED, &nested(5)).await;
    let plain = format!("{{__schema{{types{{{}name{}}}}}}}", "fields{type{".repeat(500), "}}".repeat(500));
    transports.refuse(PARSE_FAILED, &plain).await;
    let wide: String = (0..900).map(|n| format!("a{n}:description ")).collect();
    transports.refuse(VALIDATION_FAILED, &format!("{{__schema{{types{{fields{{{wide}}}}}}}}}")).await;
    let in_fragments = "{__schema{types{...A}} } fragment A on __Type{fields{type{...B}}} \
                  fragment B on __Type{fields{type{...C}}} fragment C on __Type{fields{type{fields{type{fields{name}}}}}}";
    transports.refuse(VALIDATION_FAILED, in_fragments).await;
}
