//! A server from its flags to its exit code.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anstream::ColorChoice;
use clap::Args;
use socket_tap::format::text::Lines;
use socket_tap::sink::LiveLines;
use socket_tap::{RecordingError, Tap, TapListener};

use crate::bind::{bind, reachable};
use crate::flags::Flags;
use crate::limit_flags::LimitFlags;
use crate::shutdown::{Signals, shutdown_on_signal};
use crate::waiting;
use hardening_http::{Limits, Shutdown};

/// What one server tells of itself.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The executable: `rest-server`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What the recording is called: `rest`.
    pub api: &'static str,
    /// Where it listens when nothing else is asked for.
    pub listen: &'static str,
    /// One sentence for `--help`.
    pub about: &'static str,
    /// The end of `--help`.
    pub examples: &'static str,
    /// Commands to try, for a server on that address.
    pub sample_commands: fn(SocketAddr) -> String,
}

/// Runs a server until SIGINT or SIGTERM. It prints what went wrong and returns the exit code.
pub fn run<F>(program: &Program, serve: impl FnOnce(TapListener, Shutdown, Limits) -> F) -> ExitCode
where
    F: Future<Output = io::Result<()>>,
{
    let listen = async |tap: &Tap, address| {
        let listener = bind(tap, address, program.name, "--listen").await?;
        Ok((listener.local_addr()?, listener))
    };
    run_with(program, listen, |listener, shutdown, flags: LimitFlags| serve(listener, shutdown, flags.into()))
}

/// The same for a server that has other sockets than one listener, or other limits. `listen` makes the sockets, and says
/// where they are.
pub fn run_with<S, L, F>(
    program: &Program,
    listen: impl AsyncFnOnce(&Tap, SocketAddr) -> io::Result<(SocketAddr, S)>,
    serve: impl FnOnce(S, Shutdown, L) -> F,
) -> ExitCode
where
    L: Args,
    F: Future<Output = io::Result<()>>,
{
    let flags = Flags::parse_for(program);
    match try_run(program, flags, listen, serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: error: {error}", program.name);
            ExitCode::FAILURE
        }
    }
}

fn try_run<S, L, F>(
    program: &Program,
    flags: Flags<L>,
    listen: impl AsyncFnOnce(&Tap, SocketAddr) -> io::Result<(SocketAddr, S)>,
    serve: impl FnOnce(S, Shutdown, L) -> F,
) -> io::Result<()>
where
    L: Args,
    F: Future<Output = io::Result<()>>,
{
    let tap = start_tap(program, &flags)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let (address, sockets) = listen(&tap, flags.listen).await?;
        let shutdown = Shutdown::new();
        shutdown_on_signal(Signals::watch()?, program.name, flags.quiet, shutdown.clone());
        if !flags.quiet {
            greet(program, address);
            tokio::spawn(waiting::report(tap.clone(), program.name, shutdown.clone()));
        }
        serve(sockets, shutdown, flags.limits).await
    });
    // Ends the tasks that are left, so that their sockets are closed and the recording says so.
    runtime.shutdown_timeout(Duration::from_secs(1));
    let end = tap.finish_blocking();
    served?;
    let end = end?;
    if let Some(path) = flags.trace.as_ref().filter(|_| !flags.quiet) {
        eprintln!(
            "{}: {} is complete, {} events, {} lost",
            program.name,
            path.display(),
            end.events,
            end.lost
        );
    }
    Ok(())
}

fn start_tap<L: Args>(program: &Program, flags: &Flags<L>) -> io::Result<Tap> {
    if flags.no_tap || (flags.quiet && flags.trace.is_none()) {
        return Ok(Tap::off());
    }
    let tap = Tap::server(program.api)
        .program(format!("{} {}", program.name, program.version))
        .capture(flags.capture)
        .on_error(print_recording_error(program.name));
    match &flags.trace {
        Some(path) => tap.sink(flags.trace_limit.create(path)?).start(),
        None => tap.sink(LiveLines::new(Lines::new().color(stdout_has_color()), io::stdout())).start(),
    }
}

/// Prints that a trace stops. Without that a server whose disk is full would keep serving and record nothing, and nobody
/// would know before its end.
pub fn print_recording_error(name: &'static str) -> impl Fn(&RecordingError) + Send + 'static {
    move |error| {
        // Standard error may be on the same full disk.
        let _ = writeln!(io::stderr(), "{name}: {error}");
    }
}

/// Whether standard output takes colours: a terminal, without `NO_COLOR`.
#[must_use]
pub fn stdout_has_color() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

fn greet(program: &Program, address: SocketAddr) {
    let mut err = io::stderr().lock();
    // Nobody may be reading.
    let _ = writeln!(err, "{} listens on {address}; Ctrl-C ends it. Try:", program.name);
    for line in (program.sample_commands)(reachable(address)).lines() {
        let _ = writeln!(err, "  {line}");
    }
}
