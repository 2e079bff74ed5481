//! From the flags to the exit code.

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use clients::{Graphql, Grpc, Rest};
use plain_server::Sockets;
use server_kit::bind::{bind, check};
use server_kit::shutdown::Signals;
use server_kit::{Program, Shutdown};
use socket_tap::{Tap, TapListener};
use socket_trace::compare::Verdict;

use crate::flags::Flags;
use crate::lane::{BY_HAND, Curtain, Lane, Recordings};
use crate::plain::{self, Plain};
use crate::{live, report, tour};

/// Runs the workshop, and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let flags = Flags::parse();
    match try_run(&flags) {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(error) => {
            eprintln!("workshop: error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failed = Box<dyn std::error::Error>;

fn try_run(flags: &Flags) -> Result<Verdict, Failed> {
    create_directory(flags)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut recordings = Vec::new();
    let result = runtime.block_on(workshop(flags, &mut recordings));
    // Ends the tasks that are left, so that their sockets are closed and the recordings say so.
    runtime.shutdown_timeout(Duration::from_secs(1));
    for recording in recordings {
        recording.finish()?;
    }
    result
}

fn create_directory(flags: &Flags) -> io::Result<()> {
    std::fs::create_dir_all(&flags.traces).map_err(|error| {
        let directory = flags.traces.display();
        let why = format!(
            "cannot create {directory} for the recordings: {error}; choose another with --traces DIR"
        );
        io::Error::new(error.kind(), why)
    })
}

async fn workshop(flags: &Flags, recordings: &mut Vec<Recordings>) -> Result<Verdict, Failed> {
    check_ports(flags)?;
    let (shutdown, curtain) = (Shutdown::new(), Curtain::default());
    let mut signals = Signals::watch()?;
    let lanes = start(flags, &shutdown, &curtain, recordings).await?;
    let extras = Extras::start(flags, &shutdown, &curtain, recordings).await?;
    let verdict = tokio::select! {
        biased;
        () = signals.next() => return Err("interrupted during the tour".into()),
        shown = show(flags, &lanes, extras.as_ref()) => shown?,
    };
    if let Some(Extras { plain, page }) = extras {
        go_on(flags, recordings, &curtain).await?;
        let page = match page {
            Some(listener) => Some(live::start(listener, &lanes, &plain, &shutdown).await?),
            None => None,
        };
        signals.next().await;
        shutdown.cancel();
        if let Some(page) = page {
            page.await.map_err(io::Error::other)??;
        }
        plain.ended().await?;
    }
    shutdown.cancel();
    for lane in lanes {
        lane.ended().await?;
    }
    Ok(verdict)
}

/// What is there beside the tour, for those who stay.
struct Extras {
    plain: Plain,
    page: Option<TapListener>,
}

impl Extras {
    /// Starts the plain server, and takes the page's address. Whoever comes before the tour is over waits for its end.
    async fn start(
        flags: &Flags,
        shutdown: &Shutdown,
        curtain: &Curtain,
        recordings: &mut Vec<Recordings>,
    ) -> io::Result<Option<Self>> {
        if flags.once {
            return Ok(None);
        }
        let mut record = |api| record(api, flags, curtain, recordings);
        let plain = Plain::start(flags.plain, record("udp")?, record("tcp")?, shutdown).await?;
        let page = match flags.page() {
            Some(address) => Some(bind(&Tap::off(), address, PAGE, PAGE_FLAG).await?),
            None => None,
        };
        Ok(Some(Self { plain, page }))
    }
}

/// For messages about its address.
const PAGE: &str = "page";
const PAGE_FLAG: &str = "--page";

/// Before a recording is begun: a start that fails leaves the recordings of the last run as they are.
fn check_ports(flags: &Flags) -> io::Result<()> {
    let programs = [&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM];
    for (program, address) in programs.into_iter().zip([flags.rest, flags.graphql, flags.grpc]) {
        check(address, program.name, &format!("--{}", program.api))?;
    }
    if !flags.once {
        Sockets::check(flags.plain, plain::FLAG)?;
    }
    flags.page().map_or(Ok(()), |address| check(address, PAGE, PAGE_FLAG))
}

/// Starts the three servers.
async fn start(
    flags: &Flags,
    shutdown: &Shutdown,
    curtain: &Curtain,
    recordings: &mut Vec<Recordings>,
) -> io::Result<[Lane; 3]> {
    let mut record = |program: &Program| record(program.api, flags, curtain, recordings);
    let (rest, graphql, grpc) = (&rest_server::PROGRAM, &graphql_server::PROGRAM, &grpc_server::PROGRAM);
    let token = || shutdown.clone();
    Ok([
        Lane::start("REST", rest, flags.rest, record(rest)?, |listener, shelf| {
            rest_server::serve(listener, shelf, token())
        })
        .await?,
        Lane::start("GraphQL", graphql, flags.graphql, record(graphql)?, |listener, shelf| {
            graphql_server::serve(listener, shelf, token())
        })
        .await?,
        Lane::start("gRPC", grpc, flags.grpc, record(grpc)?, |listener, shelf| {
            grpc_server::serve(listener, shelf, token())
        })
        .await?,
    ])
}

/// Begins the recordings of an API.
fn record(
    api: &'static str,
    flags: &Flags,
    curtain: &Curtain,
    recordings: &mut Vec<Recordings>,
) -> io::Result<Recordings> {
    let recording = Recordings::start(api, &flags.traces, flags.capture, curtain)?;
    recordings.push(recording.clone());
    Ok(recording)
}

/// Runs the tour and prints what it showed.
async fn show(flags: &Flags, lanes: &[Lane; 3], extras: Option<&Extras>) -> Result<Verdict, Failed> {
    let [rest, graphql, grpc] = lanes;
    tour::run::<Rest>(rest).await?;
    tour::run::<Graphql>(graphql).await?;
    tour::run::<Grpc>(grpc).await?;
    for lane in lanes {
        lane.recordings.flush().await;
    }
    let comparison = report::compare(lanes.iter().map(|lane| &lane.recordings))?;
    let text = if flags.json {
        serde_json::to_string_pretty(&comparison)? + "\n"
    } else {
        report::text(lanes, &comparison)? + &next(flags, lanes, extras)?
    };
    print(&text)?;
    Ok(comparison.verdict)
}

/// Where the recordings are, and what to try next.
fn next(flags: &Flags, lanes: &[Lane], extras: Option<&Extras>) -> io::Result<String> {
    let text = report::recordings(lanes, flags);
    let Some(Extras { plain, page }) = extras else { return Ok(text) };
    let page = page.as_ref().map(TapListener::local_addr).transpose()?;
    Ok(text + &report::next(lanes, plain, page))
}

/// From now on each call that comes in is shown.
async fn go_on(flags: &Flags, recordings: &[Recordings], curtain: &Curtain) -> io::Result<()> {
    for recording in recordings {
        recording.mark(BY_HAND);
        recording.flush().await;
    }
    if !flags.json {
        print("\nThe servers go on, and record; their socket calls appear here. Ctrl-C ends it.\n")?;
        curtain.raise();
    }
    Ok(())
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader, `head` for example, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
