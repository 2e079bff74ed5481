//! The last step of the tour: a book is created, read, updated and deleted through different APIs. A watcher
//! over each API receives every change.
//!
//! Each API makes different calls in this step. So the step has another name in the recordings of each API,
//! and the comparison does not compare these calls with each other.

use bookshelf::{Change, ChangeKind};
use clients::{Client, Failure, Graphql, Grpc, Rest, Watch};

use super::{STEP_TIMEOUT, TourError, Unexpected, new_book, within, year};
use crate::api_instance::ApiInstance;

/// The changes that the tour's last step makes to a book, in order.
const CHANGES: [ChangeKind; 3] = [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Deleted];

/// Number of changes that the tour's last step makes to a book.
const CHANGE_COUNT: u32 = 3;

/// Names of the tour's last step in the recordings of REST, GraphQL and gRPC.
pub const NAMES: [&str; 3] =
    ["one shelf: create and delete", "one shelf: read the book", "one shelf: update the book"];

/// Name of the tour's last step in error messages.
const NAME: &str = "one shelf";

/// Results of the tour's last step, for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story {
    /// Id of the book, which REST created.
    pub id: u32,
    /// Revision of the book that GraphQL read.
    pub read_revision: u32,
    /// Revision of the book after the update by gRPC.
    pub updated_revision: u32,
    /// Sequence numbers of the creation, the update and the deletion, which are the same over all APIs.
    pub sequences: [u64; 3],
}

/// Runs the last step of the tour and waits until its connections are closed at both ends.
///
/// # Errors
/// If a call fails, the watchers see different changes, or the step times out.
pub async fn run(apis: &[ApiInstance; 3]) -> Result<Story, TourError> {
    for (api, name) in apis.iter().zip(NAMES) {
        api.recordings.mark(name);
    }
    let step = async {
        let story = perform(apis).await;
        for api in apis {
            api.recordings.idle().await;
        }
        story
    };
    within(STEP_TIMEOUT, step).await.map_err(|why| TourError {
        api: "REST, GraphQL and gRPC",
        step: NAME,
        why,
    })
}

async fn perform(apis: &[ApiInstance; 3]) -> Result<Story, Unexpected> {
    let [rest, graphql, grpc] = apis;
    let watchers = (watch::<Rest>(rest).await?, watch::<Graphql>(graphql).await?, watch::<Grpc>(grpc).await?);
    let mut writer = connect::<Rest>(rest).await?;
    let created = writer.create(new_book()).await?;
    let mut reader = connect::<Graphql>(graphql).await?;
    let read = reader.book(created.id).await?;
    reader.close().await;
    let mut updater = connect::<Grpc>(grpc).await?;
    let updated = updater.update(created.id, read.revision, year(1996)).await?;
    updater.close().await;
    writer.delete(created.id).await?;
    writer.close().await;
    let seen = [changes(watchers.0).await?, changes(watchers.1).await?, changes(watchers.2).await?];
    for (api, changes) in apis.iter().zip(&seen) {
        let kinds = changes.iter().map(|change| change.kind);
        if !kinds.eq(CHANGES)
            || changes != &seen[0]
            || changes.iter().any(|change| change.book.id != created.id)
        {
            return Err(Unexpected(format!(
                "expected the changes {CHANGES:?} of book {} over all APIs, but the watcher over {} received \
                 {changes:?}",
                created.id, api.title
            )));
        }
    }
    let mut sequences = [0; 3];
    for (sequence, change) in sequences.iter_mut().zip(&seen[0]) {
        *sequence = change.sequence;
    }
    Ok(Story { id: created.id, read_revision: read.revision, updated_revision: updated.revision, sequences })
}

async fn connect<C: Client>(api: &ApiInstance) -> Result<C, Failure> {
    C::connect(&api.recordings.client, api.reachable()).await
}

/// Opens a watcher that receives only the changes made after this call.
async fn watch<C: Client>(api: &ApiInstance) -> Result<C::Watch, Unexpected> {
    api.catch_up().await.map_err(|error| error.to_string())?;
    Ok(C::watch(&api.recordings.client, api.reachable(), CHANGE_COUNT).await?)
}

/// Returns all changes that the watcher receives.
async fn changes(mut watch: impl Watch) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    while changes.len() < CHANGES.len()
        && let Some(change) = watch.next().await?
    {
        changes.push(change);
    }
    watch.close().await;
    Ok(changes)
}
