//! Runs a server command, from its flags to its exit code.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use bookshelf::Shelf;
use clap::Args;
use hardening_http::{Limits, Shutdown};
use socket_tap::{ListenOptions, Tap, TapListener};

use crate::bind::{bind_with, listen_options, reachable};
use crate::flags::Flags;
use crate::limit_flags::LimitFlags;
use crate::open_connections;
use crate::program::Program;
use crate::recording::start_tap;
use crate::shutdown::{Signals, shutdown_on_signal};
use crate::stderr::print_line;
use crate::store::StoreError;

/// Maximum time that the process waits for the remaining tasks of the runtime after the server has stopped.
const RUNTIME_SHUTDOWN: Duration = Duration::from_secs(1);

/// Runs a server until SIGINT or SIGTERM. Prints errors and returns the exit code.
pub fn run<F>(program: &Program, serve: impl FnOnce(TapListener, Shelf, Shutdown, Limits) -> F) -> ExitCode
where
    F: Future<Output = io::Result<()>>,
{
    let listen = async |tap: &Tap, address, options| {
        let listener = bind_with(tap, address, options, program.name, "--listen").await?;
        Ok((listener.local_addr()?, listener))
    };
    let serve = |listener, shelf, shutdown, flags: LimitFlags| serve(listener, shelf, shutdown, flags.into());
    run_with(program, listen, serve)
}

/// Runs a server like [`run`], but with sockets of any type `S`, for example a UDP socket next to the TCP
/// listener. `listen` binds the sockets, a TCP listener with the given options, and returns their address. `L`
/// is the set of flags for the server's limits.
pub fn run_with<S, L, F>(
    program: &Program,
    listen: impl AsyncFnOnce(&Tap, SocketAddr, ListenOptions) -> io::Result<(SocketAddr, S)>,
    serve: impl FnOnce(S, Shelf, Shutdown, L) -> F,
) -> ExitCode
where
    L: Args,
    F: Future<Output = io::Result<()>>,
{
    let flags = Flags::parse_for(program);
    match try_run(program, flags, listen, serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line(format_args!("{}: error: {error}", program.name));
            error.exit_code()
        }
    }
}

fn try_run<S, L, F>(
    program: &Program,
    flags: Flags<L>,
    listen: impl AsyncFnOnce(&Tap, SocketAddr, ListenOptions) -> io::Result<(SocketAddr, S)>,
    serve: impl FnOnce(S, Shelf, Shutdown, L) -> F,
) -> Result<(), Error>
where
    L: Args,
    F: Future<Output = io::Result<()>>,
{
    let tap = start_tap(program, &flags)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let shelf = flags.store.open(&tap, program.name).await.map_err(Error::Store)?;
        let (address, sockets) =
            listen(&tap, flags.listen, listen_options().save_syn(flags.save_syn)).await?;
        let shutdown = Shutdown::new();
        shutdown_on_signal(Signals::watch()?, program.name, flags.quiet, shutdown.clone());
        if !flags.quiet {
            print_start(program, address);
            tokio::spawn(open_connections::report(tap.clone(), program.name, shutdown.clone()));
        }
        let served = serve(sockets, shelf.clone(), shutdown, flags.limits).await;
        shelf.close().await;
        Ok::<_, Error>(served?)
    });
    // Drops the remaining tasks, so that the recording shows their sockets as closed.
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN);
    let end = tap.finish_blocking();
    served?;
    let end = end?;
    if let Some(path) = flags.trace.as_ref().filter(|_| !flags.quiet) {
        let (name, path) = (program.name, path.display());
        print_line(format_args!(
            "{name}: the trace {path} is complete: {} events, {} lost",
            end.events, end.lost
        ));
    }
    Ok(())
}

/// The reason why a server ended early.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(StoreError),
}

impl Error {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Io(_) => ExitCode::FAILURE,
            Self::Store(_) => ExitCode::from(2),
        }
    }
}

fn print_start(program: &Program, address: SocketAddr) {
    let mut err = io::stderr().lock();
    // Writing fails if standard error is closed.
    let _ = writeln!(err, "{} listens on {address}; press Ctrl-C to stop. Try:", program.name);
    for line in (program.sample_commands)(reachable(address)).lines() {
        let _ = writeln!(err, "  {line}");
    }
}
