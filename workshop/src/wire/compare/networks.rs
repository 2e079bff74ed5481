//! Makes the calls on one network: each load in turn, over all APIs.

use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clients::{Graphql, Grpc, Rest};
use futures_util::future::try_join_all;
use server_kit::TraceLimit;
use socket_tap::monotonic_ns;
use tokio::sync::Barrier;
use tokio::time::timeout;
use wire::{Impairments, Options};

use super::arrivals::Arrivals;
use super::conditions::{Load, Network};
use super::flags::{CalledApi, Flags};
use super::open_loop::{CallTimes, Failures, OpenLoop};
use super::target::{ApiTarget, Shareable};
use crate::api_instance::ApiInstance;
use crate::recordings::TraceFiles;
use crate::wire::lab::{Lab, LabError};

/// Number of payload bytes to record of each read and write: enough for the headers of a call.
const CAPTURE: usize = 4_096;

/// Time from the opening of the connections to the first arrival.
const LEAD: Duration = Duration::from_millis(20);

/// Maximum time to wait until all connections of a load have ended. Lost packets are sent again after one second, then
/// after twice as long each time.
const SETTLE: Duration = Duration::from_secs(60);

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The calls of one load.
#[derive(Debug)]
pub struct LoadCalls {
    /// The load.
    pub load: Load,
    /// The calls over each API, in the order of the flags.
    pub calls: Vec<(CalledApi, ApiCalls)>,
}

/// The calls over one API: their times in the order of their arrivals, and those that failed.
pub type ApiCalls = (Vec<CallTimes>, Failures);

/// Starts a network.
///
/// # Errors
/// If the network cannot be started, or a trace file cannot be created.
pub fn start(network: Network, directory: &Path, seed: u64) -> Result<Lab, Error> {
    std::fs::create_dir_all(directory)?;
    let impairments = Impairments::delay(network.rtt / 2).with_loss(network.loss.fraction());
    let files =
        TraceFiles { directory: directory.to_owned(), limit: TraceLimit::default(), capture: CAPTURE };
    Lab::start(Options::new().seed(seed), impairments, &files).map_err(|error| match error {
        LabError::Wire(error) => error.into(),
        error => error.into(),
    })
}

/// Makes the calls of a load over all APIs. Their arrivals alternate, so that a call over one API seldom meets one over
/// another.
///
/// # Errors
/// If a connection cannot be opened or closed.
pub async fn make_calls(lab: &Lab, load: Load, flags: &Flags) -> Result<LoadCalls, Error> {
    let step = load.to_string();
    let apis = flags.apis();
    let plan = Arc::new(Plan {
        load,
        rate: flags.rate,
        calls: flags.calls,
        give_up: flags.give_up,
        opened: Barrier::new(apis.len()),
        start_ns: OnceLock::new(),
    });
    lab.mark_packets(&step);
    let mut all: Vec<BoxedCalls> = Vec::new();
    for (number, called) in apis.iter().enumerate() {
        let api = lab.api(*called as usize);
        api.recordings.mark(step.clone());
        let offset_ns = (number as f64 * 1e9 / flags.rate / apis.len() as f64) as u64;
        let plan = Arc::clone(&plan);
        all.push(match called {
            CalledApi::Rest => Box::pin(over::<Rest>(api, plan, offset_ns)),
            CalledApi::Graphql => Box::pin(over::<Graphql>(api, plan, offset_ns)),
            CalledApi::Grpc => Box::pin(over::<Grpc>(api, plan, offset_ns)),
        });
    }
    let calls = lab.call(try_join_all(all)).await.map_err(LabError::Task)??;
    // A packet that is sent later than that belongs to no call.
    if let Ok(settled) = timeout(SETTLE, lab.settle()).await {
        settled?;
    }
    Ok(LoadCalls { load, calls: apis.into_iter().zip(calls).collect() })
}

type BoxedCalls = Pin<Box<dyn Future<Output = Result<ApiCalls, Error>> + Send>>;

/// The settings of a load, which all APIs share.
struct Plan {
    load: Load,
    rate: f64,
    calls: usize,
    give_up: Duration,
    /// Reached when all connections are open.
    opened: Barrier,
    start_ns: OnceLock<u64>,
}

async fn over<C: Shareable>(
    api: Arc<ApiInstance>,
    plan: Arc<Plan>,
    offset_ns: u64,
) -> Result<ApiCalls, Error> {
    let recordings = api.recordings.clone();
    let mut open_loop = OpenLoop::open(ApiTarget::<C>::new(api), plan.load).await?;
    plan.opened.wait().await;
    let start = plan.start_ns.get_or_init(|| monotonic_ns() + LEAD.as_nanos() as u64);
    let arrivals = Arrivals { start_ns: start + offset_ns, rate: plan.rate, calls: plan.calls };
    let calls = open_loop.run(arrivals, plan.give_up).await?;
    let failures = open_loop.failures().clone();
    open_loop.close().await;
    recordings.idle().await;
    Ok((calls, failures))
}
