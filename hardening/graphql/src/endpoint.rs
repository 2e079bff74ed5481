//! The routes of a GraphQL service and the state that their handlers share.

use std::io;
use std::sync::Arc;

use async_graphql::{Executor, ObjectType, SDLExportOptions, Schema, SubscriptionType};
use axum::Router;
use axum::routing::get;
use hardening_http::{Limits, Shutdown};
use socket_tap::TapListener;
use tokio_util::task::TaskTracker;

use crate::document::RootTypes;
use crate::engine::Engine;
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
    let endpoint = Endpoint::new(schema, page, shutdown.clone());
    let router = endpoint.router();
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
    Endpoint::new(schema, page, shutdown).router()
}

/// The state that all handlers share.
#[derive(Debug)]
pub(crate) struct Endpoint<E> {
    pub(crate) engine: Engine<E>,
    /// The schema as text.
    pub(crate) sdl: String,
    pub(crate) roots: RootTypes,
    /// The GraphiQL page as HTML.
    pub(crate) page: String,
    /// Token that is cancelled when the service shuts down.
    pub(crate) shutdown: Shutdown,
    /// Tasks of the open WebSockets.
    pub(crate) websockets: TaskTracker,
}

impl<Q, M, S> Endpoint<Schema<Q, M, S>>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    // In an Arc, since axum clones the state for every connection.
    fn new(schema: Schema<Q, M, S>, page: Page, shutdown: Shutdown) -> Arc<Self> {
        let options = SDLExportOptions::new().use_space_ident().prefer_single_line_descriptions();
        let sdl = schema.sdl_with_options(options);
        let roots = RootTypes::from_sdl(&sdl);
        let (page, websockets) = (page.html(), TaskTracker::new());
        Arc::new(Self { engine: Engine::new(schema), sdl, roots, page, shutdown, websockets })
    }
}

impl<E: Executor> Endpoint<E> {
    fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/graphql", get(http::get).post(http::post).fallback(http::method_not_allowed))
            .route("/graphql/assets/{file}", get(graphiql::asset).fallback(http::file_method_not_allowed))
            .route("/schema.graphql", get(http::schema).fallback(http::file_method_not_allowed))
            .fallback(http::not_found)
            .with_state(Arc::clone(self))
    }
}
