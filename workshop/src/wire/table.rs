//! A table of text, with a rule under its heading.

/// A table. The first columns are aligned to the left, the others to the right.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(heading: &[&str; N]) -> Self {
        Self { rows: vec![heading.map(str::to_owned)] }
    }

    pub(super) fn row(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    /// Formats the table. `left` is the number of columns that are aligned to the left.
    pub(super) fn text(&self, left: usize) -> String {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let line = |row: &[String; N]| {
            let cells = row.iter().zip(widths).enumerate();
            let cells =
                cells.map(
                    |(at, (cell, width))| {
                        if at < left { format!("{cell:width$}") } else { format!("{cell:>width$}") }
                    },
                );
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        let rule = line(&widths.map(|width| "─".repeat(width)));
        let mut lines = self.rows.iter().map(line);
        lines.next().unwrap_or_default() + &rule + &lines.collect::<String>()
    }
}
