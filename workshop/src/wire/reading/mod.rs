//! Reads the recordings of a run, and computes what each step cost.
//!
//! - [`recording`]: the packets and socket calls of each step
//! - [`one_call`], [`rows`], `notes`: one call packet by packet, with explanations
//! - [`chain`], [`mod@round_trips`], `arrivals`, [`cost`]: the cost of a step
//! - [`stall`]: the responses that a lost segment stalled

mod arrivals;
pub mod chain;
pub mod cost;
mod notes;
pub mod one_call;
pub mod recording;
pub mod round_trips;
pub mod rows;
pub mod stall;
