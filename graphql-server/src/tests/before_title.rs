//! A schema extension that calls a function before it resolves the title of a book.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerResult, Value};

/// A schema extension that calls a function before each title is resolved.
#[derive(Clone)]
pub(super) struct BeforeTitle<F>(pub(super) F);

impl<F, Done> ExtensionFactory for BeforeTitle<F>
where
    F: Fn() -> Done + Clone + Send + Sync + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_graphql::async_trait::async_trait]
impl<F, Done> Extension for BeforeTitle<F>
where
    F: Fn() -> Done + Send + Sync + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if info.name == "title" {
            (self.0)().await;
        }
        next.run(ctx, info).await
    }
}
