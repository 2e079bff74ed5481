//! The tour: the calls that the workshop makes at its start.
//!
//! It makes the same calls over each API, in steps. Each step has its own name in the recordings and its own
//! connections.
//!
//! # Layout
//!
//! - this file: the tour over one API
//! - [`one_shelf`]: the last step, over all APIs
//! - [`mod@step`]: the steps and their names

pub mod one_shelf;
pub mod step;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use bookshelf::{BookPatch, ChangeKind, ListBooks, NewBook};
use clients::{Client, Failure, FailureKind, Watch as _};
use futures_util::future::try_join_all;

use crate::api_instance::ApiInstance;
pub use step::Step;

/// Number of calls in [`Step::TenCalls`].
pub const CALLS: u64 = 10;

/// Number of clients in [`Step::Concurrent`].
const CONCURRENT_CLIENTS: usize = 4;

/// Default timeout of a step of the tour. On loopback a step takes milliseconds, so a step that takes longer is
/// stuck.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);

/// The error of a failed step of the tour.
#[derive(Debug)]
pub struct TourError {
    api: &'static str,
    step: &'static str,
    why: String,
}

impl fmt::Display for TourError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api, step, why } = self;
        write!(f, "tour over {api} failed at step \"{step}\": {why}")
    }
}

impl std::error::Error for TourError {}

/// The tour over one API: the calls that the workshop makes over this API at its start, one step at a time.
#[derive(Debug)]
pub struct Tour<A, C> {
    api: A,
    /// Id of the book that the tour created.
    id: u32,
    /// Last known revision of the book that the tour created.
    revision: u32,
    timeout: Duration,
    client: PhantomData<fn() -> C>,
}

impl<A: Deref<Target = ApiInstance>, C: Client> Tour<A, C> {
    /// Creates a tour that makes its calls over the given API. `A` is a reference or an `Arc`.
    #[must_use]
    pub fn over(api: A) -> Self {
        Self { api, id: 0, revision: 0, timeout: STEP_TIMEOUT, client: PhantomData }
    }

    /// Sets the timeout of each step. The default is for servers on this machine.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Runs a step of the tour and waits until its connections are closed at both ends.
    ///
    /// # Errors
    /// If a call fails or returns an unexpected result, or the step times out.
    pub async fn step(&mut self, step: Step) -> Result<(), TourError> {
        let (title, timeout) = (self.api.title, self.timeout);
        let fail = |why| TourError { api: title, step: step.name(), why };
        self.api.recordings.mark(step.name());
        let run = async {
            let result = self.perform(step).await;
            self.api.recordings.idle().await;
            result
        };
        within(timeout, run).await.map_err(fail)
    }

    async fn perform(&mut self, step: Step) -> Result<(), Unexpected> {
        match step {
            Step::Get => self.connected(async |client| client.book(1).await.map(drop)).await,
            Step::List => {
                let page = ListBooks { page_size: Some(5), ..ListBooks::default() };
                self.connected(async |client| client.list(&page).await.map(drop)).await
            }
            Step::Create => {
                let created = self.connected(async |client| client.create(new_book()).await).await?;
                (self.id, self.revision) = (created.id, created.revision);
                Ok(())
            }
            Step::Update => {
                let updated =
                    self.connected(async |client| client.update(self.id, self.revision, year(1996)).await);
                self.revision = updated.await?.revision;
                Ok(())
            }
            Step::UpdateOldRevision => self.update_old_revision().await,
            // The created books have another author: they are on one shelf, and each API would list more of them.
            Step::Author => self.connected(async |client| client.author_with_books(2).await.map(drop)).await,
            Step::Watch => self.watch().await,
            Step::Delete => self.connected(async |client| client.delete(self.id).await).await,
            Step::TenCalls => self.connected(ten_calls).await,
            Step::Concurrent => self.concurrent().await,
        }
    }

    /// Connects a client, makes `calls` with it, and closes the connection.
    async fn connected<T, E: Into<Unexpected>>(
        &self,
        calls: impl AsyncFnOnce(&mut C) -> Result<T, E>,
    ) -> Result<T, Unexpected> {
        let mut client = C::connect(&self.api.recordings.client, self.api.reachable()).await?;
        let value = calls(&mut client).await;
        client.close().await;
        value.map_err(Into::into)
    }

    async fn update_old_revision(&self) -> Result<(), Unexpected> {
        let old = self.revision - 1;
        self.connected(async |client| match client.update(self.id, old, year(1997)).await {
            Err(failure) if failure.kind == FailureKind::Conflict => Ok(()),
            Err(failure) => Err(failure.to_string().into()),
            Ok(_) => Err(Unexpected("the server accepted an update of an old revision".to_owned())),
        })
        .await
    }

    /// Watches with one client while another client updates the book.
    async fn watch(&self) -> Result<(), Unexpected> {
        let Self { id, revision, .. } = *self;
        self.api.catch_up().await.map_err(|error| error.to_string())?;
        let mut watch = C::watch(&self.api.recordings.client, self.api.reachable(), 1).await?;
        self.connected(async |client| client.update(id, revision, year(1998)).await).await?;
        let change = watch.next().await?;
        watch.close().await;
        match change {
            Some(change) if change.kind == ChangeKind::Updated && change.book.id == id => Ok(()),
            other => Err(Unexpected(format!(
                "expected an update of book {id}, but the watcher received {other:?}"
            ))),
        }
    }

    /// Makes calls through several clients that all connect before the first call.
    async fn concurrent(&self) -> Result<(), Unexpected> {
        let connect = || C::connect(&self.api.recordings.client, self.api.reachable());
        let mut clients = try_join_all((0..CONCURRENT_CLIENTS).map(|_| connect())).await?;
        try_join_all((1..).zip(&mut clients).map(|(id, client)| client.book(id))).await?;
        for client in clients {
            client.close().await;
        }
        Ok(())
    }
}

/// Runs a step of the tour with a timeout. Returns an error message if the step fails.
async fn within<T>(
    timeout: Duration,
    step: impl Future<Output = Result<T, Unexpected>>,
) -> Result<T, String> {
    match tokio::time::timeout(timeout, step).await {
        Ok(result) => result.map_err(|Unexpected(why)| why),
        Err(_) => Err(format!("timed out after {} s", timeout.as_secs())),
    }
}

async fn ten_calls<C: Client>(client: &mut C) -> Result<(), Failure> {
    for _ in 0..CALLS {
        client.book(1).await?;
    }
    Ok(())
}

/// Message about a failed call or an unexpected result.
#[derive(Debug)]
struct Unexpected(String);

impl From<Failure> for Unexpected {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

impl From<String> for Unexpected {
    fn from(why: String) -> Self {
        Self(why)
    }
}

fn new_book() -> NewBook {
    NewBook { title: "TCP/IP Illustrated, Volume 2: The Implementation".to_owned(), author_id: 1, year: 1995 }
}

fn year(year: i32) -> BookPatch {
    BookPatch { year: Some(year), ..BookPatch::default() }
}
