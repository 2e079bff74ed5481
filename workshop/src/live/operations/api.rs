//! One of the three APIs, with its recordings and its client.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::created_books::CreatedBooks;
use super::job::{Job, Outcome};
use super::recorded_session::RecordedSession;
use super::watchers::{Watcher, Watchers};

/// An API with its recordings, and with functions that make calls through its client.
pub(crate) struct Api {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Address that the server listens on.
    pub(crate) listen: SocketAddr,
    /// Address that clients connect to.
    pub(crate) address: SocketAddr,
    pub(crate) session: RecordedSession,
    /// Runs a [`Job`] (an operation with its number of calls) through the API's client.
    pub(crate) run: fn(Arc<Self>, Job) -> BoxFuture<'static, Outcome>,
    /// Opens a [`Watcher`], which receives changes until it is stopped, through the API's client.
    pub(crate) watch: fn(Arc<Self>, Arc<Watchers>) -> OpenWatcher,
    /// The books that the operations have created over any of the APIs.
    pub(crate) created: Arc<CreatedBooks>,
    /// The open watcher, if an earlier operation has opened one and none has closed it.
    pub(crate) watcher: Mutex<Option<Watcher>>,
}

type OpenWatcher = BoxFuture<'static, Result<Watcher, String>>;
