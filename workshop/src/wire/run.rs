//! Runs the command, from its flags to the exit code.

use std::process::ExitCode;
use std::time::Duration;

use server_kit::TraceLimit;
use server_kit::recording::stdout_has_color;
use server_kit::shutdown::Signals;
use server_kit::stderr::print_line;
use wire::{Impairments, Options};

use super::calls::steps::make_steps;
use super::flags::Flags;
use super::lab::{Finished, Lab, LabError};
use super::report::contents::Report;
use super::report::style::Style;
use super::report::text::text;
use crate::recordings::TraceFiles;
use crate::{stdout, traces_directory};

/// Number of payload bytes to record of each read and write, and of bytes of each packet.
const CAPTURE: usize = 16_384;

/// Longest time for which interrupted connections end, without the delay of the network.
const LONGEST_SETTLE: Duration = Duration::from_secs(5);

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command and returns its exit code. Call this before any thread starts: only a process with one thread can
/// enter a user namespace.
#[must_use]
pub fn run(flags: &Flags) -> ExitCode {
    match try_run(flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line(format_args!("workshop wire: error: {error}"));
            let wire = error.downcast_ref::<wire::Error>();
            for remedy in wire.and_then(wire::Error::remedy).into_iter().flat_map(str::lines) {
                print_line(format_args!("  {remedy}"));
            }
            ExitCode::from(if wire.is_some_and(|error| error.missing().is_some()) { 2 } else { 1 })
        }
    }
}

fn try_run(flags: &Flags) -> Result<(), Error> {
    wire::enter()?;
    let _lock = traces_directory::lock(&flags.traces)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let lab = start(flags)?;
    let steps = flags.steps();
    let begin = |step| {
        if !flags.json {
            print_line(format_args!("workshop wire: making the calls of the step \"{step}\""));
        }
    };
    let outcome: Result<(Option<_>, Finished), Error> = runtime.block_on(async {
        let mut signals = Signals::watch()?;
        let made = tokio::select! {
            biased;
            // Drops the calls in flight, which closes their sockets.
            () = signals.next() => None,
            made = make_steps(&lab, &steps, begin) => Some(made),
        };
        if made.is_none() {
            eprintln!("workshop wire: ending the connections; repeat the signal to exit at once");
        }
        tokio::select! {
            biased;
            () = signals.next() => Err("interrupted; the recordings are incomplete".into()),
            finished = finish(lab, made.is_some()) => Ok((made, finished?)),
        }
    });
    // After a second signal, the network is still ending.
    runtime.shutdown_background();
    let (made, finished) = outcome?;
    let time_wait = made.ok_or("interrupted; the recordings are complete up to the signal")??;
    let report = Report::of(&flags.traces, flags, &time_wait, &finished.packets)?;
    let text = if flags.json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        text(
            &report,
            flags,
            Style::new(stdout_has_color(), flags.width.map_or_else(stdout::columns, usize::from)),
        )
    };
    Ok(stdout::print(&text)?)
}

/// Ends the network and its recordings. If calls were interrupted, first waits until both kernels have ended the
/// connections, at most for [`LONGEST_SETTLE`] and some round trips.
async fn finish(lab: Lab, is_settled: bool) -> Result<Finished, Error> {
    if !is_settled {
        let limit = LONGEST_SETTLE + lab.impairments().delay * 20;
        // What has not ended by then ends with the network.
        _ = tokio::time::timeout(limit, lab.settle()).await;
    }
    Ok(tokio::task::spawn_blocking(|| lab.finish()).await??)
}

fn start(flags: &Flags) -> Result<Lab, Error> {
    let mut impairments = Impairments::delay(flags.rtt / 2).with_loss(flags.loss.fraction());
    impairments.bandwidth = flags.bandwidth.map(super::values::Bandwidth::bits);
    let files =
        TraceFiles { directory: flags.traces.clone(), limit: TraceLimit::default(), capture: CAPTURE };
    Lab::start(Options::new().seed(flags.seed), impairments, &files).map_err(|error| match error {
        LabError::Wire(error) => error.into(),
        error => error.into(),
    })
}
