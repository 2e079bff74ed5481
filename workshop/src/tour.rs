//! What the clients do: the same over each API, each step on connections of its own, and named in the recordings.

use std::fmt;
use std::time::Duration;

use bookshelf::{BookPatch, ChangeKind, ListBooks, NewBook};
use clients::{Client, Failure, Kind, Watch as _};
use futures_util::future::try_join_all;

use crate::lane::Lane;

/// The step that is shown call by call.
pub const ONE_CALL: &str = "get a book";

/// The step that shows what a call costs once the connection is there.
pub const TEN_CALLS: &str = "the same call 10 times";

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

/// Runs the whole tour over one API.
///
/// # Errors
/// When a call fails, answers what it should not, or a step does not end.
pub async fn run<C: Client>(lane: &Lane) -> Result<(), TourError> {
    let tour = Tour { lane };
    tour.step(ONE_CALL, async |tour| tour.once(async |client: &mut C| client.book(1).await.map(drop)).await)
        .await?;
    tour.step("list books", async |tour| {
        let page = ListBooks { page_size: Some(5), ..ListBooks::default() };
        tour.once(async |client: &mut C| client.list(&page).await.map(drop)).await
    })
    .await?;
    let created = tour.step("create a book", async |tour| {
        tour.once(async |client: &mut C| client.create(new_book()).await).await
    });
    let created = created.await?;
    let (id, revision) = (created.id, created.revision);
    tour.step("update it", async |tour| {
        tour.once(async |client: &mut C| client.update(id, revision, year(1996)).await.map(drop)).await
    })
    .await?;
    tour.step("update it from an old revision", async |tour| {
        tour.once(async |client: &mut C| match client.update(id, revision, year(1997)).await {
            Err(failure) if failure.kind == Kind::Conflict => Ok(()),
            Err(failure) => Err(failure.to_string().into()),
            Ok(_) => Err(Unexpected("the server took it".to_owned())),
        })
        .await
    })
    .await?;
    tour.step("an author with books", async |tour| {
        tour.once(async |client: &mut C| client.author_with_books(1).await.map(drop)).await
    })
    .await?;
    tour.step("watch a change", async |tour| tour.watch::<C>(id, revision + 1).await).await?;
    tour.step("delete it", async |tour| tour.once(async |client: &mut C| client.delete(id).await).await)
        .await?;
    tour.step(TEN_CALLS, async |tour| {
        tour.once(async |client: &mut C| {
            for _ in 0..CALLS {
                client.book(1).await?;
            }
            Ok::<(), Failure>(())
        })
        .await
    })
    .await?;
    tour.step("4 connections at once", async |tour| tour.at_once::<C>().await).await
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

#[derive(Clone, Copy)]
struct Tour<'a> {
    lane: &'a Lane,
}

impl Tour<'_> {
    /// Names the step, does it, and waits until its connections are closed on both sides.
    async fn step<T>(
        self,
        step: &'static str,
        body: impl AsyncFnOnce(Self) -> Result<T, Unexpected>,
    ) -> Result<T, TourError> {
        let fail = |why| TourError { api: self.lane.title, step, why };
        let recordings = &self.lane.recordings;
        recordings.mark(step);
        let whole = async {
            let done = body(self).await;
            recordings.idle().await;
            done
        };
        match tokio::time::timeout(LONGEST_STEP, whole).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Unexpected(why))) => Err(fail(why)),
            Err(_) => Err(fail(format!("it did not end within {} s", LONGEST_STEP.as_secs()))),
        }
    }

    /// One client, one connection.
    async fn once<C: Client, T, E: Into<Unexpected>>(
        self,
        calls: impl AsyncFnOnce(&mut C) -> Result<T, E>,
    ) -> Result<T, Unexpected> {
        let mut client = C::connect(&self.lane.recordings.client, self.lane.address).await?;
        let value = calls(&mut client).await;
        client.close().await;
        value.map_err(Into::into)
    }

    /// One client watches while another changes something.
    async fn watch<C: Client>(self, id: u32, revision: u32) -> Result<(), Unexpected> {
        let mut watch = C::watch(&self.lane.recordings.client, self.lane.address, 1).await?;
        self.once(async |client: &mut C| client.update(id, revision, year(1998)).await).await?;
        let change = watch.next().await?;
        watch.close().await;
        match change {
            Some(change) if change.kind == ChangeKind::Updated && change.book.id == id => Ok(()),
            other => Err(Unexpected(format!("the watcher was told {other:?}"))),
        }
    }

    /// Several clients, all connected before the first calls.
    async fn at_once<C: Client>(self) -> Result<(), Unexpected> {
        let connect = || C::connect(&self.lane.recordings.client, self.lane.address);
        let mut clients = try_join_all((0..AT_ONCE).map(|_| connect())).await?;
        try_join_all((1..).zip(&mut clients).map(|(id, client)| client.book(id))).await?;
        for client in clients {
            client.close().await;
        }
        Ok(())
    }
}

fn new_book() -> NewBook {
    NewBook { title: "TCP/IP Illustrated, Volume 2: The Implementation".to_owned(), author_id: 1, year: 1995 }
}

fn year(year: i32) -> BookPatch {
    BookPatch { year: Some(year), ..BookPatch::default() }
}
