//! Colours for a terminal.

/// Adds colours to text, or not.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    has_color: bool,
}

impl Style {
    /// Creates a style with or without colours.
    #[must_use]
    pub fn new(has_color: bool) -> Self {
        Self { has_color }
    }

    pub(super) fn heading(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(super) fn notable(self, text: &str) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.has_color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
