//! An extension of the schema that runs a function before the title of a book resolves.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerResult, Value};

/// Runs the function before each resolution of a title.
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
