//! What the clients do: the same over each API, each step on connections of its own, and named in the recordings.
//!
//! # Layout
//!
//! - this file: the tour over one API
//! - [`mod@step`]: what is done in a step

pub mod step;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bookshelf::{BookPatch, ChangeKind, ListBooks, NewBook};
use clients::{Client, Failure, Kind, Watch as _};
use futures_util::future::try_join_all;

use crate::api_instance::Lane;
pub use step::Step;

/// How many calls those are.
pub const CALLS: u64 = 10;

/// How many clients there are at once.
const AT_ONCE: usize = 4;

/// On loopback everything is over in milliseconds; whoever waits this long waits for ever.
const LONGEST_STEP: Duration = Duration::from_secs(10);

/// A step that did not go as it should.
#[derive(Debug)]
pub struct TourError {
    api: &'static str,
    step: &'static str,
    why: String,
}

impl fmt::Display for TourError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tour over {} failed at \"{}\": {}", self.api, self.step, self.why)
    }
}

impl std::error::Error for TourError {}

/// Runs the tour over one API, a step at a time.
#[derive(Debug)]
pub struct Tour<'a, C> {
    lane: &'a Lane,
    /// The book that was created on the way, as it was last seen.
    id: u32,
    revision: u32,
    client: PhantomData<fn() -> C>,
}

impl<'a, C: Client> Tour<'a, C> {
    /// Over the API of that lane.
    #[must_use]
    pub fn over(lane: &'a Lane) -> Self {
        Self { lane, id: 0, revision: 0, client: PhantomData }
    }

    /// Names the step, does it, and waits until its connections are closed on both sides.
    ///
    /// # Errors
    /// When a call fails, answers what it should not, or the step does not end.
    pub async fn step(&mut self, step: Step) -> Result<(), TourError> {
        let Lane { title, recordings, .. } = self.lane;
        let fail = |why| TourError { api: title, step: step.name(), why };
        recordings.mark(step.name());
        let whole = async {
            let done = self.body(step).await;
            recordings.idle().await;
            done
        };
        match tokio::time::timeout(LONGEST_STEP, whole).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Unexpected(why))) => Err(fail(why)),
            Err(_) => Err(fail(format!("it did not end within {} s", LONGEST_STEP.as_secs()))),
        }
    }

    async fn body(&mut self, step: Step) -> Result<(), Unexpected> {
        match step {
            Step::Get => self.once(async |client| client.book(1).await.map(drop)).await,
            Step::List => {
                let page = ListBooks { page_size: Some(5), ..ListBooks::default() };
                self.once(async |client| client.list(&page).await.map(drop)).await
            }
            Step::Create => {
                let created = self.once(async |client| client.create(new_book()).await).await?;
                (self.id, self.revision) = (created.id, created.revision);
                Ok(())
            }
            Step::Update => {
                let updated =
                    self.once(async |client| client.update(self.id, self.revision, year(1996)).await);
                self.revision = updated.await?.revision;
                Ok(())
            }
            Step::UpdateOld => self.update_from_old_revision().await,
            Step::Author => self.once(async |client| client.author_with_books(1).await.map(drop)).await,
            Step::Watch => self.watch().await,
            Step::Delete => self.once(async |client| client.delete(self.id).await).await,
            Step::TenCalls => self.once(ten_calls).await,
            Step::AtOnce => self.at_once().await,
        }
    }

    /// One client, one connection.
    async fn once<T, E: Into<Unexpected>>(
        &self,
        calls: impl AsyncFnOnce(&mut C) -> Result<T, E>,
    ) -> Result<T, Unexpected> {
        let mut client = C::connect(&self.lane.recordings.client, self.lane.address).await?;
        let value = calls(&mut client).await;
        client.close().await;
        value.map_err(Into::into)
    }

    async fn update_from_old_revision(&self) -> Result<(), Unexpected> {
        let old = self.revision - 1;
        self.once(async |client| match client.update(self.id, old, year(1997)).await {
            Err(failure) if failure.kind == Kind::Conflict => Ok(()),
            Err(failure) => Err(failure.to_string().into()),
            Ok(_) => Err(Unexpected("the server took it".to_owned())),
        })
        .await
    }

    /// One client watches while another changes something.
    async fn watch(&self) -> Result<(), Unexpected> {
        let Self { id, revision, .. } = *self;
        let mut watch = C::watch(&self.lane.recordings.client, self.lane.address, 1).await?;
        self.once(async |client| client.update(id, revision, year(1998)).await).await?;
        let change = watch.next().await?;
        watch.close().await;
        match change {
            Some(change) if change.kind == ChangeKind::Updated && change.book.id == id => Ok(()),
            other => Err(Unexpected(format!("the watcher was told {other:?}"))),
        }
    }

    /// Several clients, all connected before the first calls.
    async fn at_once(&self) -> Result<(), Unexpected> {
        let connect = || C::connect(&self.lane.recordings.client, self.lane.address);
        let mut clients = try_join_all((0..AT_ONCE).map(|_| connect())).await?;
        try_join_all((1..).zip(&mut clients).map(|(id, client)| client.book(id))).await?;
        for client in clients {
            client.close().await;
        }
        Ok(())
    }
}

async fn ten_calls<C: Client>(client: &mut C) -> Result<(), Failure> {
    for _ in 0..CALLS {
        client.book(1).await?;
    }
    Ok(())
}

/// What a step expected and did not get.
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
