use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_core::span::Current;

use super::*;

/// A tracing subscriber that keeps the fields of all spans, and the stack of entered spans.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<SpanStore>>);

#[derive(Default)]
struct SpanStore {
    spans: Vec<(&'static Metadata<'static>, String)>,
    entered: Vec<u64>,
}

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{}={value:?}", field.name()));
    }
}

impl Spans {
    fn store(&self) -> std::sync::MutexGuard<'_, SpanStore> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> Vec<String> {
        self.store().spans.iter().map(|(span, fields)| format!("{} {fields}", span.name())).collect()
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut store = self.store();
        let mut fields = String::new();
        span.record(&mut Text(&mut fields));
        store.spans.push((span.metadata(), fields));
        Id::from_u64(store.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Text(&mut self.store().spans[index].1));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, span: &Id) {
        self.store().entered.push(span.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.store().entered.pop();
    }

    fn current_span(&self) -> Current {
        let store = self.store();
        let entered =
            |&id: &u64| Current::new(Id::from_u64(id), store.spans[usize::try_from(id).unwrap() - 1].0);
        store.entered.last().map_or_else(Current::none, entered)
    }
}

/// A service that responds with the name of its current span.
struct SpanName;

impl Service<Request<()>> for SpanName {
    type Response = Option<&'static str>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(Span::current().metadata().map(Metadata::name)))
    }
}

fn info(sock: Option<SockId>) -> ConnInfo {
    ConnInfo { sock, local: None, peer: None, since: Instant::now() }
}

fn request(info: ConnInfo) -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(info);
    request
}

/// Calls the service through the layer, and returns the name of the span in which it ran.
async fn ran_in(request: Request<()>) -> Option<&'static str> {
    ConnLayer::new().layer(SpanName).call(request).await.unwrap()
}

/// Starts a recording of one stream, and returns the number that the stream has in the recording.
async fn recorded_sock() -> Option<SockId> {
    let tap = crate::Tap::server("test").start().unwrap();
    crate::TapStream::wrap(&tap, tokio::io::empty(), "empty").sock()
}

#[tokio::test]
async fn request_runs_in_span_with_connection_number() {
    let spans = Spans::default();
    let sock = recorded_sock().await;
    let _guard = tracing::subscriber::set_default(spans.clone());
    assert_eq!(ran_in(request(info(sock))).await, Some("connection"));
    assert_eq!(spans.seen(), ["connection socket_tap.sock=1"]);
}

#[tokio::test]
async fn connection_number_is_recorded_on_the_current_span() {
    let spans = Spans::default();
    let sock = recorded_sock().await;
    let _guard = tracing::subscriber::set_default(spans.clone());
    let span = info_span!("request", socket_tap.sock = Empty);
    assert_eq!(ran_in(request(info(sock))).instrument(span).await, Some("request"));
    assert_eq!(spans.seen(), ["request socket_tap.sock=1"]);
}

#[tokio::test]
async fn request_on_unrecorded_connection_gets_no_span() {
    let spans = Spans::default();
    let _guard = tracing::subscriber::set_default(spans.clone());
    assert_eq!(ran_in(request(info(None))).await, None);
    assert_eq!(ran_in(Request::new(())).await, None);
    assert!(spans.seen().is_empty());
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn conn_layer_reads_connect_info_from_axum() {
    let spans = Spans::default();
    let sock = recorded_sock().await;
    let _guard = tracing::subscriber::set_default(spans.clone());
    let mut request = Request::new(());
    request.extensions_mut().insert(axum::extract::ConnectInfo(info(sock)));
    assert_eq!(ran_in(request).await, Some("connection"));
    assert_eq!(spans.seen(), ["connection socket_tap.sock=1"]);
}
