//! Draws the table of sockets.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Row, Table, Wrap};

use super::theme::Theme;
use crate::sockets::changes::{Change, Marked};
use crate::sockets::text::cells;
use crate::watch::model::{MAX_ADDRESSES, Model};
use crate::watch::screen::Screen;

const COLUMNS: [(&str, Constraint, Alignment); 8] = [
    ("", Constraint::Length(1), Alignment::Left),
    ("proto", Constraint::Length(5), Alignment::Left),
    ("recv-q", Constraint::Length(6), Alignment::Right),
    ("send-q", Constraint::Length(6), Alignment::Right),
    ("local address", Constraint::Fill(2), Alignment::Left),
    ("foreign address", Constraint::Fill(2), Alignment::Left),
    ("state", Constraint::Length(11), Alignment::Left),
    ("process", Constraint::Fill(1), Alignment::Left),
];

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &mut Screen, theme: Theme) {
    let rows = match &model.sockets {
        Ok(rows) if !rows.is_empty() => rows,
        Ok(_) => return message(frame, area, "The recorded programs have no open socket."),
        Err(error) => return message(frame, area, error),
    };
    let [area, bottom] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(u16::from(model.has_omitted_sockets))])
            .areas(area);
    if model.has_omitted_sockets {
        let note = format!(" not shown: sockets with other addresses than the first {MAX_ADDRESSES}");
        frame.render_widget(Line::styled(note, theme.notable()), bottom);
    }
    let visible = usize::from(area.height.saturating_sub(1));
    screen.scroll = screen.scroll.min(rows.len().saturating_sub(visible));
    let heading = COLUMNS.map(|(name, _, alignment)| Text::from(name).alignment(alignment));
    let table =
        Table::new(rows.iter().skip(screen.scroll).map(|row| drawn(row, theme)), COLUMNS.map(|it| it.1))
            .header(Row::new(heading).style(theme.heading()));
    frame.render_widget(table, area);
}

fn message(frame: &mut Frame<'_>, area: Rect, text: &str) {
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

fn drawn(marked: &Marked, theme: Theme) -> Row<'static> {
    let style = match marked.change {
        Change::Same => theme.plain(),
        Change::New => theme.good(),
        Change::Changed => theme.notable(),
        Change::Gone => theme.bad(),
    };
    let texts = std::iter::once(marked.change.sign().to_string()).chain(cells(&marked.row));
    let cells = texts.zip(COLUMNS).map(|(text, (_, _, alignment))| Text::from(text).alignment(alignment));
    Row::new(cells).style(style)
}
