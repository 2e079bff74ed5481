//! The server trace and the client trace of one API.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use server_kit::TraceLimit;
use server_kit::recording::{print_recording_error, stdout_has_color};
use socket_tap::event::Addr;
use socket_tap::format::text::Lines;
use socket_tap::format::{End, Side};
use socket_tap::sink::LiveLines;
use socket_tap::{OpenSocket, Tap, TapBuilder};
use tokio::time::sleep;

use crate::gated_stdout::GatedStdout;

/// Time between two checks whether the server's connections are closed.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// The program that makes the recordings, as their headers name it.
pub const PROGRAM: &str = concat!("workshop ", env!("CARGO_PKG_VERSION"));

/// The directory and the limits of recordings.
#[derive(Clone, Debug)]
pub struct TraceFiles {
    /// Directory of the trace files.
    pub directory: PathBuf,
    /// Maximum disk space of each recording.
    pub limit: TraceLimit,
    /// Number of payload bytes to record of each read and write.
    pub capture: usize,
}

/// The recordings of one API's server and of its clients. Clones share the same recordings.
#[derive(Clone, Debug)]
pub struct Recordings {
    /// Tap that records the server.
    pub server: Tap,
    /// Tap that records the workshop's own clients: those of its start, and those that the live page uses.
    pub client: Tap,
    directory: PathBuf,
    api: &'static str,
}

impl Recordings {
    /// Starts the server's and the client's trace. The server's calls also appear on `live_output`, if there is one.
    ///
    /// # Errors
    /// If a trace file cannot be created. The message contains its path.
    pub fn start(
        api: &'static str,
        files: &TraceFiles,
        live_output: Option<&GatedStdout>,
    ) -> io::Result<Self> {
        let configure = |tap: TapBuilder, side| -> io::Result<TapBuilder> {
            let file = files.limit.create(&path(&files.directory, api, side))?;
            let tap = tap.program(PROGRAM).capture(files.capture);
            Ok(tap.on_error(print_recording_error("workshop")).sink(file))
        };
        let mut server = configure(Tap::server(api), Side::Server)?;
        if let Some(output) = live_output {
            let lines = Lines::new().label(api).color(stdout_has_color());
            server = server.sink(LiveLines::new(lines, output.clone()).time_origin(output.created_ns()));
        }
        let client = configure(Tap::client(api), Side::Client)?;
        Ok(Self { server: server.start()?, client: client.start()?, directory: files.directory.clone(), api })
    }

    /// Returns the path of the server's or the clients' trace file.
    #[must_use]
    pub fn path(&self, side: Side) -> PathBuf {
        path(&self.directory, self.api, side)
    }

    /// Returns the label of the server's or the clients' trace, such as `rest-server`.
    #[must_use]
    pub fn label(&self, side: Side) -> String {
        label(self.api, side)
    }

    /// Returns the label and the path of the server's trace and of the clients' trace.
    #[must_use]
    pub fn files(&self) -> [(String, PathBuf); 2] {
        [Side::Server, Side::Client].map(|side| (self.label(side), self.path(side)))
    }

    /// Starts a step in the server's trace and in the clients' trace: calls from now on belong to the step
    /// with this name.
    pub fn mark(&self, step: impl Into<Cow<'static, str>>) {
        let step = step.into();
        self.server.mark(step.clone());
        self.client.mark(step);
    }

    /// Waits until the server and its clients have closed all connections.
    pub async fn idle(&self) {
        self.client.idle().await;
        while self.accepted() > 0 {
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns the number of open connections that the server has accepted. Its connections to a database are not among
    /// them.
    #[must_use]
    pub fn accepted(&self) -> usize {
        if self.server.open_streams() == 0 { 0 } else { self.open_streams().0.len() }
    }

    /// Returns the server's open connections to other servers, such as a database.
    #[must_use]
    pub fn upstream(&self) -> Vec<OpenSocket> {
        self.open_streams().1
    }

    /// Returns the server's accepted connections, and its connections to other servers.
    fn open_streams(&self) -> (Vec<OpenSocket>, Vec<OpenSocket>) {
        let port = |socket: &OpenSocket| match socket.local {
            Some(Addr::Ip(address)) => Some(address.port()),
            _ => None,
        };
        let (streams, listeners): (Vec<_>, Vec<_>) =
            self.server.open_sockets().into_iter().partition(|socket| socket.is_stream);
        // An accepted connection has the port of its listener.
        let listening: Vec<_> = listeners.iter().map(port).collect();
        streams.into_iter().partition(|socket| listening.contains(&port(socket)))
    }

    /// Waits until the trace files contain all events so far.
    pub async fn flush(&self) {
        self.client.flush().await;
        self.server.flush().await;
    }

    /// Ends the server's trace and the clients' trace, and writes their end lines.
    ///
    /// # Errors
    /// If a trace could not be written completely.
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
