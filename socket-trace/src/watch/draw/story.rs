//! Draws the phases of one call, with the socket calls of both sides and the packets between them.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table, Wrap};
use socket_tap::format::Side;
use socket_tap::format::text::seconds;

use super::theme::Theme;
use crate::story::Phase;
use crate::watch::call_row::CallRow;
use crate::watch::model::Model;
use crate::watch::screen::Screen;
use crate::watch::step::Step;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &mut Screen, theme: Theme) {
    let Some(call) = screen.selected_call(model) else {
        frame.render_widget(Paragraph::new("No call is selected.").wrap(Wrap { trim: true }), area);
        return;
    };
    let missing = missing(call, model);
    let [top, below, bottom] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(0),
        Constraint::Length(u16::from(missing.is_some())),
    ])
    .areas(area);
    frame.render_widget(Line::styled(missing.unwrap_or_default(), theme.notable()), bottom);
    let heading = Paragraph::new(heading(call, model)).style(theme.heading()).wrap(Wrap { trim: true });
    frame.render_widget(heading, top);
    let rows = rows(call, model, theme);
    let visible = usize::from(below.height.saturating_sub(1));
    screen.scroll = screen.scroll.min(rows.len().saturating_sub(visible));
    let widths = [
        Constraint::Length(9),
        Constraint::Length(11),
        Constraint::Fill(2),
        Constraint::Fill(2),
        Constraint::Fill(3),
    ];
    let table = Table::new(rows.into_iter().skip(screen.scroll), widths)
        .header(Row::new(["", "", "client", "server", "data"]).style(theme.heading()));
    frame.render_widget(table, below);
}

/// Returns the call in one sentence.
fn heading(call: &CallRow, model: &Model) -> String {
    let status = call.status.as_deref().unwrap_or(if call.has_ended { "no status" } else { "in progress" });
    format!(
        "{} → {status}, {} B to the server, {} B to the client in {:.2} ms ({}, call {} on connection c{}, {})",
        call.operation,
        call.to_server,
        call.to_client,
        call.ms(),
        call.protocol,
        call.id.number,
        call.id.connection,
        model.label(call),
    )
}

fn rows<'a>(call: &CallRow, model: &'a Model, theme: Theme) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for phase in Phase::ALL {
        let mut title = phase.title();
        let steps = model.phases.of(call.id, phase);
        if steps.is_empty() {
            let cells = [
                Line::styled(title, theme.heading()),
                Line::default(),
                Line::styled(note(phase, call), theme.quiet()),
            ];
            rows.push(Row::new(cells));
        }
        // The connection was opened for the first call.
        let is_earlier = matches!(phase, Phase::Open | Phase::Agree) && call.id.number > 0;
        for step in steps {
            let row = row(title, step, theme);
            rows.push(if is_earlier { row.style(theme.quiet()) } else { row });
            title = "";
        }
    }
    rows
}

fn row<'a>(title: &'static str, step: &'a Step, theme: Theme) -> Row<'a> {
    let style = match step.is_dropped {
        None => theme.side(step.side),
        Some(false) => theme.quiet(),
        Some(true) => theme.bad(),
    };
    let text = |side: Side| {
        if step.side == side { Line::styled(step.text.as_str(), style) } else { Line::default() }
    };
    let carries_style = if step.is_dropped.is_some() { style } else { theme.plain() };
    Row::new([
        Line::styled(title, theme.heading()),
        Line::from(seconds(step.at)),
        text(Side::Client),
        text(Side::Server),
        Line::styled(step.carries.as_str(), carries_style),
    ])
}

/// Returns what of a call's connection is no longer kept, if anything.
fn missing(call: &CallRow, model: &Model) -> Option<String> {
    match model.phases.missing(call.id.connection, call.began) {
        None => Some(" The earlier socket calls of this connection are no longer kept.".to_owned()),
        Some(0) => None,
        Some(count) => Some(format!(" no longer kept: {count} socket calls and packets of this connection")),
    }
}

/// Returns why a phase has no socket calls.
fn note(phase: Phase, call: &CallRow) -> &'static str {
    match phase {
        Phase::Open => "not recorded",
        Phase::Agree => "nothing",
        Phase::Request if call.to_server == 0 => "none",
        Phase::Response if call.to_client == 0 => "none",
        Phase::Request | Phase::Response => "no longer kept",
        Phase::Close => "still open",
    }
}
