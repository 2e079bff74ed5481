//! Runs the command, from its flags to the exit code.

use std::process::ExitCode;

use server_kit::TraceLimit;
use server_kit::recording::stdout_has_color;
use server_kit::shutdown::Signals;
use wire::{Impairments, Options};

use super::calls::steps::make_steps;
use super::flags::Flags;
use super::lab::time_wait::TimeWait;
use super::lab::{Lab, LabError};
use super::report::contents::Report;
use super::report::style::Style;
use super::report::text::text;
use crate::recordings::TraceFiles;
use crate::{stdout, traces_directory};

/// Number of payload bytes to record of each read and write, and of bytes of each packet.
const CAPTURE: usize = 16_384;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command and returns its exit code. Call this before any thread starts: only a process with one thread can
/// enter a user namespace.
#[must_use]
pub fn run(flags: &Flags) -> ExitCode {
    match try_run(flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("workshop wire: error: {error}");
            let wire = error.downcast_ref::<wire::Error>();
            for remedy in wire.and_then(wire::Error::remedy).into_iter().flat_map(str::lines) {
                eprintln!("  {remedy}");
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
            eprintln!("workshop wire: making the calls of the step \"{step}\"");
        }
    };
    let made: Result<TimeWait, Error> = runtime.block_on(async {
        let mut signals = Signals::watch()?;
        tokio::select! {
            biased;
            () = signals.next() => Err("interrupted; the recordings are complete up to the signal".into()),
            made = make_steps(&lab, &steps, begin) => made,
        }
    });
    let finished = lab.finish();
    let time_wait = made?;
    let report = Report::of(&flags.traces, flags, &time_wait, &finished?.packets)?;
    let text = if flags.json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        text(&report, flags, Style::new(stdout_has_color()))
    };
    Ok(stdout::print(&text)?)
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
