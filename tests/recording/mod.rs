//! Tests of recordings: exactness, overload, damaged traces, schema, and the commands that read traces.

pub(crate) mod adapters;
pub(crate) mod causality;
pub(crate) mod exactness;
pub(crate) mod har;
pub(crate) mod killed;
pub(crate) mod languages;
pub(crate) mod load;
pub(crate) mod overload;
pub(crate) mod perfetto;
pub(crate) mod postgres;
pub(crate) mod schema;
pub(crate) mod strace;
pub(crate) mod tls;
pub(crate) mod trace_limit;
pub(crate) mod traces;
pub(crate) mod transparency;
pub(crate) mod verified;
pub(crate) mod views;
pub(crate) mod wireshark;
