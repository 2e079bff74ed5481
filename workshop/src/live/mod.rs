//! The page on which all of it is seen as it happens, and what it can do.
//!
//! # Layout
//!
//! - this file: what all of it shares
//! - `routes`: which request is answered by what
//! - `access`: who may ask: this page and programs of this machine, no page of anyone else
//! - `answer`: objects that come and go, and why something is not done
//! - `feed`: reads the trace files as they grow
//! - `history`: the last events, for browsers that read at different speeds
//! - `stream`: what one browser is told
//! - `readers`: how many browsers there are
//! - `hello`: what a browser is told first
//! - `comparing`: the comparison, again and again
//! - `table`: the table of sockets, again and again
//! - `operations`: what can be done, and how it is called
//! - `commands`: the same from a terminal
//! - `api`: one API, as the page drives it
//! - `turn`: one thing at a time
//! - `together`: the same over several of them, as one step
//! - `run`: does it through real clients
//! - `perform`: one call
//! - `watching`: watchers that stay
//! - `datagrams`: the same over bare sockets
//! - `stage`: two recordings, and one step at a time
//! - `download`: recordings as files

mod download;
mod feed;
mod operations;
mod response;
mod server;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hardening_http::{Limits, Shutdown};
use socket_tap::TapListener;
use socket_tap::format::Side;
use socket_trace::timeline::Recording;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api_instance::{Lane, Recordings};
use feed::history::History;
use operations::api::Api;
use operations::datagrams::Plain;
use operations::operation_lock::Turn;
use operations::recorded_session::Stage;
use operations::watch::Watching;
use server::open_pages::Readers;

/// What is told to every browser when it changes, as JSON; `None` before it is known.
type Told = watch::Sender<Option<Arc<str>>>;

/// What all requests share.
struct Live {
    /// Which run of the program this is.
    boot: String,
    /// Where the page is.
    address: SocketAddr,
    apis: Vec<Arc<Api>>,
    plain: Plain,
    recordings: Vec<Recording>,
    history: Arc<History>,
    readers: Readers,
    comparison: Told,
    sockets: Told,
    watching: Arc<Watching>,
    /// Why nothing new comes any more.
    failed: Told,
    /// Whoever has it has the APIs to itself.
    turn: Turn,
    shutdown: Shutdown,
}

/// Serves the page of these lanes until the shutdown.
///
/// # Errors
/// When the traces cannot be followed.
pub async fn start(
    listener: TapListener,
    lanes: &[Lane; 3],
    plain: &crate::plain_instance::Plain,
    shutdown: &Shutdown,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let history = Arc::new(History::default());
    let recordings = lanes.iter().map(|lane| &lane.recordings).chain([&plain.udp, &plain.tcp]);
    let failed = Told::default();
    let recordings = feed::follow::start(
        recordings.cloned().collect(),
        Arc::clone(&history),
        failed.clone(),
        shutdown.clone(),
    )
    .await?;
    let apis = Api::all(lanes, shutdown);
    let live = Arc::new(Live {
        boot: boot(),
        address: listener.local_addr()?,
        watching: Arc::new(Watching::of(&apis)),
        apis,
        plain: Plain::of(plain, shutdown),
        recordings,
        history,
        readers: Readers::default(),
        comparison: Told::default(),
        sockets: Told::default(),
        failed,
        turn: Turn::default(),
        shutdown: shutdown.clone(),
    });
    tokio::spawn(feed::comparison::run(Arc::clone(&live)));
    tokio::spawn(feed::socket_table::run(Arc::clone(&live)));
    let router = server::routes::router(live);
    Ok(tokio::spawn(hardening_http::serve(listener, router, shutdown.clone(), Limits::default())))
}

impl Live {
    /// All that is recorded.
    fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.apis.iter().map(|api| &api.stage).chain([&self.plain.udp, &self.plain.tcp])
    }

    /// What is compared.
    fn compared(&self) -> Vec<Recordings> {
        self.apis.iter().map(|api| api.stage.recordings.clone()).collect()
    }
}

/// The two traces of an API, each with what it is called.
fn traces(recordings: &Recordings) -> [(String, std::path::PathBuf); 2] {
    [Side::Server, Side::Client].map(|side| (recordings.label(side), recordings.path(side)))
}

/// Another one for each run of the program.
fn boot() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}", since.as_nanos())
}
