//! Documents made to kill, on every way in: by POST, by GET, as server-sent events, over a WebSocket.

use axum::http::StatusCode;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::support::{Client, EVENTS, GRAPHQL, JSON, Service};

/// The only result of a stream of events.
fn result(events: &[u8]) -> Value {
    let text = String::from_utf8_lossy(events);
    let data = text.lines().find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(data.unwrap_or_else(|| panic!("no event: {text}"))).unwrap()
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The service, with a WebSocket that is open.
struct Ways {
    service: Service,
    client: Client,
}

impl Ways {
    async fn open() -> Self {
        let service = Service::new();
        let client = service.ready().await;
        Self { service, client }
    }

    /// The answers to a document, by each way.
    async fn ask(&mut self, document: &str) -> [Value; 4] {
        let body = json!({ "query": document });
        let path = format!("/graphql?query={}", escaped(document));
        let post = self.service.post(GRAPHQL, &body).await.json();
        let get = self.service.request("GET", &path, GRAPHQL).await.json();
        let events = result(&self.service.post(EVENTS, &body).await.body);
        self.client.subscribe("1", document).await;
        let message = self.client.receive().await;
        let over_socket = match message["type"].as_str() {
            Some("error") => json!({ "errors": message["payload"] }),
            _ => {
                assert_eq!(self.client.receive().await["type"], "complete");
                message["payload"].clone()
            }
        };
        [post, get, events, over_socket]
    }

    /// No way lets the document through, for that reason; and the service is well afterwards.
    async fn refused(&mut self, reason: &str, document: &str) {
        for answer in self.ask(document).await {
            let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
            assert!(message.contains(reason), "{message}: {}", &document[..document.len().min(60)]);
            assert!(answer.get("data").is_none());
        }
        for answer in self.ask("{__typename}").await {
            assert_eq!(answer, json!({ "data": { "__typename": "Query" } }));
        }
    }
}

#[tokio::test]
async fn brackets_nested_a_thousand_deep() {
    let mut ways = Ways::open().await;
    // The parser minds its stack from about 850 on. What comes behind it does not.
    for depth in [600, 1_300] {
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(depth), close.repeat(depth));
        for document in [
            format!("{{book(id:{}){{id}}}}", nested("[", "]")),
            format!("{{book(id:{}){{id}}}}", nested("{a:", "}")),
            format!("{{book(id:{}", "[".repeat(depth)),
            format!("{{a{}}}", nested("{a", "}")),
            format!("query($v:{}){{__typename}}", nested("[", "]").replacen("[]", "[Int]", 1)),
            format!("{{__typename @a(b:{})}}", nested("[", "]")),
        ] {
            ways.refused("brackets nest more than 32 deep", &document).await;
        }
    }
}

#[tokio::test]
async fn variables_nested_a_thousand_deep() {
    for open in ["[", "{\"a\":"] {
        let service = Service::new();
        let variables = format!("{{\"a\":{}", open.repeat(1_300));
        let body = format!("{{\"query\":\"{{__typename}}\",\"variables\":{variables}");
        let path = format!("/graphql?query=%7B__typename%7D&variables={}", escaped(&variables));
        for reply in [
            service.post(JSON, &body).await,
            service.post(EVENTS, &body).await,
            service.request("GET", &path, JSON).await,
        ] {
            assert_eq!(reply.status, StatusCode::BAD_REQUEST);
            assert!(reply.error().contains("recursion limit"), "{}", reply.error());
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
async fn brackets_nested_a_hundred_thousand_deep() {
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
            // The server may hang up before it has heard all of it.
            let _ = client.0.flush().await;
            assert_eq!(client.closed().await.0, 1009);
        }
        let status = status_of_get(&service, &format!("/graphql?query={}", escaped(&document))).await;
        // hyper's own limits: of the URL, and of all that comes before a body.
        assert!(status.contains(" 414 ") || status.contains(" 431 "), "{status}");
    }
}

/// The first line of the answer to a GET, which may be too long for a request in memory.
async fn status_of_get(service: &Service, path: &str) -> String {
    let mut stream = BufReader::new(TcpStream::connect(service.listen().await).await.unwrap());
    // The server may hang up before it has heard all of it.
    let _ = stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await;
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn fragments_that_double() {
    let mut document = "{...F0}".to_owned();
    for n in 0..25 {
        document += &format!("fragment F{n} on Query{{...F{next} ...F{next}}}", next = n + 1);
    }
    document += "fragment F25 on Query{__typename}";
    Ways::open().await.refused("more than 1000 fields and fragments", &document).await;
}

#[tokio::test]
async fn aliases_by_the_thousand() {
    let aliases = |n: usize| (0..n).map(|n| format!("a{n}:__typename ")).collect::<String>();
    let mut ways = Ways::open().await;
    // Few enough tokens, and too many of them.
    ways.refused("more than 1000 fields and fragments", &format!("{{{}}}", aliases(1_100))).await;
    ways.refused("more than 5000 tokens", &format!("{{{}}}", aliases(1_700))).await;
    let body = json!({ "query": format!("{{{}}}", aliases(10_000)) });
    assert_eq!(ways.service.post(GRAPHQL, &body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn directives_arguments_and_variables_by_the_thousand() {
    let mut ways = Ways::open().await;
    let many = |each: &str| each.repeat(2_000);
    let numbered =
        |before: &str, after: &str| (0..2_000).map(|n| format!("{before}{n}{after}")).collect::<String>();
    for document in [
        format!("{{book(id:1) {} {{id}}}}", many("@skip(if:false)")),
        format!("query {} {{__typename}}", many("@a @b ")),
        format!("{{book({}){{id}}}}", numbered("a", ":1 ")),
        format!("query({}){{__typename}}", numbered("$a", ":ID ")),
        format!("{{book(id:[{}]){{id}}}}", many("1 1 1 1 ")),
        format!("mutation{{createBook(input:{{{}}}){{id}}}}", numbered("a", ":1 ")),
    ] {
        let body = json!({ "query": document });
        let reply = ways.service.post(GRAPHQL, &body).await;
        assert!(reply.error().contains("tokens"), "{}", reply.error());
    }
    ways.refused("more than 5000 tokens", &format!("query {} {{__typename}}", many("@a @b "))).await;
}

#[tokio::test]
async fn introspection_that_goes_round_and_round() {
    let mut ways = Ways::open().await;
    let round = |times: usize| {
        let open = "fields{type{ofType{".repeat(times);
        format!("{{__schema{{types{{{open}name{}}}}}}}", "}}}".repeat(times))
    };
    for answer in ways.ask(&round(3)).await {
        assert!(answer["data"]["__schema"]["types"].is_array(), "{answer}");
    }
    ways.refused("too much of the schema", &round(5)).await;
    let plain = format!("{{__schema{{types{{{}name{}}}}}}}", "fields{type{".repeat(500), "}}".repeat(500));
    ways.refused("brackets nest", &plain).await;
    let wide: String = (0..900).map(|n| format!("a{n}:description ")).collect();
    ways.refused("too much of the schema", &format!("{{__schema{{types{{fields{{{wide}}}}}}}}}")).await;
    let hidden = "{__schema{types{...A}} } fragment A on __Type{fields{type{...B}}} \
                  fragment B on __Type{fields{type{...C}}} fragment C on __Type{fields{type{fields{type{fields{name}}}}}}";
    ways.refused("too much of the schema", hidden).await;
}
