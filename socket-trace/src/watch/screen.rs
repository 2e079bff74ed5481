//! What the user looks at, and the keys that change it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::calls::CallId;
use super::model::Model;

/// Number of rows by which PageUp and PageDown move.
const PAGE: usize = 10;

/// One of the views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The API calls.
    #[default]
    Calls,
    /// The phases of the selected call.
    Story,
    /// The sockets.
    Sockets,
}

/// What the user looks at.
#[derive(Debug, Default)]
pub struct Screen {
    /// The view.
    pub view: View,
    /// The selected call. `None` selects the latest one, also when a later one follows.
    pub(super) selected: Option<CallId>,
    /// Number of rows above the first visible one, in the views of a call and of sockets.
    pub scroll: usize,
}

/// What follows a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The view continues.
    Continue,
    /// The user ends the view.
    Quit,
}

impl Screen {
    /// Returns the position of the selected call. `None` if there is no call. The latest call is selected if the one that
    /// the user had selected is no longer kept.
    #[must_use]
    pub fn selected(&self, model: &Model) -> Option<usize> {
        let last = model.calls.len().checked_sub(1)?;
        Some(self.selected.and_then(|id| model.calls.index(id)).unwrap_or(last))
    }

    /// Returns `true` if the latest call is selected, also when a later one follows.
    #[must_use]
    pub fn is_following(&self) -> bool {
        self.selected.is_none()
    }

    /// Handles a key.
    pub fn key(&mut self, key: KeyEvent, model: &Model) -> Reaction {
        if key.kind == KeyEventKind::Release {
            return Reaction::Continue;
        }
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if is_control => return Reaction::Quit,
            KeyCode::Char('q') => return Reaction::Quit,
            KeyCode::Char('1') => self.open(View::Calls),
            KeyCode::Char('2') | KeyCode::Enter => self.open_story(model),
            KeyCode::Char('3') => self.open(View::Sockets),
            KeyCode::Tab => match self.view {
                View::Calls => self.open_story(model),
                View::Story => self.open(View::Sockets),
                View::Sockets => self.open(View::Calls),
            },
            KeyCode::Esc | KeyCode::Backspace => self.open(View::Calls),
            KeyCode::Up | KeyCode::Char('k') => self.move_by(model, -1),
            KeyCode::Down | KeyCode::Char('j') => self.move_by(model, 1),
            KeyCode::PageUp => self.move_by(model, -PAGE.cast_signed()),
            KeyCode::PageDown => self.move_by(model, PAGE.cast_signed()),
            KeyCode::Home | KeyCode::Char('g') => self.move_by(model, isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.move_by(model, isize::MAX),
            KeyCode::Left | KeyCode::Char('h') if self.view == View::Story => self.neighbour(model, -1),
            KeyCode::Right | KeyCode::Char('l') if self.view == View::Story => self.neighbour(model, 1),
            _ => {}
        }
        Reaction::Continue
    }

    fn open(&mut self, view: View) {
        (self.view, self.scroll) = (view, 0);
    }

    /// Opens the story of the selected call, which stays selected when others follow.
    fn open_story(&mut self, model: &Model) {
        let row = self.selected(model).and_then(|index| model.calls.iter().nth(index));
        self.selected = row.map(|row| row.id);
        self.open(View::Story);
    }

    fn move_by(&mut self, model: &Model, rows: isize) {
        if self.view == View::Calls {
            self.select(model, rows);
        } else {
            // Drawing limits it to the number of rows.
            self.scroll = self.scroll.saturating_add_signed(rows);
        }
    }

    /// Opens the story of another call.
    fn neighbour(&mut self, model: &Model, rows: isize) {
        self.select(model, rows);
        self.open_story(model);
    }

    fn select(&mut self, model: &Model, rows: isize) {
        let (Some(selected), Some(last)) = (self.selected(model), model.calls.len().checked_sub(1)) else {
            return;
        };
        let index = selected.saturating_add_signed(rows).min(last);
        let row = model.calls.iter().nth(index).filter(|_| index < last);
        self.selected = row.map(|row| row.id);
    }
}
