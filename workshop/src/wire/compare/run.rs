//! Runs the command, from its flags to the exit code.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::ExitCode;

use server_kit::shutdown::Signals;
use server_kit::stderr::print_line;
use tokio::runtime::Runtime;

use super::conditions::Network;
use super::flags::Flags;
use super::interrupted::interrupted;
use super::networks::{self, LoadCalls};
use super::output::Output;
use super::plot;
use super::progress::Progress;
use super::row::Row;
use crate::traces_directory;
use crate::wire::exit::{self, Error};
use crate::wire::lab::finish;
use crate::wire::reading::recording;

const INTERRUPTED: &str = "interrupted; the rows are complete, and so are the recordings up to the signal";

/// Runs the command and returns its exit code. Call this before any thread starts: only a process with one thread can
/// enter a user namespace.
#[must_use]
pub fn run(flags: &Flags) -> ExitCode {
    if flags.loads().is_empty() {
        print_line(
            "workshop wire compare: error: --connections and --concurrency have no combination in which all connections \
             are used; allow more calls at once, such as --concurrency many",
        );
        return ExitCode::from(2);
    }
    exit::code("workshop wire compare", try_run(flags))
}

fn try_run(flags: &Flags) -> Result<(), Error> {
    wire::enter()?;
    let _lock = traces_directory::lock(&flags.traces)?;
    if let Some(path) = &flags.output {
        check_writable(path)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { Signals::watch() })?;
    let networks = flags.networks();
    report_interrupted(&flags.traces, &networks);
    let mut output = Output::new(flags);
    let mut progress = Progress::new(networks.len() * flags.loads().len());
    let mut result = Ok(());
    for network in networks {
        result = compare(network, flags, &runtime, &mut signals, &mut progress, &mut output);
        if result.is_err() {
            break;
        }
    }
    // After a second signal, the network is still ending.
    runtime.shutdown_background();
    output.finish(result.is_ok())?;
    if let Some(path) = &flags.output {
        fs::write(path, plot::svg(output.rows(), flags))?;
    }
    result
}

/// Makes all calls on one network, and adds the rows to the output. After an error or a signal, it adds the rows that are
/// complete.
fn compare(
    network: Network,
    flags: &Flags,
    runtime: &Runtime,
    signals: &mut Signals,
    progress: &mut Progress,
    output: &mut Output,
) -> Result<(), Error> {
    let directory = flags.traces.join(network.directory());
    let lab = networks::start(network, &directory, flags.seed)?;
    let mut made = Vec::new();
    let result: Result<(), Error> = runtime.block_on(async {
        for load in flags.loads() {
            progress.begin(network, load);
            tokio::select! {
                biased;
                // Drops the calls in flight, which closes their sockets.
                () = signals.next() => {
                    progress.clear();
                    print_line("workshop wire compare: ending the connections; repeat the signal to exit at once");
                    return Err(INTERRUPTED.into());
                }
                calls = networks::make_calls(&lab, load, flags) => made.push(calls?),
            }
        }
        Ok(())
    });
    progress.clear();
    runtime.block_on(async {
        tokio::select! {
            biased;
            () = signals.next() => Err("interrupted; the last recordings are incomplete".into()),
            finished = finish(lab, result.is_ok()) => finished.map_err(Error::from),
        }
    })?;
    add_rows(network, &directory, flags, made, output)?;
    result
}

/// Adds the rows of one network, with the reasons for outliers from its recordings.
fn add_rows(
    network: Network,
    directory: &Path,
    flags: &Flags,
    made: Vec<LoadCalls>,
    output: &mut Output,
) -> Result<(), Error> {
    let recordings = recording::read(directory)?;
    for LoadCalls { load, calls } in made {
        let step = load.to_string();
        for (api, calls) in &calls {
            let api = *api;
            let recording = recordings.iter().find(|known| known.api == api.into() && known.step == step);
            output.add(Row::of((network, load, api), flags, calls, recording))?;
        }
    }
    Ok(())
}

/// Names the folders that killed runs have left. Nothing is deleted: a recording is useful up to its last line.
fn report_interrupted(traces: &Path, networks: &[Network]) {
    for name in interrupted(traces, networks) {
        print_line(format_args!(
            "workshop wire compare: {} is the incomplete recording of a run that was killed; delete it if it is no longer \
             needed, or measure that network again",
            traces.join(name).display()
        ));
    }
}

/// Returns an error if the file cannot be written, before the calls take minutes.
fn check_writable(path: &Path) -> Result<(), Error> {
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    opened.map(drop).map_err(|error| {
        format!("cannot write {}: {error}; choose another file with --output", path.display()).into()
    })
}
