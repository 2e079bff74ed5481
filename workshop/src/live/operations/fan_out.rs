//! Runs a task for several APIs at the same time.

use std::sync::Arc;

use futures_util::future::join_all;

use super::api::Api;
use super::operation_lock::OperationLock;
use crate::live::response::ErrorResponse;

/// Name of an API, and the result of its task. If the task panicked, the result is an error message.
type ApiOutcome<T> = (&'static str, Result<T, String>);

/// Acquires `lock` and runs `task` for all `apis` at the same time. When all tasks are done, ends the named
/// steps under which the recordings contain their calls.
///
/// If the future is dropped while it waits for the lock, no task runs. Once started, the tasks run to
/// completion.
///
/// # Errors
/// If too many operations are waiting for the lock.
pub(crate) async fn fan_out<T, F>(
    lock: &OperationLock,
    apis: Vec<Arc<Api>>,
    task: impl Fn(&Arc<Api>) -> F + Send + 'static,
) -> Result<Vec<ApiOutcome<T>>, ErrorResponse>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let guard = lock.acquire().await?;
    let all = tokio::spawn(async move {
        let _guard = guard;
        let tasks: Vec<_> = apis.iter().map(|api| tokio::spawn(task(api))).collect();
        let results = join_all(tasks).await;
        apis.iter().for_each(|api| api.session.end_step());
        let results =
            results.into_iter().map(|result| result.map_err(|error| format!("the client failed: {error}")));
        apis.iter().map(|api| api.name).zip(results).collect()
    });
    all.await.map_err(|error| ErrorResponse::internal(format!("the clients failed: {error}")))
}
