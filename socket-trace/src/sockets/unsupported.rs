//! Returns an error on systems whose socket tables cannot be read.

use std::io;
use std::time::Duration;

use super::filter::Filter;
use super::row::Row;

pub(super) fn all(_filter: &Filter) -> io::Result<Vec<Row>> {
    Err(not_available())
}

pub(super) fn without_processes() -> io::Result<Vec<Row>> {
    Err(not_available())
}

pub(super) fn tcp_v4() -> io::Result<Vec<Row>> {
    Err(not_available())
}

pub(super) fn age(_pid: u32) -> io::Result<Option<Duration>> {
    Err(not_available())
}

fn not_available() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "only Linux is supported; use `netstat -an` on this system")
}
