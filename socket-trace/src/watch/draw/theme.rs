//! Styles of the screen.

use ratatui::style::{Color, Modifier, Style};
use socket_tap::format::Side;

/// The styles, with or without colours.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// `true` to use colours. Without them, only bold, dim and reversed text is used.
    pub has_color: bool,
}

impl Theme {
    pub(super) fn plain(self) -> Style {
        Style::default()
    }

    pub(super) fn quiet(self) -> Style {
        Style::default().add_modifier(Modifier::DIM)
    }

    pub(super) fn heading(self) -> Style {
        Style::default().add_modifier(Modifier::BOLD)
    }

    pub(super) fn selected(self) -> Style {
        Style::default().add_modifier(Modifier::REVERSED)
    }

    pub(super) fn good(self) -> Style {
        self.colored(Color::Green)
    }

    pub(super) fn notable(self) -> Style {
        self.colored(Color::Yellow)
    }

    pub(super) fn bad(self) -> Style {
        self.colored(Color::Red)
    }

    pub(super) fn side(self, side: Side) -> Style {
        self.colored(if side == Side::Server { Color::Magenta } else { Color::Cyan })
    }

    fn colored(self, color: Color) -> Style {
        if self.has_color { Style::default().fg(color) } else { Style::default() }
    }
}
