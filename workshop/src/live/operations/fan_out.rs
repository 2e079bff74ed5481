//! The same over several APIs at once, as one step of all their recordings.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::live::Live;
use crate::live::operations::api::Api;
use crate::live::response::Refusal;

/// What came of it over one API, or why its client failed.
type Done<T> = (&'static str, Result<T, String>);

/// Does something over each of the APIs, one thing at a time: whatever is done is a step of their recordings, and the step
/// ends when it is done over all of them. What waits for its turn can be given up; what is begun is done to its end, also
/// when nobody waits for it any more.
pub(crate) async fn together<T, F>(
    live: &Arc<Live>,
    apis: Vec<Arc<Api>>,
    each: impl Fn(&Arc<Api>) -> F + Send + 'static,
) -> Result<Vec<Done<T>>, Refusal>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let turn = live.turn.take().await?;
    let all = tokio::spawn(async move {
        let _turn = turn;
        let begun: Vec<_> = apis.iter().map(|api| tokio::spawn(each(api))).collect();
        let done = join_all(begun).await;
        apis.iter().for_each(|api| api.stage.leave());
        let done = done.into_iter().map(|done| done.map_err(|error| format!("the client failed: {error}")));
        apis.iter().map(|api| api.name).zip(done).collect()
    });
    all.await.map_err(|error| Refusal::failed(format!("the clients failed: {error}")))
}
