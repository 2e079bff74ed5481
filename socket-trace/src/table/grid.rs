//! A table whose rows form groups. A cell that has the same content in all rows of a group is shown only in
//! the first of them.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle,
    Width,
};

use super::cell::Cell;

/// Number of columns that a terminal needs to show the table without wrapping.
const WIDTH: u16 = 120;

/// Style of text tables: a rule under the heading, and no other lines.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction(' '))
    .header_separator(LineStyle::none().fill('─').junction(' '))
    .content_lines(ContentLineStyle::none().junction(' '));

/// A table that can be formatted as text or Markdown.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Cells that all rows of the last added group share.
    keys: Vec<Cell>,
}

/// Heading of a column, and the kind of its cells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    /// A heading over names or lists: left-aligned, and wrapped to lines of at least this many characters.
    Names(&'static str, u16),
    /// A heading over words: left-aligned, not wrapped.
    Words(&'static str),
    /// A heading over numbers: right-aligned, not wrapped.
    Numbers(&'static str),
}

/// A row of a group: the label of its trace, and the cells to the right of the label.
pub(super) type Row<'a> = (&'a str, Vec<Cell>);

impl Grid {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new(), keys: Vec::new() }
    }

    /// Adds a group of rows that share the cells `keys`. If `changed`, adds a row with the differences
    /// between the first two rows.
    pub(super) fn group(&mut self, keys: Vec<Cell>, rows: Vec<Row<'_>>, changed: bool) {
        let change = match rows.as_slice() {
            [(_, before), (_, after)] if changed => {
                let cells = after.iter().zip(before).map(|(after, before)| after.change(before));
                Some((Cell::Words("change".to_owned()), cells.collect()))
            }
            _ => None,
        };
        let rows = rows.into_iter().map(|(label, cells)| (Cell::Name(label.to_owned()), cells)).chain(change);
        for (label, cells) in rows {
            let keys_shown = self.without_repeated(&keys);
            self.rows.push(keys_shown.into_iter().chain([label]).chain(cells).collect());
            self.keys.clone_from(&keys);
        }
    }

    /// Returns the shared cells of a group. The leading cells that equal those of the previous group are left
    /// empty.
    fn without_repeated(&self, keys: &[Cell]) -> Vec<Cell> {
        let repeated = self.keys.iter().zip(keys).take_while(|(above, key)| above == key).count();
        let blank = || Cell::Words(String::new());
        keys.iter().enumerate().map(|(at, key)| if at < repeated { blank() } else { key.clone() }).collect()
    }

    /// Returns the number of rows of the table.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Formats the table for a terminal of 120 columns.
    pub(super) fn text(&self) -> String {
        let mut table = Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
        table.set_header(self.columns.iter().map(|column| column.name()));
        let right_width = |column: usize| {
            let cells = self.rows.iter().filter_map(move |row| row.get(column));
            cells.map(Cell::right_width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(right_width).collect();
        for row in &self.rows {
            table.add_row(row.iter().zip(&widths).map(|(cell, width)| cell.text(*width)));
        }
        let content = table.column_max_content_widths();
        let last = self.columns.len().saturating_sub(1);
        for ((column, kind), content) in table.column_iter_mut().zip(&self.columns).zip(content) {
            let space = u16::from(column.index < last);
            column.set_padding((0, space));
            column.set_constraint(match kind {
                Column::Names(_, min_width) => {
                    ColumnConstraint::LowerBoundary(Width::Fixed(content.min(*min_width) + space))
                }
                Column::Words(_) | Column::Numbers(_) => ColumnConstraint::ContentWidth,
            });
            if let Column::Numbers(_) = kind {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt() + "\n"
    }

    /// Formats the table as Markdown for GitHub.
    pub(super) fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.columns.iter().map(|column| column.name().to_owned()).collect());
        out += &line(self.columns.iter().map(|column| column.rule().to_owned()).collect());
        for row in &self.rows {
            out += &line(row.iter().map(Cell::markdown).collect());
        }
        out
    }
}

impl Column {
    fn name(self) -> &'static str {
        let (Self::Names(name, _) | Self::Words(name) | Self::Numbers(name)) = self;
        name
    }

    /// Returns the Markdown between the heading of the column and its cells: `---`, or `--:` for
    /// right-aligned cells.
    fn rule(self) -> &'static str {
        match self {
            Self::Names(..) | Self::Words(_) => "---",
            Self::Numbers(_) => "--:",
        }
    }
}
