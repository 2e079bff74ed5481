//! Who may see an event.

use socket_trace::timeline::connections::Socket;

/// Whose an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// The workshop's own: every participant may see it.
    Everyone,
    /// Every participant may see it if the socket is found to be a listening one. `socket` is called before `bind` and
    /// `listen`, and a server also creates sockets for its connections to the database.
    IfListening(Socket),
    /// It belongs to a client outside of the workshop, or to the database. So does every call on a socket whose `accept`
    /// is unknown, because the feed has missed trace files.
    PresenterOnly,
}
