//! `socket-trace watch`: shows recordings in progress on the whole terminal.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};

use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::socket_traces;
use super::terminal::colored;
use crate::timeline::{AnnotatedEvents, Next, Timeline};
use crate::watch::draw::Theme;
use crate::watch::screen::Reaction;
use crate::watch::{Model, Screen, draw};

const HELP: &str = "Three views: the API calls, the phases of one call (open, agree, request, response, close) with the \
    socket calls of both sides and the packets between them, and the sockets of the recorded programs. Give the \
    recordings of both sides to see both in one call, and that of the network to see packets.\n\n\
    Keys: 1 2 3 or Tab change the view, ↑ and ↓ select, Enter opens a call, / filters the calls, q or Ctrl-C quits. The \
    keys of each view are at the bottom.\n\n\
    A filter has words and conditions, all of which a call must meet: api:grpc, operation:GetBook, status:404, \
    connection:3, bytes:>1000, ms:>5, is:error, is:open, is:first. A minus excludes: -api:grpc.\n\n\
    Packets are arrows with their numbers: `5 again 4 →` is packet 5, which repeats packet 4, and ✕ marks a dropped \
    one. A packet is in the phase of the socket call before it.\n\n\
    The latest 2000 calls are kept, and the socket calls of the latest 512 connections. The screen shows how many are no \
    longer kept. Colours are off if NO_COLOR is set.\n\n\
    Examples:\n  \
    socket-trace watch rest.jsonl\n  \
    socket-trace watch traces/rest-*.jsonl      both sides of the workshop's REST API\n  \
    socket-trace watch                          all recordings in the directory traces\n\n\
    Exit codes: 0 ended by the user or a signal; 2 standard output is not a terminal, a trace cannot be read, or wrong usage.";

/// Directory of the recordings if no file is given.
const DIRECTORY: &str = "traces";

/// Longest time for which events are read before the screen is drawn and keys are handled.
const READING: Duration = Duration::from_millis(20);

/// Time between two looks at the table of sockets.
const SOCKETS: Duration = Duration::from_secs(1);

/// Show recordings in progress: the calls, one call's phases, and the sockets
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Watch {
    /// Trace files [default: traces/*.jsonl]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    contracts: ContractFlags,
}

impl Watch {
    pub(super) fn run(&self) -> CommandResult {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            let message =
                "watch needs a terminal; `socket-trace show --follow` prints recordings in progress";
            return Err(Failed::Usage(message.to_owned()));
        }
        let files = self.files()?;
        let timeline = Timeline::follow(&files)?;
        if let Some(source) = socket_traces::packets_alone(&timeline) {
            return Err(Failed::Usage(socket_traces::no_sockets(source)));
        }
        let events = AnnotatedEvents::with_contracts(timeline, &self.contracts.read()?);
        let stop = stop_on_signal().map_err(Failed::Output)?;
        let theme = Theme { has_color: colored() };
        let mut terminal = ratatui::try_init().map_err(Failed::Output)?;
        let done = Watching::new(events, theme).run(&mut terminal, &stop);
        ratatui::restore();
        done.map(|()| 0)
    }

    fn files(&self) -> CommandResult<Vec<PathBuf>> {
        if self.files.iter().any(|file| file.as_os_str() == "-") {
            return Err(Failed::Usage(
                "standard input cannot be followed; give the name of the file".to_owned(),
            ));
        }
        if !self.files.is_empty() {
            return Ok(self.files.clone());
        }
        let entries = std::fs::read_dir(DIRECTORY).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect();
        files.sort();
        match files.is_empty() {
            true => {
                Err(Failed::Usage("no recording in the directory traces; give the name of a file".to_owned()))
            }
            false => Ok(files),
        }
    }
}

/// Returns a flag that SIGINT, SIGTERM and SIGHUP set instead of terminating the process.
fn stop_on_signal() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// The view in progress.
struct Watching {
    events: AnnotatedEvents,
    model: Model,
    screen: Screen,
    theme: Theme,
    sockets_read: Option<Instant>,
}

impl Watching {
    fn new(events: AnnotatedEvents, theme: Theme) -> Self {
        let model = Model::new(events.timeline().recordings());
        Self { events, model, screen: Screen::default(), theme, sockets_read: None }
    }

    fn run(mut self, terminal: &mut DefaultTerminal, stop: &AtomicBool) -> CommandResult<()> {
        let mut is_changed = true;
        while !stop.load(Ordering::Relaxed) {
            is_changed |= self.refresh_sockets();
            if is_changed {
                terminal
                    .draw(|frame| draw(frame, &self.model, &mut self.screen, self.theme))
                    .map_err(Failed::Output)?;
            }
            is_changed = self.read()?;
            // After a wait for events, and while there are more, keys are not waited for.
            while event::poll(Duration::ZERO).map_err(Failed::Output)? {
                is_changed = true;
                match event::read().map_err(Failed::Output)? {
                    Event::Key(key) if self.screen.key(key, &self.model) == Reaction::Quit => return Ok(()),
                    // After any other event, such as a change of the terminal's size, the screen is drawn again.
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Reads events, or waits for some. Returns `true` if the model has changed.
    fn read(&mut self) -> CommandResult<bool> {
        let began = Instant::now();
        let mut has_event = false;
        while began.elapsed() < READING {
            match self.events.next_or_pending()? {
                Next::Event(annotated) => {
                    let events = &self.events;
                    self.model.observe(&annotated, |socket, call| {
                        events.operation(socket, call).map(str::to_owned)
                    });
                    has_event = true;
                }
                Next::Pending => {
                    self.events.wait()?;
                    return Ok(has_event);
                }
                Next::End => {
                    has_event |= !std::mem::replace(&mut self.model.has_ended, true);
                    std::thread::sleep(READING);
                    return Ok(has_event);
                }
            }
        }
        Ok(has_event)
    }

    /// Reads the table of sockets if it is old. Returns `true` if it was read.
    fn refresh_sockets(&mut self) -> bool {
        let is_old = self.sockets_read.is_none_or(|read| read.elapsed() >= SOCKETS);
        if is_old {
            self.model.refresh_sockets();
            self.sockets_read = Some(Instant::now());
        }
        is_old
    }
}
