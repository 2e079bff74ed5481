//! One API, as the page drives it.

use std::net::SocketAddr;
use std::sync::Arc;

use bookshelf::Book;
use clients::{Client, Graphql, Grpc, Rest};
use futures_util::future::BoxFuture;
use hardening_http::Shutdown;
use server_kit::bind::reachable;
use tokio::sync::Mutex;

use crate::api_instance::Lane;
use crate::live::operations::recorded_session::Stage;
use crate::live::operations::run::{self, Job};
use crate::live::operations::watch::{self, Watcher, Watching};
use crate::live::response::Refusal;

/// One API.
pub(crate) struct Api {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Where the server listens.
    pub(crate) listen: SocketAddr,
    /// Where clients find it.
    pub(crate) address: SocketAddr,
    pub(crate) stage: Stage,
    /// Does a job through the API's client.
    pub(crate) run: fn(Arc<Self>, Job) -> BoxFuture<'static, run::Outcome>,
    /// Opens a watcher of the API's client.
    pub(crate) watch: fn(Arc<Self>, Arc<Watching>) -> Opening,
    pub(crate) left: Mutex<Left>,
}

/// A watcher, once it is open.
type Opening = BoxFuture<'static, Result<Watcher, String>>;

/// What is left of what was done before.
#[derive(Default)]
pub(crate) struct Left {
    /// The books that were created and are not deleted.
    pub(crate) books: Vec<Book>,
    pub(crate) watcher: Option<Watcher>,
}

impl Api {
    pub(crate) fn all(lanes: &[Lane; 3], shutdown: &Shutdown) -> Vec<Arc<Self>> {
        let [rest, graphql, grpc] = lanes;
        let apis = [
            Self::of::<Rest>(rest, shutdown),
            Self::of::<Graphql>(graphql, shutdown),
            Self::of::<Grpc>(grpc, shutdown),
        ];
        apis.map(Arc::new).to_vec()
    }

    fn of<C: Client>(lane: &Lane, shutdown: &Shutdown) -> Self {
        Self {
            name: C::API,
            title: lane.title,
            listen: lane.address,
            address: reachable(lane.address),
            stage: Stage::new(&lane.recordings, shutdown),
            run: |api, job| Box::pin(async move { run::over::<C>(&api, &job).await }),
            watch: |api, watching| Box::pin(async move { watch::open::<C>(&api, watching).await }),
            left: Mutex::default(),
        }
    }

    /// Those that are asked for, each once.
    pub(crate) fn chosen(all: &[Arc<Self>], names: &[String]) -> Result<Vec<Arc<Self>>, Refusal> {
        let known = |name: &&String| !all.iter().any(|api| api.name == **name);
        if let Some(unknown) = names.iter().find(known) {
            return Err(Refusal::bad(format!("there is no API {unknown:?}: it is rest, graphql or grpc")));
        }
        let chosen: Vec<_> =
            all.iter().filter(|api| names.iter().any(|name| name == api.name)).cloned().collect();
        if chosen.is_empty() {
            return Err(Refusal::bad("say over which APIs: rest, graphql, grpc"));
        }
        Ok(chosen)
    }
}
