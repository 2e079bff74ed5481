//! `POST /api/run`: does it through real clients, over all APIs at the same time.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::response::IntoResponse;
use bookshelf::Book;
use clients::{Client, Failure};
use serde::{Deserialize, Serialize};

use crate::live::Live;
use crate::live::operations::api::Api;
use crate::live::operations::execute::perform;
use crate::live::operations::fan_out::together;
use crate::live::operations::operation::Operation;
use crate::live::response::{Asked, Refusal, told};

/// More calls at once would only be waited for.
pub(crate) const MOST_CALLS: u32 = 100;

/// What is to be done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Work {
    operation: Operation,
    apis: Vec<String>,
    #[serde(default = "one")]
    calls: u32,
    #[serde(default)]
    connection: Connection,
}

fn one() -> u32 {
    1
}

/// On what the calls are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Connection {
    /// All on the same one.
    #[default]
    One,
    /// Each on a new one.
    New,
}

/// What is to be done over one API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    operation: Operation,
    calls: u32,
    connection: Connection,
}

/// What came of it: what the last call brought, or why one failed, and how long all took in nanoseconds.
pub(crate) type Outcome = (Result<String, String>, u128);

#[derive(Serialize)]
struct Done {
    step: String,
    results: Vec<Over>,
}

#[derive(Serialize)]
struct Over {
    api: &'static str,
    ok: bool,
    says: String,
    ns: u128,
}

pub(crate) async fn run(
    State(live): State<Arc<Live>>,
    Asked(work): Asked<Work>,
) -> Result<impl IntoResponse, Refusal> {
    let Work { operation, apis, calls, connection } = work;
    if !(1..=MOST_CALLS).contains(&calls) {
        return Err(Refusal::bad(format!("calls must be from 1 to {MOST_CALLS}, not {calls}")));
    }
    let job = Job { operation, calls, connection };
    let apis = Api::chosen(&live.apis, &apis)?;
    let results = together(&live, apis, move |api| (api.run)(Arc::clone(api), job)).await?;
    let results = results.into_iter().map(|(api, done)| {
        let (done, ns) = done.unwrap_or_else(|why| (Err(why), 0));
        Over { api, ok: done.is_ok(), says: done.unwrap_or_else(|why| why), ns }
    });
    told(&Done { step: job.step(), results: results.collect() })
}

impl Job {
    /// What the recordings call it.
    fn step(&self) -> String {
        let Self { operation, calls, connection } = self;
        let title = operation.title();
        match (calls, connection) {
            (1, _) => title.to_owned(),
            (_, Connection::One) => format!("{title}, {calls} calls on one connection"),
            (_, Connection::New) => format!("{title}, {calls} connections"),
        }
    }

    async fn calls<C: Client>(&self, api: &Api, books: &mut Vec<Book>) -> Result<String, Failure> {
        let (connections, calls) = match self.connection {
            Connection::One => (1, self.calls),
            Connection::New => (self.calls, 1),
        };
        let mut says = String::new();
        for _ in 0..connections {
            let mut client = C::connect(api.stage.client(), api.address).await?;
            for _ in 0..calls {
                says = perform(&mut client, self.operation, books).await?;
            }
            client.close().await;
        }
        Ok(says)
    }
}

/// Does the job over one API.
pub(crate) async fn over<C: Client>(api: &Api, job: &Job) -> Outcome {
    let mut left = api.left.lock().await;
    let began = Instant::now();
    let mut took = 0;
    let body = async {
        let done = job.calls::<C>(api, &mut left.books).await;
        took = began.elapsed().as_nanos();
        done.map_err(|failure| failure.to_string())
    };
    let done = api.stage.step(job.step(), 0, body).await;
    (done, took)
}
