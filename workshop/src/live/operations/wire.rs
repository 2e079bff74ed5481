//! Scenarios on the network of `workshop wire`. Each is run by a child process, because only a process with one thread
//! can enter a user namespace.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use hardening_http::Shutdown;
use page::hello::{Wire as WireInfo, WireMissing, WireScenario};
use tokio::process::Command;
use tokio::time::timeout;

use super::operation_lock::OperationLock;
use crate::live::latest_json::LatestJson;
use crate::wire::scenario::request::{MAX_LOSS, MAX_RTT};
use crate::wire::scenario::{Request, Scenario};

/// Timeout of a scenario. Under heavy loss, each of the three calls may take 20 seconds.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(100);

/// Maximum time from the timeout of a scenario to the response.
pub(crate) const END_TIMEOUT: Duration = Duration::from_secs(10);

/// The network on which the page can run scenarios.
pub(crate) struct WireNetwork {
    /// Directory of the recordings.
    traces: PathBuf,
    shutdown: Shutdown,
    /// Description for the page.
    info: WireInfo,
    /// Lock that lets only one scenario run at a time.
    pub(crate) operation_lock: OperationLock,
    /// The result of the latest scenario.
    pub(crate) latest: LatestJson,
}

impl WireNetwork {
    /// Finds out whether this machine can run the network. Blocks for a few milliseconds.
    pub(crate) fn new(traces: &Path, shutdown: &Shutdown) -> Self {
        let missing = wire::support().err().map(|error| WireMissing {
            remedies: error.remedy().into_iter().flat_map(str::lines).map(str::to_owned).collect(),
            error: error.to_string(),
        });
        let scenarios = Scenario::ALL.map(|scenario| WireScenario {
            id: scenario.id(),
            title: scenario.title(),
            what: scenario.description(),
        });
        Self {
            traces: traces.join("wire"),
            shutdown: shutdown.clone(),
            info: WireInfo { scenarios: scenarios.to_vec(), max_rtt: MAX_RTT, max_loss: MAX_LOSS, missing },
            operation_lock: OperationLock::default(),
            latest: LatestJson::default(),
        }
    }

    pub(crate) fn info(&self) -> &WireInfo {
        &self.info
    }

    /// Runs a scenario. Returns its result as JSON, which all open pages receive, too.
    pub(crate) async fn run(&self, request: &Request) -> Result<String, String> {
        let output = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => return Err("the workshop is shutting down".to_owned()),
            output = timeout(TIMEOUT, self.child(request)) => match output {
                Ok(output) => output.map_err(|error| format!("the process of the network cannot be started: {error}"))?,
                Err(_) => return Err(format!("the scenario timed out after {} s", TIMEOUT.as_secs())),
            },
        };
        let json = result(output)?;
        self.latest.publish(&json);
        Ok(json)
    }

    /// Runs the child process to its end. It is killed if the future is dropped.
    async fn child(&self, request: &Request) -> io::Result<Output> {
        // This link leads to the running program, even if its file was replaced.
        let program =
            if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        let request = serde_json::to_string(request)?;
        let mut command = Command::new(program);
        command.arg("wire-scenario").arg("--traces").arg(&self.traces).arg(request);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command.spawn()?.wait_with_output().await
    }
}

/// Returns the output of the child process, or the message with which it failed.
fn result(Output { status, stdout, stderr }: Output) -> Result<String, String> {
    if status.success() {
        return String::from_utf8(stdout)
            .map_err(|_| "the process of the network printed invalid text".to_owned());
    }
    match String::from_utf8_lossy(&stderr).trim() {
        "" => Err(format!("the process of the network ended early: {status}")),
        message => Err(message.to_owned()),
    }
}
