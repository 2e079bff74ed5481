//! `POST /api/watch`: watchers that stay until they are switched off, or the program ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use clients::{Client, Watch as _};
use hardening_http::Shutdown;
use serde::Deserialize;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::live::operations::api::Api;
use crate::live::operations::fan_out::together;
use crate::live::operations::operation::WATCH;
use crate::live::response::{Asked, Refusal, json};
use crate::live::{Live, Told};

/// More changes than anyone will make.
const MOST_CHANGES: u32 = u32::MAX;

/// How long a watcher may take to say goodbye.
const LONGEST_GOODBYE: Duration = Duration::from_secs(1);

/// Which APIs are watched.
#[derive(Debug)]
pub(crate) struct Watching {
    on: Mutex<BTreeMap<&'static str, bool>>,
    told: Told,
}

impl Watching {
    /// None of them is.
    pub(crate) fn of(apis: &[Arc<Api>]) -> Self {
        let on: BTreeMap<_, _> = apis.iter().map(|api| (api.name, false)).collect();
        let told = Told::new(Some(serde_json::json!(on).to_string().into()));
        Self { on: Mutex::new(on), told }
    }

    /// As the page is told.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    fn set(&self, api: &'static str, is_on: bool) {
        let mut on = self.on.lock().unwrap_or_else(PoisonError::into_inner);
        on.insert(api, is_on);
        self.told.send_replace(Some(serde_json::json!(*on).to_string().into()));
    }
}

/// A watcher of ours.
pub(crate) struct Watcher {
    end: Shutdown,
    task: JoinHandle<()>,
}

/// What is to be watched, or no more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    apis: Vec<String>,
    on: bool,
}

pub(crate) async fn switch(
    State(live): State<Arc<Live>>,
    Asked(Switch { apis, on }): Asked<Switch>,
) -> Result<impl IntoResponse, Refusal> {
    let (apis, watching) = (Api::chosen(&live.apis, &apis)?, Arc::clone(&live.watching));
    let switched = together(&live, apis, move |api| {
        let (api, watching) = (Arc::clone(api), Arc::clone(&watching));
        async move { if on { start(&api, watching).await } else { stop(&api).await } }
    });
    match switched.await?.into_iter().try_for_each(|(_, done)| done.flatten()) {
        Ok(()) => Ok(json(live.watching.told().borrow().as_deref().unwrap_or_default().to_owned())),
        Err(why) => Err(Refusal(StatusCode::BAD_GATEWAY, why)),
    }
}

async fn start(api: &Arc<Api>, watching: Arc<Watching>) -> Result<(), String> {
    let mut left = api.left.lock().await;
    if left.watcher.as_ref().is_none_or(|watcher| watcher.task.is_finished()) {
        let opened = (api.watch)(Arc::clone(api), watching);
        left.watcher = Some(api.stage.step(WATCH.to_owned(), 1, opened).await?);
    }
    Ok(())
}

async fn stop(api: &Api) -> Result<(), String> {
    let mut left = api.left.lock().await;
    let Some(Watcher { end, task }) = left.watcher.take().filter(|watcher| !watcher.task.is_finished())
    else {
        return Ok(());
    };
    let closed = async {
        end.cancel();
        match timeout(LONGEST_GOODBYE, task).await {
            Ok(ended) => ended.map_err(|error| format!("the watcher failed: {error}")),
            Err(_) => Err("the watcher does not say goodbye".to_owned()),
        }
    };
    api.stage.step(WATCH.to_owned(), -1, closed).await
}

/// Opens a watcher through the client of one API.
pub(crate) async fn open<C: Client>(api: &Api, watching: Arc<Watching>) -> Result<Watcher, String> {
    let opened = C::watch(api.stage.client(), api.address, MOST_CHANGES).await;
    let mut watch = opened.map_err(|failure| failure.to_string())?;
    let end = Shutdown::new();
    watching.set(C::API, true);
    let ended = end.clone();
    let task = tokio::spawn(async move {
        let changes = async { while let Ok(Some(_)) = watch.next().await {} };
        // What comes is in the recordings. It also ends when the server ends it.
        ended.run_until_cancelled(changes).await;
        watch.close().await;
        watching.set(C::API, false);
    });
    Ok(Watcher { end, task })
}
