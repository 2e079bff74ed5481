//! The state of the handlers.

use std::sync::Arc;

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};
use hardening_http::Shutdown;
use tokio_util::task::TaskTracker;

use crate::document::RootTypes;
use crate::engine::Engine;

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
    pub(crate) fn new(schema: Schema<Q, M, S>, page: String, shutdown: Shutdown) -> Arc<Self> {
        let options = SDLExportOptions::new().use_space_ident().prefer_single_line_descriptions();
        let sdl = schema.sdl_with_options(options);
        let roots = RootTypes::from_sdl(&sdl);
        let websockets = TaskTracker::new();
        Arc::new(Self { engine: Engine::new(schema), sdl, roots, page, shutdown, websockets })
    }
}
