//! Draws the list of API calls, with its filter.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Row, Table, TableState, Wrap};
use socket_tap::format::text::seconds;

use super::theme::Theme;
use crate::watch::call_row::CallRow;
use crate::watch::filter::EXAMPLES;
use crate::watch::model::Model;
use crate::watch::screen::Screen;

/// A column: its heading, its width and its alignment.
type Column = (&'static str, Constraint, Alignment);

const COLUMNS: [Column; 8] = [
    ("began", Constraint::Length(11), Alignment::Right),
    ("protocol", Constraint::Length(10), Alignment::Left),
    ("operation", Constraint::Fill(3), Alignment::Left),
    ("status", Constraint::Length(9), Alignment::Left),
    ("B sent", Constraint::Length(7), Alignment::Right),
    ("B recvd", Constraint::Length(8), Alignment::Right),
    ("ms", Constraint::Length(9), Alignment::Right),
    ("connection", Constraint::Fill(1), Alignment::Left),
];

/// Number of columns from which a terminal is wide enough for the time of the beginning and for the recording's name.
const WIDE: u16 = 100;

/// Returns the columns for a terminal of `width` columns. Columns of width 0 are hidden.
fn columns(width: u16) -> [Column; 8] {
    let mut columns = COLUMNS;
    if width < WIDE {
        columns[0] = ("", Constraint::Length(0), Alignment::Left);
        columns[7] = ("conn", Constraint::Length(5), Alignment::Left);
    }
    columns
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &Screen, theme: Theme) {
    let has_filter = screen.is_filtering || !screen.filter.text().is_empty();
    let omitted = omitted(model);
    let [top, area, bottom] = Layout::vertical([
        Constraint::Length(u16::from(has_filter)),
        Constraint::Min(0),
        Constraint::Length(u16::from(omitted.is_some())),
    ])
    .areas(area);
    let shown = screen.shown(model);
    draw_filter(frame, top, (shown.len(), model.calls.len()), screen, theme);
    frame.render_widget(Line::styled(omitted.unwrap_or_default(), theme.notable()), bottom);
    let Some(selected) = screen.selected_of(&shown) else {
        frame.render_widget(Paragraph::new(hint(model)).wrap(Wrap { trim: true }), area);
        return;
    };
    let columns = columns(area.width);
    let cells = columns.map(|(name, _, alignment)| Text::from(name).alignment(alignment));
    // Only the visible rows are built.
    let visible = usize::from(area.height.saturating_sub(1));
    let first = first_visible(selected, shown.len(), visible);
    let rows = shown.iter().skip(first).take(visible).map(|call| row(call, model, area.width >= WIDE, theme));
    let table = Table::new(rows, columns.map(|(_, width, _)| width))
        .header(Row::new(cells).style(theme.heading()))
        .row_highlight_style(theme.selected());
    let mut state = TableState::default().with_selected(Some(selected - first));
    frame.render_stateful_widget(table, area, &mut state);
}

/// Draws the text of the filter, then its error, the number of calls that pass, or examples while it is empty.
fn draw_filter(
    frame: &mut Frame<'_>,
    area: Rect,
    (passing, all): (usize, usize),
    screen: &Screen,
    theme: Theme,
) {
    let text = format!(" filter: {}", screen.filter.text());
    let end = u16::try_from(Line::from(text.as_str()).width()).unwrap_or(u16::MAX);
    let (note, style) = match screen.filter.error() {
        Some(error) => (error.to_owned(), theme.bad()),
        None if screen.filter.text().is_empty() => (EXAMPLES.to_owned(), theme.quiet()),
        None => (format!("{passing} of {all} calls"), theme.quiet()),
    };
    let line = Line::from(vec![Span::raw(text), Span::raw("  "), Span::styled(note, style)]);
    frame.render_widget(line, area);
    if screen.is_filtering && !area.is_empty() {
        let x = area.x.saturating_add(end.min(area.width.saturating_sub(1)));
        frame.set_cursor_position(Position { x, y: area.y });
    }
}

/// Returns what is no longer shown, if anything.
fn omitted(model: &Model) -> Option<String> {
    let counted = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts = [
        counted(model.calls.dropped(), "earlier calls"),
        counted(model.phases.dropped(), "connections with their socket calls"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!(" no longer kept: {}", parts.join(", ")))
}

/// Returns the first row to show, so that the selected one is visible: the latest rows while it is among them.
fn first_visible(selected: usize, count: usize, visible: usize) -> usize {
    let latest = count.saturating_sub(visible);
    if selected >= latest { latest } else { selected.saturating_sub(visible / 2) }
}

fn hint(model: &Model) -> &'static str {
    if !model.calls.is_empty() {
        "No call passes the filter."
    } else if model.has_payload {
        "No call yet."
    } else {
        "The recordings have no payload, so their API calls are unknown; record with --capture. The sockets are in view 3."
    }
}

fn row<'a>(call: &'a CallRow, model: &'a Model, is_wide: bool, theme: Theme) -> Row<'a> {
    let status = match (&call.status, call.has_ended) {
        (Some(status), _) => {
            Line::styled(status.as_str(), if call.is_error() { theme.bad() } else { theme.good() })
        }
        (None, true) => Line::styled("ended", theme.quiet()),
        (None, false) => Line::styled("…", theme.notable()),
    };
    let label = if is_wide { model.label(call) } else { "" };
    let texts = [
        Line::from(seconds(call.began)),
        Line::from(call.protocol),
        Line::from(call.operation.as_str()),
        status,
        Line::from(call.to_server.to_string()),
        Line::from(call.to_client.to_string()),
        Line::from(format!("{:.2}", call.ms())),
        Line::from(format!("c{} {label}", call.id.connection)),
    ];
    let cells = texts.into_iter().zip(COLUMNS).map(|(text, (_, _, alignment))| text.alignment(alignment));
    Row::new(cells)
}
