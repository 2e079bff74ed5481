//! One API: its server, and the recordings of its two sides.

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bookshelf::Shelf;
use server_kit::bind::bind;
use server_kit::program::{Program, colored, report_error};
use socket_tap::format::text::Lines;
use socket_tap::format::{End, Side};
use socket_tap::sink::LiveLines;
use socket_tap::{Tap, TapBuilder, TapListener, monotonic_ns};
use tokio::task::JoinHandle;

use crate::flags::Flags;

/// One API.
#[derive(Debug)]
pub struct Lane {
    /// For a heading: `REST`.
    pub title: &'static str,
    /// What the server's own command tells of itself.
    pub program: &'static Program,
    /// Where the server listens.
    pub address: SocketAddr,
    /// The recordings of the server and of the tour's clients.
    pub recordings: Recordings,
    server: JoinHandle<io::Result<()>>,
}

impl Lane {
    /// Binds `address`, starts the server, and records both sides.
    ///
    /// # Errors
    /// When a trace cannot be written, or the address not be bound.
    pub async fn start<F>(
        title: &'static str,
        program: &'static Program,
        address: SocketAddr,
        recordings: Recordings,
        serve: impl FnOnce(TapListener, Shelf) -> F,
    ) -> io::Result<Self>
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let flag = format!("--{}", program.api);
        let listener = bind(&recordings.server, address, program.name, &flag).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(serve(listener, Shelf::seeded()));
        Ok(Self { title, program, address, recordings, server })
    }

    /// Waits for the server to end.
    ///
    /// # Errors
    /// Those of the server.
    pub async fn ended(self) -> io::Result<()> {
        self.server.await.map_err(io::Error::other)?
    }
}

/// The recordings of both sides.
#[derive(Clone, Debug)]
pub struct Recordings {
    /// Records the server.
    pub server: Tap,
    /// Records the tour's clients.
    pub client: Tap,
    directory: PathBuf,
    api: &'static str,
}

/// The step in which whatever is that nobody has named.
pub const BY_HAND: &str = "by hand";

impl Recordings {
    /// Begins two traces in the directory that the flags name. The server's calls are also printed while the curtain is up.
    ///
    /// # Errors
    /// When a trace cannot be written; the message names it.
    pub fn start(api: &'static str, flags: &Flags, curtain: &Curtain) -> io::Result<Self> {
        let directory = &flags.traces;
        let begin = |tap: TapBuilder, side| -> io::Result<TapBuilder> {
            let program = concat!("workshop ", env!("CARGO_PKG_VERSION"));
            let file = flags.trace_limit.create(&path(directory, api, side))?;
            Ok(tap.program(program).capture(flags.capture).on_error(report_error("workshop")).sink(file))
        };
        let lines = Lines::new().label(api).color(colored());
        let server = begin(Tap::server(api), Side::Server)?
            .sink(LiveLines::new(lines, curtain.clone()).time_origin(curtain.since));
        let client = begin(Tap::client(api), Side::Client)?;
        Ok(Self { server: server.start()?, client: client.start()?, directory: directory.to_owned(), api })
    }

    /// The trace of one side.
    #[must_use]
    pub fn path(&self, side: Side) -> PathBuf {
        path(&self.directory, self.api, side)
    }

    /// What the trace of one side is called beside others.
    #[must_use]
    pub fn label(&self, side: Side) -> String {
        label(self.api, side)
    }

    /// Names what follows, on both sides.
    pub fn mark(&self, step: impl Into<Cow<'static, str>>) {
        let step = step.into();
        self.server.mark(step.clone());
        self.client.mark(step);
    }

    /// Waits until every connection is closed, on both sides.
    pub async fn idle(&self) {
        self.client.idle().await;
        self.server.idle().await;
    }

    /// Waits until the traces hold all that has happened.
    pub async fn flush(&self) {
        self.client.flush().await;
        self.server.flush().await;
    }

    /// Completes the traces.
    ///
    /// # Errors
    /// When one of them could not be written.
    pub fn finish(&self) -> io::Result<[End; 2]> {
        Ok([self.client.finish_blocking()?, self.server.finish_blocking()?])
    }
}

fn path(directory: &Path, api: &str, side: Side) -> PathBuf {
    directory.join(label(api, side) + ".jsonl")
}

fn label(api: &str, side: Side) -> String {
    format!("{api}-{}", side.name())
}

/// Standard output while it is up, nothing while it is down: the tour's own calls are shown otherwise.
#[derive(Clone, Debug)]
pub struct Curtain {
    up: Arc<AtomicBool>,
    /// The one zero of time for all that appears.
    since: u64,
}

impl Default for Curtain {
    fn default() -> Self {
        Self { up: Arc::default(), since: monotonic_ns() }
    }
}

impl Curtain {
    /// From now on what is written is seen.
    pub fn raise(&self) {
        self.up.store(true, Ordering::Release);
    }
}

impl Write for Curtain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.up.load(Ordering::Acquire) { io::stdout().write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
