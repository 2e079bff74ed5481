//! Runs a scenario in the lab.

use std::path::Path;
use std::time::Duration;

use server_kit::TraceLimit;
use tokio::time::timeout;
use wire::Options;

use super::observed::{CallResult, Error, Observed};
use super::request::{Request, Scenario};
use super::states::States;
use super::{backlog, call, half_close, handshake, lost};
use crate::recordings::TraceFiles;
use crate::wire::calls::lost_segment;
use crate::wire::lab::Lab;

/// Number of payload bytes to record of each read and write, and of bytes of each packet.
const CAPTURE: usize = 16_384;

/// Maximum time until both kernels have ended all connections. Under heavy loss, a connection can take minutes.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Name of the step after the scenario, in which the servers end.
pub(super) const AFTER: &str = "after the scenario";

/// Runs a scenario, with its recordings in `directory`. The process must be in a user namespace of its own.
///
/// # Errors
/// If the network cannot be started, or a program of the scenario fails.
pub fn run(request: &Request, directory: &Path) -> Result<Observed, Error> {
    let files =
        TraceFiles { directory: directory.to_owned(), limit: TraceLimit::default(), capture: CAPTURE };
    let lab = Lab::start(Options::new().seed(request.seed), request.impairments(), &files)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let states = request.scenario.is_about_states().then(|| States::watch(&lab));
    let results = runtime.block_on(async {
        let results = program(&lab, request).await?;
        let _ = timeout(SETTLE_TIMEOUT, lab.settle()).await;
        lab.mark_packets(AFTER);
        lab.recordings().all().for_each(|recordings| recordings.mark(AFTER));
        Ok::<_, Error>(results)
    });
    let states = states.map(States::stop).unwrap_or_default();
    lab.finish()?;
    Ok(Observed { results: results?, states })
}

async fn program(lab: &Lab, request: &Request) -> Result<Vec<CallResult>, Error> {
    let done = |()| Vec::new();
    match request.scenario {
        Scenario::Call => call::run(lab, request.drop).await,
        Scenario::Handshake => handshake::run(lab).await.map(done),
        Scenario::Close => half_close::run(lab).await.map(done),
        Scenario::Lost => lost::run(lab).await.map(done),
        Scenario::Backlog => backlog::run(lab).await.map(done),
        Scenario::Blocking => lost_segment::make_calls(lab).await.map(done),
    }
}
