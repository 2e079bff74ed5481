//! Draws the list of API calls.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Row, Table, TableState, Wrap};
use socket_tap::format::text::seconds;

use super::theme::Theme;
use crate::watch::calls::CallRow;
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
    let Some(selected) = screen.selected(model) else {
        frame.render_widget(Paragraph::new(hint(model)).wrap(Wrap { trim: true }), area);
        return;
    };
    let columns = columns(area.width);
    let cells = columns.map(|(name, _, alignment)| Text::from(name).alignment(alignment));
    // Only the visible rows are built.
    let visible = usize::from(area.height.saturating_sub(1));
    let first = first_visible(selected, model.calls.len(), visible);
    let rows =
        model.calls.iter().skip(first).take(visible).map(|call| row(call, model, area.width >= WIDE, theme));
    let table = Table::new(rows, columns.map(|(_, width, _)| width))
        .header(Row::new(cells).style(theme.heading()))
        .row_highlight_style(theme.selected());
    let mut state = TableState::default().with_selected(Some(selected - first));
    frame.render_stateful_widget(table, area, &mut state);
}

/// Returns the first row to show, so that the selected one is visible: the latest rows while it is among them.
fn first_visible(selected: usize, count: usize, visible: usize) -> usize {
    let latest = count.saturating_sub(visible);
    if selected >= latest { latest } else { selected.saturating_sub(visible / 2) }
}

fn hint(model: &Model) -> &'static str {
    if model.has_payload {
        "No call yet."
    } else {
        "The recordings have no payload, so their API calls are unknown; record with --capture. The sockets are in view 3."
    }
}

fn row<'a>(call: &'a CallRow, model: &'a Model, is_wide: bool, theme: Theme) -> Row<'a> {
    let status = match (&call.status, call.has_ended) {
        (Some(status), _) => {
            Line::styled(status.as_str(), if is_error(status) { theme.bad() } else { theme.good() })
        }
        (None, true) => Line::styled("ended", theme.quiet()),
        (None, false) => Line::styled("…", theme.notable()),
    };
    let ms = call.last.saturating_sub(call.began) as f64 / 1e6;
    let label = model.labels.get(call.recording).filter(|_| is_wide).map_or("", String::as_str);
    let texts = [
        Line::from(seconds(call.began)),
        Line::from(call.protocol),
        Line::from(call.operation.as_str()),
        status,
        Line::from(call.to_server.to_string()),
        Line::from(call.to_client.to_string()),
        Line::from(format!("{ms:.2}")),
        Line::from(format!("c{} {label}", call.id.connection)),
    ];
    let cells = texts.into_iter().zip(COLUMNS).map(|(text, (_, _, alignment))| text.alignment(alignment));
    Row::new(cells)
}

/// Returns `true` for the status of an error.
fn is_error(status: &str) -> bool {
    let is_http_error = status.starts_with(['4', '5']);
    let is_good = status.starts_with(['1', '2', '3']) || matches!(status, "OK" | "complete");
    let is_command = status.starts_with(|first: char| first.is_ascii_uppercase()) && status.contains(' ');
    is_http_error || status.contains("error") || (!is_good && !is_command) || status.starts_with("ERROR")
}
