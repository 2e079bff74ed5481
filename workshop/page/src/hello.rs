//! What the page is told first: who records, and what can be done.

use std::collections::BTreeMap;

use serde::Serialize;

/// The object that the page calls `hello`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Hello {
    /// Which run of the program this is: numbers of events are only of one run.
    pub boot: String,
    /// The program's version.
    pub version: String,
    /// The number of the oldest event that is kept.
    pub first: u64,
    /// The recordings.
    pub recordings: Vec<Recording>,
    /// The APIs, each with a lane on the page.
    pub lanes: Vec<Lane>,
    /// The same service over bare sockets.
    pub plain: Vec<Lane>,
    /// What the page can do; nothing in a report.
    pub operations: Vec<Operation>,
}

/// A recording.
#[derive(Clone, Debug, Serialize)]
pub struct Recording {
    /// What its events say that they are of: `rest-server`.
    pub label: String,
    /// What is recorded: `rest`.
    pub name: String,
    /// `server` or `client`.
    pub side: &'static str,
    /// The program that records, and its version.
    pub program: String,
    /// Its process.
    pub pid: u32,
    /// When it began.
    pub started: String,
    /// How many bytes of each read and write are kept.
    pub capture: u64,
}

/// What is recorded under one name, by a server, its clients, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// The name of its recordings: `rest`.
    pub api: String,
    /// For a heading: `REST`.
    pub title: String,
    /// Where the server listens; empty when nothing says so.
    pub address: String,
    /// How many calls the page may ask for at once; 0 in a report.
    pub calls: u32,
}

/// Something that a client can do over each API.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// What it is asked for by.
    pub id: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub what: &'static str,
    /// The same from a terminal, by API.
    pub commands: BTreeMap<&'static str, String>,
}
