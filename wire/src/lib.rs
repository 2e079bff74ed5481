//! A network in one process, without root: real TCP and UDP between two sides, over a line that can be slow and lossy.
//!
//! A [`Wire`] has a client side and a server side. Each is a thread in a network namespace of its own, with a network
//! interface (TUN) whose packets this crate reads and writes. Between the two is a relay that delays, drops, reorders or
//! duplicates packets, and records each of them. Both ends are TCP stacks of the kernel: what they send, repeat and
//! acknowledge is their own doing.
//!
//! ```text
//!  client side              relay               server side
//!  10.77.0.1, fd77::1   delay, loss, …    10.77.0.2, fd77::2
//!  sockets ── kernel ── TUN ──────── TUN ── kernel ── sockets
//! ```
//!
//! # Start
//!
//! 1. [`enter`] at the beginning of `main`, or [`reexec`] in a process that has several threads already.
//! 2. [`Wire::start`] with [`Options`].
//! 3. [`Side::spawn`] futures on [`Wire::client`] and [`Wire::server`]. Create sockets there: a socket belongs to the
//!    network of the thread that creates it.
//! 4. [`Wire::take_records`] for the packets, [`Recording`] for a trace file of them, [`Wire::set`] and [`Wire::add_rule`] for changes.
//! 5. [`Wire::finish`].
//!
//! ```no_run
//! // Not run: a doctest can share its process with others, so it cannot enter a namespace.
//! use std::time::Duration;
//!
//! use tokio::net::{TcpListener, TcpStream};
//! use wire::{Options, Wire};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     wire::enter()?;
//!     let mut wire = Wire::start(Options::new().rtt(Duration::from_millis(40)))?;
//!     let records = wire.take_records();
//!
//!     let address = (wire.server().ipv4(), 3000);
//!     let listener = wire.server().run(TcpListener::bind(address))??;
//!     let server = wire.server().spawn(async move { listener.accept().await });
//!     let client = wire.client().run(TcpStream::connect(address))??;
//!
//!     drop((client, server));
//!     wire.finish();
//!     for record in records.into_iter().flatten() {
//!         println!("{} {:?} {:?}", record.direction, record.packet, record.fate);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Determinism
//!
//! Which packets are lost, duplicated or reordered depends on the seed and on their index in their direction, not on time.
//! Which packet has which index is up to the kernels: over UDP it is the order of the calls; over TCP a busy machine can
//! change the number of acknowledgments, and its timers can repeat segments that were only late. [`Kind::Data`] counts
//! no repeated segments for that reason. Only a full queue depends on time by its nature.
//!
//! # Requirements
//!
//! Linux, `/dev/net/tun` and unprivileged user namespaces. [`support`] names what is missing, and [`Error::remedy`] how to
//! get it. Nothing outside the process changes, and the kernel removes everything with the process, also after a panic
//! or SIGKILL.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "other systems have no relay"))]

mod chance;
mod direction;
mod error;
mod impairments;
mod journal;
mod lane;
mod options;
pub mod packet;
mod plan;
mod record;
mod recording;
mod rule;
mod stats;

#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod id_maps;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod setup_step;
#[cfg(target_os = "linux")]
mod side;
#[cfg(target_os = "linux")]
mod support;
#[cfg(target_os = "linux")]
mod sys;
#[cfg(target_os = "linux")]
mod timer;
#[cfg(target_os = "linux")]
mod tuns;
#[cfg(not(target_os = "linux"))]
mod unsupported;
#[cfg(target_os = "linux")]
mod wire;

pub use direction::Direction;
pub use error::{Error, Requirement};
pub use impairments::Impairments;
pub use options::Options;
pub use record::{DropReason, Fate, Record, Records};
pub use recording::{Recording, RecordingThread};
pub use rule::{Kind, Rule};
pub use stats::{Counts, Stats};

#[cfg(not(target_os = "linux"))]
pub use unsupported::{Side, Wire, enter, reexec, support};
#[cfg(target_os = "linux")]
pub use {
    self::wire::Wire,
    namespace::{enter, reexec},
    side::Side,
    support::support,
};
