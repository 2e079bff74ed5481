//! The request handlers of the operations.

use std::sync::Arc;

use axum::extract::{Path, State as FromState};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::api::Api;
use super::experiments::Experiment;
use super::fan_out::fan_out;
use super::job::{Connection, Job, MAX_CALLS};
use super::operation::{Operation, WATCH_TITLE};
use super::watchers::Watchers;
use super::{apis, plain};
use crate::live::response::{ErrorResponse, JsonBody, json, json_text};
use crate::live::state::State;
use crate::wire::scenario::{Request as WireRequest, Scenario, shipped};

/// Body of `POST /api/run`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunRequest {
    operation: Operation,
    apis: Vec<String>,
    #[serde(default = "one")]
    calls: u32,
    #[serde(default)]
    connection: Connection,
    #[serde(default)]
    http2: bool,
}

fn one() -> u32 {
    1
}

#[derive(Serialize)]
struct RunResponse {
    step: String,
    results: Vec<ApiResult>,
}

#[derive(Serialize)]
struct ApiResult {
    api: &'static str,
    ok: bool,
    /// Description of the last call's result, or the error message.
    says: String,
    ns: u128,
}

/// Handles `POST /api/run`: runs an operation over several APIs at the same time.
pub(crate) async fn run(
    FromState(state): FromState<Arc<State>>,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<impl IntoResponse, ErrorResponse> {
    let RunRequest { operation, apis, calls, connection, http2 } = request;
    if !(1..=MAX_CALLS).contains(&calls) {
        return Err(ErrorResponse::bad_request(format!(
            "calls must be a number from 1 to {MAX_CALLS}, is {calls}"
        )));
    }
    let apis = apis::select(&state.apis, &apis)?;
    let job = Job { operation, calls, connection, http2, is_only: apis.len() == 1 };
    let prepared = create_needed_books(&state, &apis, job).await?;
    let results = fan_out(&state.operation_lock, apis, move |api| (api.run)(Arc::clone(api), job)).await?;
    let results = results.into_iter().map(|(api, outcome)| {
        let (result, ns) = outcome.unwrap_or_else(|error| (Err(error), 0));
        let (ok, mut says) = (result.is_ok(), result.unwrap_or_else(|error| error));
        if ok && prepared.contains(&api) {
            says.push_str(", created before in a step of its own");
        }
        ApiResult { api, ok, says, ns }
    });
    json(&RunResponse { step: job.step(), results: results.collect() })
}

/// Creates the books that the job updates or deletes, if there are not enough. They are created in a step of their own,
/// so that the step of the job contains only the calls of its operation. Returns the APIs over which books were created.
async fn create_needed_books(
    state: &State,
    apis: &[Arc<Api>],
    job: Job,
) -> Result<Vec<&'static str>, ErrorResponse> {
    let needed = job.operation.needed_books(job.calls);
    let missing = move |api: &Api| {
        let present = u32::try_from(api.created.count(api.name, job.is_only)).unwrap_or(u32::MAX);
        needed.saturating_sub(present)
    };
    let lacking: Vec<_> = apis.iter().filter(|api| missing(api) > 0).map(Arc::clone).collect();
    if lacking.is_empty() {
        return Ok(Vec::new());
    }
    let create = move |api: &Arc<Api>| {
        let calls = missing(api).max(1);
        let job = Job { operation: Operation::Create, calls, connection: Connection::One, ..job };
        (api.run)(Arc::clone(api), job)
    };
    let created = fan_out(&state.operation_lock, lacking, create).await?;
    Ok(created.into_iter().map(|(api, _)| api).collect())
}

/// Body of `POST /api/watch`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatchRequest {
    apis: Vec<String>,
    on: bool,
}

/// Handles `POST /api/watch`: opens or closes watchers and returns the state of all watchers.
pub(crate) async fn watch(
    FromState(state): FromState<Arc<State>>,
    JsonBody(WatchRequest { apis, on }): JsonBody<WatchRequest>,
) -> Result<impl IntoResponse, ErrorResponse> {
    let (apis, watchers) = (apis::select(&state.apis, &apis)?, Arc::clone(&state.watchers));
    let results = fan_out(&state.operation_lock, apis, move |api| {
        let (api, watchers) = (Arc::clone(api), Arc::clone(&watchers));
        async move { if on { open_watcher(&api, watchers).await } else { close_watcher(&api).await } }
    });
    match results.await?.into_iter().try_for_each(|(_, result)| result.flatten()) {
        Ok(()) => Ok(json_text(state.watchers.json().text())),
        Err(error) => Err(ErrorResponse(StatusCode::BAD_GATEWAY, error)),
    }
}

