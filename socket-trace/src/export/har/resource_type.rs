//! The type by which a browser's network panel groups and filters calls.

use super::exchange::Exchange;
use super::message::Message;

/// Returns the type of an exchange. `None` if the browser should derive it from the response's media type.
pub(super) fn of(exchange: &Exchange, method: &str) -> Option<&'static str> {
    if exchange.is_websocket() {
        return Some("websocket");
    }
    let has_type = |message: &Message, names: &[&str]| {
        let value = message.field("content-type");
        value.is_some_and(|value| names.iter().any(|name| value.contains(name)))
    };
    if has_type(&exchange.response, &["text/event-stream"]) {
        return Some("eventsource");
    }
    // Links and forms have no other methods. A browser would take JSON for a script.
    let is_of_page = matches!(method, "GET" | "HEAD" | "POST");
    let api = ["json", "grpc", "graphql"];
    let is_api_call = !is_of_page || has_type(&exchange.request, &api) || has_type(&exchange.response, &api);
    is_api_call.then_some("fetch")
}
