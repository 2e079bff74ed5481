//! Formats the socket table as text, with a legend.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::net::{IpAddr, SocketAddr};

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use socket_tap::format::text::printable;

use super::changes::{Change, Marked};
use super::row::{Row, State};

/// Maximum number of columns of the legend. Longer lines are wrapped.
const WIDTH: usize = 100;

/// Formats the rows under a heading, one per line. With `color`, rows that have changed are coloured.
#[must_use]
pub fn rows(marked: &[Marked], color: bool) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        "Proto",
        "Recv-Q",
        "Send-Q",
        "Local Address",
        "Foreign Address",
        "State",
        "PID/Program",
    ]);
    for Marked { row, .. } in marked {
        table.add_row(cells(row));
    }
    for queue in [1, 2] {
        if let Some(column) = table.column_mut(queue) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let signs = std::iter::once(Change::Same).chain(marked.iter().map(|marked| marked.change));
    let mut out = String::new();
    for (change, line) in signs.zip(table.trim_fmt().lines()) {
        let (on, off) = if color { paint(change) } else { ("", "") };
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "{on}{}{}{off}", change.sign(), line.trim_end());
    }
    out
}

/// Returns the cells of a row, from the protocol to the process.
pub(crate) fn cells(row: &Row) -> [String; 7] {
    let send_queue = match (row.state, row.backlog) {
        (Some(State::Listen), Some(backlog)) => backlog.to_string(),
        (Some(State::Listen), None) => "?".to_owned(),
        _ => row.send_queue.to_string(),
    };
    let process = row.process.as_ref();
    [
        row.proto.name().to_owned(),
        row.recv_queue.to_string(),
        send_queue,
        address(row.local),
        address(row.foreign),
        row.state.map_or("", State::name).to_owned(),
        process.map_or_else(
            || "-".to_owned(),
            |process| format!("{}/{}", process.pid, printable(&process.name)),
        ),
    ]
}

/// Formats an address as netstat does. `*` stands for port 0.
fn address(address: SocketAddr) -> String {
    match (address, address.port()) {
        (SocketAddr::V4(address), 0) => format!("{}:*", address.ip()),
        (SocketAddr::V6(address), 0) => format!("[{}]:*", address.ip()),
        (address, _) => address.to_string(),
    }
}

fn paint(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Same => ("", ""),
        Change::New => ("\x1b[32m", "\x1b[0m"),
        Change::Changed => ("\x1b[33m", "\x1b[0m"),
        Change::Gone => ("\x1b[31m", "\x1b[0m"),
    }
}

/// Formats the legend: explains the states, special addresses and full queues that occur in the rows.
#[must_use]
pub fn legend(marked: &[Marked]) -> String {
    let mut out = String::new();
    let _ = write_legend(&mut out, marked.iter().map(|marked| &marked.row));
    out
}

fn write_legend<'a>(out: &mut String, rows: impl Iterator<Item = &'a Row> + Clone) -> fmt::Result {
    for row in rows.clone().filter(|row| row.state == Some(State::Listen) && row.recv_queue > 0) {
        note(out, &format!("! {}  ", address(row.local)), &queue_note(row))?;
    }
    for state in rows.clone().filter_map(|row| row.state).collect::<BTreeSet<State>>() {
        note(out, &format!("  {:<13}", state.name()), state.meaning())?;
    }
    for ip in rows.clone().map(|row| row.local.ip()).filter(IpAddr::is_unspecified).collect::<BTreeSet<_>>() {
        let (name, meaning) = match ip {
            IpAddr::V4(_) => ("0.0.0.0", "every interface of this machine that has an IPv4 address"),
            IpAddr::V6(_) => ("[::]", "every interface of this machine: IPv6 and, for most programs, IPv4"),
        };
        note(out, &format!("  {name:<13}"), meaning)?;
    }
    if rows.clone().any(|row| row.owned && row.process.is_none()) {
        note(
            out,
            "  -            ",
            "opened by a process that is not visible: it belongs to another user (run as root) or container",
        )?;
    }
    Ok(())
}

/// Explains the queue of a listening socket: `2 connections await accept; the backlog is 128`.
fn queue_note(row: &Row) -> String {
    let waiting = match row.recv_queue {
        1 => "1 connection awaits accept".to_owned(),
        several => format!("{several} connections await accept"),
    };
    match row.backlog {
        // The queue of the kernel holds one connection more than the backlog.
        Some(backlog) if row.recv_queue > backlog => {
            format!("{waiting}: the queue is full, and new connections get no response")
        }
        Some(backlog) => format!("{waiting}; the backlog is {backlog}"),
        None => waiting,
    }
}

/// Writes an entry of the legend, wrapped to several lines if it is long.
fn note(out: &mut String, name: &str, text: &str) -> fmt::Result {
    let indent = " ".repeat(15);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(name)
        .subsequent_indent(&indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    writeln!(out, "{}", textwrap::fill(text, options))
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
