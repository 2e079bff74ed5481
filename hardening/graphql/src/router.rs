//! The routes of a GraphQL service.

use std::io;
use std::sync::Arc;

use async_graphql::{Executor, ObjectType, Schema, SubscriptionType};
use axum::Router;
use axum::routing::get;
use hardening_http::{Limits, Shutdown};
use socket_tap::TapListener;

use crate::endpoint::Endpoint;
use crate::graphiql::{self, Page};
use crate::http;

/// Serves `schema` until the shutdown, then completes in-flight requests and closes the WebSockets.
///
/// # Errors
///
/// Returns the same errors as [`hardening_http::serve_with`].
pub async fn serve<Q, M, S>(
    listener: TapListener,
    schema: Schema<Q, M, S>,
    page: Page,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let endpoint = Endpoint::new(schema, page.html(), shutdown.clone());
    let router = routes(&endpoint);
    hardening_http::serve_with(listener, router, http::rejected, shutdown, limits).await?;
    // A WebSocket is no longer part of its HTTP connection. It closes within `limits::CLOSE_TIMEOUT`.
    endpoint.websockets.close();
    endpoint.websockets.wait().await;
    Ok(())
}

/// Returns the service as an axum router; `shutdown` ends its subscriptions and WebSockets.
pub fn router<Q, M, S>(schema: Schema<Q, M, S>, page: Page, shutdown: Shutdown) -> Router
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    routes(&Endpoint::new(schema, page.html(), shutdown))
}

fn routes<E: Executor>(endpoint: &Arc<Endpoint<E>>) -> Router {
    Router::new()
        .route("/graphql", get(http::get).post(http::post).fallback(http::method_not_allowed))
        .route("/graphql/assets/{file}", get(graphiql::asset).fallback(http::file_method_not_allowed))
        .route("/schema.graphql", get(http::schema).fallback(http::file_method_not_allowed))
        .fallback(http::not_found)
        .with_state(Arc::clone(endpoint))
}