async fn open_watcher(api: &Arc<Api>, watchers: Arc<Watchers>) -> Result<(), String> {
    let mut watcher = api.watcher.lock().await;
    if !watcher.as_ref().is_some_and(super::watchers::Watcher::is_open) {
        let open = (api.watch)(Arc::clone(api), watchers);
        *watcher = Some(api.session.step(WATCH_TITLE.to_owned(), 1, open).await?);
    }
    Ok(())
}

async fn close_watcher(api: &Api) -> Result<(), String> {
    let watcher = api.watcher.lock().await.take();
    match watcher.filter(super::watchers::Watcher::is_open) {
        Some(watcher) => api.session.step(WATCH_TITLE.to_owned(), -1, watcher.close()).await,
        None => Ok(()),
    }
}

/// Body of `POST /api/experiment`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExperimentRequest {
    name: Experiment,
}

/// Handles `POST /api/experiment`: runs an experiment with plain sockets of this process.
pub(crate) async fn experiment(
    FromState(state): FromState<Arc<State>>,
    JsonBody(ExperimentRequest { name }): JsonBody<ExperimentRequest>,
) -> Result<Response, ErrorResponse> {
    let lock = state.plain.operation_lock.acquire().await?;
    // A task, so that a started experiment is completed even if the client disconnects.
    let run = tokio::spawn(async move {
        let _lock = lock;
        name.run(&state.plain).await
    });
    let report =
        run.await.map_err(|error| ErrorResponse::internal(format!("the experiment failed: {error}")))?;
    json(&report.map_err(ErrorResponse::internal)?)
}

/// Handles `POST /api/clear`: hides all earlier events from all pages. The trace files keep them.
pub(crate) async fn clear(FromState(state): FromState<Arc<State>>) -> Result<Response, ErrorResponse> {
    state.history.clear();
    if let Some(room) = &state.room {
        room.clear();
    }
    json(&serde_json::json!({}))
}

/// Handles `POST /api/datagrams`: gets a book several times over a plain UDP or TCP socket.
pub(crate) async fn datagrams(
    FromState(state): FromState<Arc<State>>,
    JsonBody(request): JsonBody<plain::Request>,
) -> Result<Response, ErrorResponse> {
    request.check().map_err(ErrorResponse::bad_request)?;
    let lock = state.plain.operation_lock.acquire().await?;
    // A task, so that a started operation is completed even if the client disconnects.
    let run = tokio::spawn(async move {
        let _lock = lock;
        state.plain.run(request).await
    });
    let response =
        run.await.map_err(|error| ErrorResponse::internal(format!("the client failed: {error}")))?;
    json(&response)
}

/// Handles `POST /api/wire`: runs a scenario on the network of `workshop wire`.
pub(crate) async fn wire(
    FromState(state): FromState<Arc<State>>,
    JsonBody(request): JsonBody<WireRequest>,
) -> Result<impl IntoResponse, ErrorResponse> {
    request.check().map_err(ErrorResponse::bad_request)?;
    let lock = state.wire.operation_lock.acquire().await?;
    // A task, so that a started scenario is completed even if the client disconnects.
    let run = tokio::spawn(async move {
        let _lock = lock;
        state.wire.run(&request).await
    });
    let result =
        run.await.map_err(|error| ErrorResponse::internal(format!("the scenario failed: {error}")))?;
    result.map(json_text).map_err(|error| ErrorResponse(StatusCode::BAD_GATEWAY, error))
}

/// Handles `GET /api/wire/recorded/{scenario}`: returns the result of a scenario that was recorded elsewhere.
pub(crate) async fn recorded_wire(Path(scenario): Path<Scenario>) -> impl IntoResponse {
    json_text(shipped::recorded(scenario).to_owned())
}
