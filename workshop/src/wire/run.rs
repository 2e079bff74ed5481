//! Runs the command, from its flags to the exit code.

use std::process::ExitCode;

use server_kit::TraceLimit;
use server_kit::recording::stdout_has_color;
use server_kit::shutdown::Signals;
use server_kit::stderr::print_line;
use wire::{Impairments, Options};

use super::calls::steps::make_steps;
use super::compare;
use super::exit::{self, Error};
use super::flags::{Command, Flags};
use super::lab::{Finished, Lab, LabError, finish};
use super::report::contents::Report;
use super::report::style::Style;
use super::report::text::text;
use crate::recordings::TraceFiles;
use crate::{stdout, traces_directory};

/// Number of payload bytes to record of each read and write, and of bytes of each packet.
const CAPTURE: usize = 16_384;

/// Runs the command and returns its exit code. Call this before any thread starts: only a process with one thread can
/// enter a user namespace.
#[must_use]
pub fn run(flags: &Flags) -> ExitCode {
    if let Some(Command::Compare(flags)) = &flags.command {
        return compare::run::run(flags);
    }
    exit::code("workshop wire", try_run(flags))
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
