//! What the shutdown makes of the operations on a WebSocket.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerResult, Value};
use serde_json::json;
use tokio::sync::Notify;

use super::support::Service;

#[tokio::test]
async fn shutdown_completes_the_subscriptions_and_closes() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("a", "subscription{bookChanged{sequence}}").await;
    client.subscribe("b", "subscription{bookChanged{sequence}}").await;
    client.ping().await;
    service.shutdown.cancel();
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "a" }));
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "b" }));
    assert_eq!(client.closed().await, (1001, "Going away".to_owned()));
}

/// Makes the field `title` wait.
#[derive(Clone, Default)]
struct Waiting {
    asked: Arc<Notify>,
    may_go_on: Arc<Notify>,
}

impl ExtensionFactory for Waiting {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Waiting {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if info.name == "title" {
            self.asked.notify_one();
            self.may_go_on.notified().await;
        }
        next.run(ctx, info).await
    }
}

#[tokio::test]
async fn a_query_that_runs_at_the_shutdown_is_finished() {
    let waiting = Waiting::default();
    let service = Service::with_schema(|schema| schema.extension(waiting.clone()));
    let mut client = service.ready().await;
    client.subscribe("1", "{book(id:1){title}}").await;
    waiting.asked.notified().await;
    service.shutdown.cancel();
    waiting.may_go_on.notify_one();
    let data = json!({ "book": { "title": "UNIX Network Programming" } });
    let next = json!({ "type": "next", "id": "1", "payload": { "data": data } });
    assert_eq!(client.receive().await, next);
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "1" }));
    assert_eq!(client.closed().await.0, 1001);
}
