//! The events of a time line as JSON objects, for the HTML page that shows recordings.
//!
//! Each object has the fields of `show --json`, and in addition the event's number on the time line (`seq`),
//! the name of its step (`step`), the phase of its connection (`phase`), a description of its data (`says`), e.g.
//! `GET /v1/books/1`, the short name of the client (`client`), e.g. `curl/8.5.0`, the API calls that ended with it
//! (`ended`), and at the last close of a connection the reason for its end (`why`). Objects are ordered by `at`. The `at` of a connect is the time at which it was called, so a connect
//! precedes the peer's accept. The sequence number of a packet's TCP segment is in `sequence`, because
//! `seq` is taken.
//!
//! # Layout
//!
//! - `feed`: [`PageFeed`], which converts events to JSON objects
//! - [`DETAIL`]: how much of each message the objects contain
//! - `recent`: [`RecentEvents`], which keeps the newest of these objects

mod feed;
mod recent;

pub use feed::{DETAIL, PageFeed};
pub use recent::{MAX_BYTES, MAX_EVENTS, RecentEvents, json_array};
