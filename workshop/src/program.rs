//! Runs the workshop, from the command line to the exit code.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use clients::{Graphql, Grpc, Rest};
use hardening_http::Shutdown;
use server_kit::shutdown::{Signals, shutdown_on_signal};
use server_kit::stderr::print_line;
use server_kit::store::StoreError;
use socket_tap::format::End;
use socket_trace::client_step::FROM_A_TERMINAL;
use socket_trace::compare::Verdict;
use socket_trace::summary::Scope;

use crate::api_instance::ApiInstance;
use crate::flags::{Command, Flags};
use crate::gated_stdout::GatedStdout;
use crate::live::LivePage;
use crate::live::token::Token;
use crate::recordings::Recordings;
use crate::shelves::Shelves;
use crate::startup::{self, Extras};
use crate::stdout::print;
use crate::tour::{self, Step, Tour};
use crate::{descriptors, live, report, traces_directory, wire};

/// Parses the command line, runs the workshop and returns the exit code of the process.
#[must_use]
pub fn run() -> ExitCode {
    let mut flags = Flags::parse();
    match &flags.command {
        Some(Command::Wire(flags)) => return wire::run::run(flags),
        Some(Command::WireScenario(flags)) => return wire::scenario::command::run(flags),
        None => {}
    }
    if let Err(message) = flags.open_room() {
        Flags::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    descriptors::raise_limit();
    match try_run(&flags) {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(error) => {
            print_line(format_args!("workshop: error: {error}"));
            ExitCode::from(if error.is::<StoreError>() { 2 } else { 1 })
        }
    }
}

type Error = Box<dyn std::error::Error>;

fn try_run(flags: &Flags) -> Result<Verdict, Error> {
    let _lock = traces_directory::lock(&flags.traces)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut recordings = Vec::new();
    let result = runtime.block_on(run_workshop(flags, &mut recordings));
    // Drops the remaining tasks, so that the recordings contain the close of their sockets.
    runtime.shutdown_timeout(Duration::from_secs(1));
    // All recordings are completed, even if one of them fails.
    let ends: Vec<_> = recordings.iter().map(Recordings::finish).collect();
    let ends: Vec<End> = ends.into_iter().collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect();
    if !ends.is_empty() && !flags.once && !flags.json {
        let (traces, events, lost) =
            (flags.traces.display(), sum(&ends, |end| end.events), sum(&ends, |end| end.lost));
        print_line(format_args!(
            "workshop: the recordings in {traces} are complete: {events} events, {lost} lost"
        ));
    }
    result
}

fn sum(ends: &[End], number: impl Fn(&End) -> u64) -> u64 {
    ends.iter().map(number).sum()
}

/// Runs the tour (the same calls over each API). Then serves until a signal, unless the flags contain
/// `--once`.
async fn run_workshop(flags: &Flags, recordings: &mut Vec<Recordings>) -> Result<Verdict, Error> {
    startup::check_addresses(flags)?;
    let token = Token::from_environment()?;
    let shelves = Shelves::check(&flags.store).await?;
    let (shutdown, live_output) = (Shutdown::new(), GatedStdout::default());
    let mut signals = Signals::watch()?;
    let apis = startup::apis(flags, &shutdown, &live_output, &shelves, recordings).await?;
    let mut extras = Extras::start(flags, token, &shutdown, &live_output, &shelves, recordings).await?;
    if let Some(page) = extras.as_ref().and_then(|extras| extras.page.as_ref()) {
        announce(flags, page);
    }
    let mut verdict = tokio::select! {
        biased;
        () = signals.next() => Err("interrupted during the tour".into()),
        verdict = run_tour(flags, &apis, extras.as_ref()) => verdict,
    };
    if let (Ok(_), Some(extras)) = (&verdict, &mut extras) {
        end_tour(flags, recordings, &live_output).await?;
        if let Err(error) = serve(flags, &apis, extras, signals, &live_output, &shutdown).await {
            verdict = Err(error);
        }
    }
    shutdown.cancel();
    for api in apis {
        api.ended().await?;
    }
    if let Some(extras) = extras {
        extras.plain.ended().await?;
    }
    verdict
}

/// Makes the calls of the tour over each API, and prints the report.
async fn run_tour(flags: &Flags, apis: &[ApiInstance; 3], extras: Option<&Extras>) -> Result<Verdict, Error> {
    let [rest, graphql, grpc] = apis;
    let (mut over_rest, mut over_graphql, mut over_grpc) =
        (Tour::<_, Rest>::over(rest), Tour::<_, Graphql>::over(graphql), Tour::<_, Grpc>::over(grpc));
    for step in Step::ALL {
        over_rest.step(step).await?;
        over_graphql.step(step).await?;
        over_grpc.step(step).await?;
    }
    let story = tour::one_shelf::run(apis).await?;
    for api in apis {
        api.recordings.flush().await;
    }
    let comparison = report::compare(apis.iter().map(|api| &api.recordings), Scope::default())?;
    let text = if flags.json {
        serde_json::to_string_pretty(&comparison)? + "\n"
    } else {
        report::text(apis, &comparison, &story, columns())? + &next_steps(flags, apis, extras)?
    };
    print(&text)?;
    Ok(comparison.verdict)
}

/// Returns the paths of the recordings and the commands to try next.
fn next_steps(flags: &Flags, apis: &[ApiInstance], extras: Option<&Extras>) -> io::Result<String> {
    let text = report::recordings(apis, flags);
    let Some(Extras { plain, page }) = extras else { return Ok(text) };
    let url = page.as_ref().map(LivePage::url);
    let room = page.as_ref().and_then(LivePage::room).map_or_else(String::new, |room| format!("\n{room}"));
    Ok(text + &report::next_steps(apis, plain, url.as_deref()) + &room)
}

/// Prints on standard error what must be known about the page: a warning if other machines can reach it, and its URL
/// if standard output contains only JSON.
fn announce(flags: &Flags, page: &LivePage) {
    if let Some(warning) = page.warning() {
        print_line(format_args!("workshop: warning: {warning}"));
    }
    if flags.json {
        print_line(format_args!("workshop: live page: {}", page.url()));
    }
}

/// Marks the end of the tour in the recordings and starts to print recorded calls.
async fn end_tour(flags: &Flags, recordings: &[Recordings], live_output: &GatedStdout) -> io::Result<()> {
    for recording in recordings {
        recording.mark(FROM_A_TERMINAL);
        recording.flush().await;
    }
    if !flags.json {
        print(
            "\nThe servers keep running and recording. Their socket calls appear below. Press Ctrl-C to stop.\n",
        )?;
        live_output.open();
    }
    Ok(())
}

/// Serves the live page until a signal, then waits until the page's server and the plain server have ended.
async fn serve(
    flags: &Flags,
    apis: &[ApiInstance; 3],
    extras: &mut Extras,
    signals: Signals,
    live_output: &GatedStdout,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let page = match extras.page.take() {
        Some(page) => {
            let (store, traces) = (&flags.store.store, flags.traces.clone());
            Some(live::start(page, apis, &extras.plain, store, traces, live_output, shutdown).await?)
        }
        None => None,
    };
    shutdown_on_signal(signals, "workshop", flags.json, shutdown.clone());
    shutdown.cancelled().await;
    if let Some(page) = page {
        page.await.map_err(io::Error::other)??;
    }
    Ok(())
}

/// Returns the columns of the terminal, or 80 if standard output is none.
fn columns() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(80, |(terminal_size::Width(columns), _)| columns.into())
}
