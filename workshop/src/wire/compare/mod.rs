//! The command `workshop wire compare`: the latencies of the APIs at a fixed arrival rate, on networks with several
//! round-trip times and loss rates.
//!
//! # Layout
//!
//! - [`flags`], [`conditions`]: the flags, and the conditions that they select
//! - [`mod@run`]: runs the command
//! - [`mod@interrupted`]: finds the recordings of runs that were killed
//! - [`output`], [`progress`]: print the rows and the progress
//!
//! The calls:
//!
//! - [`arrivals`]: the times at which calls arrive, whatever the responses do
//! - [`target`]: what is called: a server of an API
//! - [`pool`]: the connections to it
//! - [`open_loop`]: makes the calls
//! - [`networks`]: makes them on one network, over all APIs
//!
//! The results:
//!
//! - [`percentiles`]: the percentiles that a number of calls carries
//! - [`stream`]: the bytes of one direction of a connection, and the packets that carried them
//! - [`connection`], [`seen_call`]: the way of a call through its connection
//! - [`parts`]: the parts of a call's latency
//! - [`outliers`]: the calls that took much longer than the others
//! - [`reason`]: the reason for an outlier, read from the recording
//! - [`row`]: the results under one set of conditions
//! - [`mod@text`], [`csv`], [`mod@plot`]: the results as table, CSV and SVG

pub mod arrivals;
pub mod conditions;
pub mod connection;
pub mod csv;
pub mod flags;
pub mod interrupted;
pub mod networks;
pub mod open_loop;
pub mod outliers;
pub mod output;
pub mod parts;
pub mod percentiles;
pub mod plot;
pub mod pool;
pub mod progress;
pub mod reason;
pub mod row;
pub mod run;
pub mod seen_call;
pub mod stream;
pub mod target;
pub mod text;
