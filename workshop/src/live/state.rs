//! The state that request handlers and background tasks share.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hardening_http::Shutdown;
use socket_trace::timeline::Recording;

use crate::live::download::slots::{PRESENTER_DOWNLOADS, Slots};
use crate::live::feed::history::History;
use crate::live::latest_json::LatestJson;
use crate::live::live_page::Access;
use crate::live::operations::api::Api;
use crate::live::operations::operation_lock::OperationLock;
use crate::live::operations::plain::Plain;
use crate::live::operations::recorded_session::RecordedSession;
use crate::live::operations::watchers::Watchers;
use crate::live::operations::wire::WireNetwork;
use crate::live::room::Room;
use crate::live::server::open_pages::OpenPages;
use crate::plain_instance::PlainInstance;
use crate::recordings::Recordings;

/// State of the live server.
pub(crate) struct State {
    /// Id of this run of the program.
    pub(crate) run_id: String,
    pub(crate) access: Access,
    /// Address of the database without a password; `None` if the books are in memory.
    pub(crate) database: Option<String>,
    pub(crate) apis: Vec<Arc<Api>>,
    pub(crate) plain: Plain,
    pub(crate) wire: WireNetwork,
    pub(crate) recordings: Vec<Recording>,
    pub(crate) history: Arc<History>,
    pub(crate) open_pages: OpenPages,
    pub(crate) comparison: LatestJson,
    pub(crate) socket_table: LatestJson,
    pub(crate) watchers: Arc<Watchers>,
    /// Error that ended the reading of the recordings. Pages receive no further events after it.
    pub(crate) feed_error: LatestJson,
    /// Lock that lets only one operation run at a time, over any of the three APIs.
    pub(crate) operation_lock: OperationLock,
    pub(crate) downloads: Slots,
    /// The participants; `None` without `--room`.
    pub(crate) room: Option<Arc<Room>>,
    /// The participants of the room. Never published without a room.
    pub(crate) room_summary: LatestJson,
    pub(crate) shutdown: Shutdown,
}

/// The recordings that the page shows, and the events that were read from them.
pub(crate) struct Feed {
    pub(crate) recordings: Vec<Recording>,
    pub(crate) history: Arc<History>,
    /// Error that ended the reading.
    pub(crate) feed_error: LatestJson,
}

impl State {
    pub(crate) fn new(
        access: Access,
        apis: Vec<Arc<Api>>,
        plain: &PlainInstance,
        wire: WireNetwork,
        feed: Feed,
        shutdown: &Shutdown,
    ) -> Self {
        let Feed { recordings, history, feed_error } = feed;
        Self {
            run_id: new_run_id(),
            access,
            database: None,
            watchers: Arc::new(Watchers::new(apis.iter().map(|api| api.name))),
            apis,
            plain: Plain::new(plain, shutdown),
            wire,
            recordings,
            history,
            open_pages: OpenPages::default(),
            comparison: LatestJson::default(),
            socket_table: LatestJson::default(),
            feed_error,
            operation_lock: OperationLock::default(),
            downloads: Slots::new(PRESENTER_DOWNLOADS),
            room: None,
            room_summary: LatestJson::default(),
            shutdown: shutdown.clone(),
        }
    }

    /// Returns the id of the events that the pages show: of this run of the program, and of the time since the history was
    /// cleared. It is part of the event ids, which are valid only within that time.
    pub(crate) fn feed_id(&self) -> String {
        format!("{}.{}", self.run_id, self.history.cleared())
    }

    /// Returns the recorded sessions of the five servers and their clients: the three APIs, the plain server
    /// over UDP, and the plain server over TCP.
    pub(crate) fn sessions(&self) -> impl Iterator<Item = &RecordedSession> {
        self.apis.iter().map(|api| &api.session).chain([&self.plain.udp, &self.plain.tcp])
    }

    /// Returns the recordings of the three APIs, which the page compares with each other.
    pub(crate) fn compared(&self) -> Vec<Recordings> {
        self.apis.iter().map(|api| api.session.recordings.clone()).collect()
    }
}

/// Returns an id that no other run of the program has.
fn new_run_id() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}", since.as_nanos())
}
