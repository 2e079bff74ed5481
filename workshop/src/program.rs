//! From the flags to the exit code.

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use clients::{Graphql, Grpc, Rest};
use hardening_http::Shutdown;
use server_kit::shutdown::{Signals, shutdown_on_signal};
use socket_tap::TapListener;
use socket_trace::compare::Verdict;

use crate::flags::Flags;
use crate::lane::{BY_HAND, Curtain, Lane, Recordings};
use crate::start::{self, Extras};
use crate::tour::{Step, Tour};
use crate::{directory, live, report};

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
    let _directory = directory::take(&flags.traces)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut recordings = Vec::new();
    let result = runtime.block_on(workshop(flags, &mut recordings));
    // Ends the tasks that are left, so that their sockets are closed and the recordings say so.
    runtime.shutdown_timeout(Duration::from_secs(1));
    let (mut events, mut lost) = (0, 0);
    for recording in recordings {
        for end in recording.finish()? {
            (events, lost) = (events + end.events, lost + end.lost);
        }
    }
    if !flags.once && !flags.json {
        let traces = flags.traces.display();
        eprintln!("workshop: the recordings in {traces} are complete, {events} events, {lost} lost");
    }
    result
}

async fn workshop(flags: &Flags, recordings: &mut Vec<Recordings>) -> Result<Verdict, Failed> {
    start::check_ports(flags)?;
    let (shutdown, curtain) = (Shutdown::new(), Curtain::default());
    let mut signals = Signals::watch()?;
    let lanes = start::lanes(flags, &shutdown, &curtain, recordings).await?;
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
        shutdown_on_signal(signals, "workshop", flags.json, shutdown.clone());
        shutdown.cancelled().await;
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

/// Runs the tour and prints what it showed.
async fn show(flags: &Flags, lanes: &[Lane; 3], extras: Option<&Extras>) -> Result<Verdict, Failed> {
    let [rest, graphql, grpc] = lanes;
    let (mut over_rest, mut over_graphql, mut over_grpc) =
        (Tour::<Rest>::over(rest), Tour::<Graphql>::over(graphql), Tour::<Grpc>::over(grpc));
    for step in Step::ALL {
        over_rest.step(step).await?;
        over_graphql.step(step).await?;
        over_grpc.step(step).await?;
    }
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
