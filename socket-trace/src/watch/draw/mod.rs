//! Draws the screen: the views' names on top, the view, and the keys at the bottom.
//!
//! - `calls`: the list of API calls
//! - `story`: the phases of one call
//! - `sockets`: the table of sockets
//! - [`theme`]: [`Theme`], the styles

mod calls;
mod sockets;
mod story;
pub mod theme;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};

use super::model::Model;
use super::screen::{Screen, View};
pub use theme::Theme;

/// Draws the screen.
pub fn draw(frame: &mut Frame<'_>, model: &Model, screen: &mut Screen, theme: Theme) {
    let [top, middle, bottom] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(heading(model, screen, theme), top);
    match screen.view {
        View::Calls => calls::draw(frame, middle, model, screen, theme),
        View::Story => story::draw(frame, middle, model, screen, theme),
        View::Sockets => sockets::draw(frame, middle, model, screen, theme),
    }
    frame.render_widget(Line::styled(keys(screen), theme.quiet()), bottom);
}

fn heading(model: &Model, screen: &Screen, theme: Theme) -> Line<'static> {
    let tab = |view: View, name: &'static str| {
        let style = if screen.view == view { theme.selected() } else { theme.plain() };
        [Span::styled(name, style), Span::raw(" ")]
    };
    let mut spans: Vec<Span<'static>> =
        [(View::Calls, " 1 Calls "), (View::Story, " 2 Call "), (View::Sockets, " 3 Sockets ")]
            .into_iter()
            .flat_map(|(view, name)| tab(view, name))
            .collect();
    let state = if model.has_ended { "ended" } else { "in progress" };
    spans.push(Span::styled(format!(" {}, {state}", model.labels.join(" ")), theme.quiet()));
    Line::from(spans)
}

fn keys(screen: &Screen) -> &'static str {
    match screen.view {
        View::Calls if screen.is_filtering => " Enter keep the filter  Esc remove it  ↑↓ select  Ctrl-C quit",
        View::Calls => " ↑↓ select  Enter open  / filter  End follow  Tab next view  q quit",
        View::Story => " ↑↓ scroll  ←→ other call  Esc back  Tab next view  q quit",
        View::Sockets => " ↑↓ scroll  Esc back  Tab next view  q quit",
    }
}
