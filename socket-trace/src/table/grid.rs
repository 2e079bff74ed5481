//! A table: rows in groups, with what they have in common in front.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle,
    Width,
};

use super::cell::Cell;

/// What a terminal has to show of it without breaking lines.
const WIDTH: u16 = 120;

/// A line under the heading, and nothing else.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction(' '))
    .header_separator(LineStyle::none().fill('─').junction(' '))
    .content_lines(ContentLineStyle::none().junction(' '));

/// A table, for the eye or for a page.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// What the last group has in common.
    keys: Vec<Cell>,
}

/// A column's heading, and what is in it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    /// Names or lists: to the left, broken where they are too long, but not to less than that.
    Names(&'static str, u16),
    /// Words: to the left, in one piece.
    Words(&'static str),
    /// Numbers: to the right, in one piece.
    Numbers(&'static str),
}

/// One row of a group: of which trace, and what of it.
pub(super) type Row<'a> = (&'a str, Vec<Cell>);

impl Grid {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new(), keys: Vec::new() }
    }

    /// Adds rows that have the `keys` in common; with a row of what has `changed` from the first to the second.
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
            let shown = self.not_said(&keys);
            self.rows.push(shown.into_iter().chain([label]).chain(cells).collect());
            self.keys.clone_from(&keys);
        }
    }

    /// The keys, without those that the row above has said.
    fn not_said(&self, keys: &[Cell]) -> Vec<Cell> {
        let said = self.keys.iter().zip(keys).take_while(|(above, key)| above == key).count();
        let blank = || Cell::Words(String::new());
        keys.iter().enumerate().map(|(at, key)| if at < said { blank() } else { key.clone() }).collect()
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// For a terminal of 120 columns.
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
                Column::Names(_, least) => {
                    ColumnConstraint::LowerBoundary(Width::Fixed(content.min(*least) + space))
                }
                Column::Words(_) | Column::Numbers(_) => ColumnConstraint::ContentWidth,
            });
            if let Column::Numbers(_) = kind {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt() + "\n"
    }

    /// For a page on GitHub.
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

    /// What stands under the heading in Markdown.
    fn rule(self) -> &'static str {
        match self {
            Self::Names(..) | Self::Words(_) => "---",
            Self::Numbers(_) => "--:",
        }
    }
}
