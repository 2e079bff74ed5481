//! The three APIs with their clients.

use std::sync::Arc;

use clients::{Client, Graphql, Grpc, Rest};
use hardening_http::Shutdown;
use tokio::sync::Mutex;

use super::api::Api;
use super::created_books::CreatedBooks;
use super::recorded_session::RecordedSession;
use super::{execute, watchers};
use crate::api_instance::ApiInstance;
use crate::live::response::ErrorResponse;

/// Returns the three APIs, each with its client.
pub(crate) fn all(instances: &[ApiInstance; 3], shutdown: &Shutdown) -> Vec<Arc<Api>> {
    let [rest, graphql, grpc] = instances;
    let created = Arc::default();
    let apis = [
        with_client::<Rest>(rest, &created, shutdown),
        with_client::<Graphql>(graphql, &created, shutdown),
        with_client::<Grpc>(grpc, &created, shutdown),
    ];
    apis.map(Arc::new).to_vec()
}

fn with_client<C: Client>(instance: &ApiInstance, created: &Arc<CreatedBooks>, shutdown: &Shutdown) -> Api {
    Api {
        name: C::API,
        title: instance.title,
        listen: instance.address,
        address: instance.reachable(),
        session: RecordedSession::new(&instance.recordings, shutdown),
        run: |api, job| Box::pin(async move { execute::run::<C>(&api, &job).await }),
        watch: |api, watchers| {
            Box::pin(async move { watchers::open::<C>(api.session.client(), api.address, watchers).await })
        },
        created: Arc::clone(created),
        watcher: Mutex::default(),
    }
}

/// Returns the APIs with the given names, each once.
///
/// # Errors
/// If a name is unknown, or `names` is empty.
pub(crate) fn select(all: &[Arc<Api>], names: &[String]) -> Result<Vec<Arc<Api>>, ErrorResponse> {
    let is_unknown = |name: &&String| !all.iter().any(|api| api.name == **name);
    if let Some(unknown) = names.iter().find(is_unknown) {
        return Err(ErrorResponse::bad_request(format!(
            "unknown API {unknown:?}; use rest, graphql or grpc"
        )));
    }
    let selected: Vec<_> =
        all.iter().filter(|api| names.iter().any(|name| name == api.name)).cloned().collect();
    if selected.is_empty() {
        return Err(ErrorResponse::bad_request("apis is empty; add rest, graphql or grpc"));
    }
    Ok(selected)
}
