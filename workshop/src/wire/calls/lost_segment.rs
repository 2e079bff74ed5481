//! Three calls at once, with one segment of a response dropped: over one HTTP/2 connection, and over three HTTP/1.1
//! connections.

use std::io;

use bookshelf::{ListBooks, NewBook};
use clients::{Client as _, Failure, Grpc, Rest};
use futures_util::future::{try_join_all, try_join3};
use wire::{Direction, Kind, Rule};

use super::lab_step::LOST_SEGMENT;
use crate::api_instance::ApiInstance;
use crate::wire::lab::{Lab, LabError};

/// Name of the step that opens the connections.
pub const OPEN: &str = "one lost segment: open the connections";

/// Number of calls at once.
pub const CALLS: usize = 3;

/// Number of books that make a response longer than a segment.
const BOOKS: usize = 20;

/// Length of their titles in characters.
const TITLE: usize = 150;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Makes the calls over both protocols. Random loss is off meanwhile, so that exactly one segment is lost.
pub(crate) async fn make_calls(lab: &Lab) -> Result<(), Error> {
    add_books(&lab.api(0)).await?;
    lab.set(lab.impairments().with_loss(0.0))?;
    over_http1(lab).await?;
    lab.settle().await?;
    over_http2(lab).await?;
    lab.settle().await?;
    Ok(lab.set(lab.impairments())?)
}

/// Adds books directly to the shelf, so that a response takes several segments.
async fn add_books(api: &ApiInstance) -> Result<(), bookshelf::Error> {
    for number in 0..BOOKS {
        let title = format!("{number:0>TITLE$}");
        api.shelf.create(NewBook { title, author_id: 1, year: 2000 }).await?;
    }
    Ok(())
}

fn query() -> ListBooks {
    ListBooks { page_size: Some(100), ..ListBooks::default() }
}

/// Drops the first segment with payload that the server of `api` sends from now on.
fn drop_next_segment(lab: &Lab, api: &ApiInstance) {
    lab.mark(&api.recordings, LOST_SEGMENT);
    let rule = Rule::drop(Kind::Data, 1).on_port(api.address.port());
    lab.wire().add_rule(Direction::ToClient, rule);
}

async fn over_http1(lab: &Lab) -> Result<(), Error> {
    let api = lab.api(0);
    lab.mark(&api.recordings, OPEN);
    let mut clients: Vec<Rest> = try_join_all((0..CALLS).map(|_| lab.connect(&api))).await?;
    let opened = lab.call(async move {
        try_join_all(clients.iter_mut().map(|client| client.book(1))).await.map(|_| clients)
    });
    let mut clients = opened.await.map_err(LabError::Task)??;
    drop_next_segment(lab, &api);
    let called = lab.call(async move {
        let query = query();
        try_join_all(clients.iter_mut().map(|client| client.list(&query))).await?;
        for client in clients {
            client.close().await;
        }
        api.recordings.idle().await;
        Ok::<(), Failure>(())
    });
    Ok(called.await.map_err(LabError::Task)??)
}

async fn over_http2(lab: &Lab) -> Result<(), Error> {
    let api = lab.api(2);
    lab.mark(&api.recordings, OPEN);
    let mut client: Grpc = lab.connect(&api).await?;
    let opened = lab.call(async move { client.book(1).await.map(|_| client) });
    let mut client = opened.await.map_err(LabError::Task)??;
    drop_next_segment(lab, &api);
    let called = lab.call(async move {
        let (mut second, mut third, query) = (client.clone(), client.clone(), query());
        let calls = try_join3(client.list(&query), second.list(&query), third.list(&query)).await;
        drop((client, second, third));
        api.recordings.idle().await;
        calls.map(drop)
    });
    called.await.map_err(io::Error::other)??;
    Ok(())
}
