//! A table of text, with a rule under its heading.

/// A table whose rows can form groups. The first columns are aligned to the left, the others to the right.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    lines: Vec<Line<N>>,
}

#[derive(Debug)]
enum Line<const N: usize> {
    /// The name of the group that begins here.
    Group(String),
    Row([String; N]),
}

impl<const N: usize> Table<N> {
    pub(super) fn new(heading: &[&str; N]) -> Self {
        Self { lines: vec![Line::Row(heading.map(str::to_owned))] }
    }

    pub(super) fn group(&mut self, name: &str) {
        self.lines.push(Line::Group(name.to_owned()));
    }

    pub(super) fn row(&mut self, row: [String; N]) {
        self.lines.push(Line::Row(row));
    }

    /// Formats the table. `left` is the number of columns that are aligned to the left.
    pub(super) fn text(&self, left: usize) -> String {
        let mut widths = [0; N];
        for line in &self.lines {
            if let Line::Row(row) = line {
                for (width, cell) in widths.iter_mut().zip(row) {
                    *width = cell.chars().count().max(*width);
                }
            }
        }
        let mut lines = self.lines.iter().map(|line| match line {
            Line::Group(name) => format!("{name}\n"),
            Line::Row(row) => format_row(row, &widths, left),
        });
        let heading = lines.next().unwrap_or_default();
        let rule = format_row(&widths.map(|width| "─".repeat(width)), &widths, left);
        heading + &rule + &lines.collect::<String>()
    }
}

fn format_row<const N: usize>(row: &[String; N], widths: &[usize; N], left: usize) -> String {
    let cells = row.iter().zip(widths).enumerate().map(|(at, (cell, width))| {
        if at < left { format!("{cell:width$}") } else { format!("{cell:>width$}") }
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
}
