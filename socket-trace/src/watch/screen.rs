//! The visible part of the model, and the keys that change it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::call_row::{CallId, CallRow};
use super::filter::Filter;
use super::model::Model;

/// Number of rows by which PageUp and PageDown move.
const PAGE: usize = 10;

/// Maximum number of characters of the filter.
const MAX_FILTER: usize = 200;

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

/// The visible part of the model.
#[derive(Debug, Default)]
pub struct Screen {
    /// The view.
    pub view: View,
    /// The selected call. `None` selects the latest one, also when a later one follows.
    pub(super) selected: Option<CallId>,
    /// The filter of the calls.
    pub filter: Filter,
    /// `true` while the user types the filter.
    pub is_filtering: bool,
    /// Number of rows above the first visible one, in the views of a call and of sockets.
    pub scroll: usize,
}

/// The consequence of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The view continues.
    Continue,
    /// The user ends the view.
    Quit,
}

impl Screen {
    /// Returns the calls that pass the filter, oldest first.
    #[must_use]
    pub fn shown<'a>(&self, model: &'a Model) -> Vec<&'a CallRow> {
        model.calls.iter().filter(|call| self.filter.passes(call, model.label(call))).collect()
    }

    /// Returns the position of the selected call among those that pass the filter. `None` if there is none. The latest
    /// call is selected if the one that the user had selected is no longer kept, or does not pass.
    #[must_use]
    pub fn selected(&self, model: &Model) -> Option<usize> {
        self.selected_of(&self.shown(model))
    }

    pub(super) fn selected_of(&self, shown: &[&CallRow]) -> Option<usize> {
        let last = shown.len().checked_sub(1)?;
        let position = self.selected.and_then(|id| shown.iter().position(|call| call.id == id));
        Some(position.unwrap_or(last))
    }

    /// Returns the selected call, also if it no longer passes the filter.
    #[must_use]
    pub fn selected_call<'a>(&self, model: &'a Model) -> Option<&'a CallRow> {
        self.selected.and_then(|id| model.calls.get(id)).or_else(|| self.shown(model).last().copied())
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
        if is_control && key.code == KeyCode::Char('c') {
            return Reaction::Quit;
        }
        if self.is_filtering && self.type_filter(key.code, is_control) {
            return Reaction::Continue;
        }
        match key.code {
            KeyCode::Char('q') => return Reaction::Quit,
            KeyCode::Char('1') => self.open(View::Calls),
            KeyCode::Char('2') | KeyCode::Enter => self.open_story(model),
            KeyCode::Char('3') => self.open(View::Sockets),
            KeyCode::Tab => match self.view {
                View::Calls => self.open_story(model),
                View::Story => self.open(View::Sockets),
                View::Sockets => self.open(View::Calls),
            },
            KeyCode::Char('/') => {
                self.open(View::Calls);
                self.is_filtering = true;
            }
            KeyCode::Esc if self.view == View::Calls => self.filter = Filter::default(),
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

    /// Handles a key while the user types the filter. Returns `false` if it has nothing to do with it.
    fn type_filter(&mut self, code: KeyCode, is_control: bool) -> bool {
        let mut text = self.filter.text().to_owned();
        match code {
            KeyCode::Enter | KeyCode::Tab => self.is_filtering = false,
            KeyCode::Esc => {
                text.clear();
                self.is_filtering = false;
            }
            KeyCode::Char('u') if is_control => text.clear(),
            KeyCode::Char(c) if !is_control && text.chars().count() < MAX_FILTER => text.push(c),
            KeyCode::Char(_) => {}
            KeyCode::Backspace => _ = text.pop(),
            KeyCode::Left | KeyCode::Right => {}
            _ => return false,
        }
        self.filter = Filter::parse(&text);
        true
    }

    fn open(&mut self, view: View) {
        (self.view, self.scroll) = (view, 0);
    }

    /// Opens the story of the selected call, which stays selected when others follow.
    fn open_story(&mut self, model: &Model) {
        self.selected = self.selected_call(model).map(|call| call.id);
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
        let shown = self.shown(model);
        let Some(selected) = self.selected_of(&shown) else { return };
        let index = selected.saturating_add_signed(rows).min(shown.len() - 1);
        self.selected = shown.get(index).filter(|_| index + 1 < shown.len()).map(|call| call.id);
    }
}
