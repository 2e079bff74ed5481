//! The hidden command `workshop wire-scenario`, which the live page runs as a child process.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::recorded::Recorded;
use super::request::{Request, Scenario};
use super::{run, shipped};
use crate::stdout::print;
use crate::traces_directory;

/// The flags of the command.
#[derive(Clone, Debug, Args)]
pub struct Flags {
    /// The scenario and the conditions as JSON, such as {"scenario":"call","rtt":40}. Without it, all scenarios are run,
    /// and the output is the recording that ships with the project
    pub request: Option<String>,

    /// Directory for the recordings
    #[arg(long, value_name = "DIR", default_value = "traces/wire")]
    pub traces: PathBuf,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command and returns its exit code. Call this before any thread starts: only a process with one thread can
/// enter a user namespace.
#[must_use]
pub fn run(flags: &Flags) -> ExitCode {
    match try_run(flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(flags: &Flags) -> Result<(), Error> {
    wire::enter()?;
    let json = match &flags.request {
        Some(request) => serde_json::to_string(&record(&serde_json::from_str(request)?, &flags.traces)?)?,
        None => {
            let all =
                Scenario::ALL.into_iter().map(|scenario| record(&shipped::request(scenario), &flags.traces));
            shipped::write(all.collect::<Result<_, _>>()?)?
        }
    };
    Ok(print(&json)?)
}

/// Runs a scenario and reads its recordings.
fn record(request: &Request, traces: &Path) -> Result<Recorded, Error> {
    request.check()?;
    let directory = traces.join(request.scenario.id());
    let _lock = traces_directory::lock(&directory)?;
    let observed = run::run(request, &directory)?;
    Recorded::read(request, &directory, observed)
}
