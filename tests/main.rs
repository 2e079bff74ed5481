//! One test binary across the workspace: a module for each topic. What all three APIs must do is written once, and run
//! for each.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[macro_use]
mod support;

mod adapters;
mod answers;
mod causality;
mod errors;
mod exactness;
mod front;
mod graphql;
mod grpc;
mod killed;
mod load;
mod messages;
mod operations;
mod origin;
mod page_access;
mod page_actions;
mod page_browser;
mod page_files;
mod page_stream;
mod plain;
mod processes;
mod reliability;
mod rest;
mod scenario;
mod schema;
mod shutdown;
mod survival_deadlines;
mod survival_endings;
mod survival_http1;
mod survival_http2;
mod survival_limits;
mod survival_memory;
mod survival_panics;
mod survival_signals;
mod tls;
mod trace_limit;
mod traces;
mod transparency;
mod verified;
mod views;
mod watching;
mod wireshark;
mod workshop;
