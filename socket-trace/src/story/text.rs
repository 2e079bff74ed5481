//! Draws stories as text. Wide terminals show the APIs side by side, others one below the other in each phase.

use std::fmt::Write as _;

use socket_tap::format::Side;
use unicode_width::UnicodeWidthStr as _;

use super::model::{Row, Story, StoryPhase};
use super::thesis::{Thesis, all_of};
use crate::show::description::truncate;

/// Columns of the phases' names.
const PHASE: usize = 10;

/// Columns of the APIs' names, if the APIs are one below the other.
const TITLES: usize = 15;

/// Columns of an API, from which several APIs are drawn side by side.
const MIN_LANE: usize = 46;

/// Columns between two APIs.
const GAP: usize = 3;

/// Columns of an arrow between client and server.
const ARROW: usize = 5;

/// Maximum number of lines that say what the bytes of a row mean.
const MAX_CARRIED: usize = 2;

/// Draws stories, each with the title of its API, within `width` columns.
#[must_use]
pub fn picture(stories: &[(String, Story)], width: usize) -> String {
    let thesis = Thesis::of(stories).text();
    let mut lines: Vec<String> = thesis.lines().flat_map(|line| wrapped(line, "", width)).collect();
    lines.push(String::new());
    let mut out = ended(&lines);
    let lane = side_by_side(stories.len(), width);
    out.push_str(&lane.map_or_else(|| stacked(stories, width), |lane| beside(stories, lane)));
    out
}

/// Returns the columns of each API if all fit side by side.
fn side_by_side(count: usize, width: usize) -> Option<usize> {
    let lane = (width.saturating_sub(PHASE) + GAP).checked_div(count)?.saturating_sub(GAP);
    (lane >= MIN_LANE).then_some(lane.min(64))
}

/// Breaks a text at spaces. The first line begins with `first`, the others are indented by two columns.
fn wrapped(text: &str, first: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut has_word) = (Vec::new(), first.to_owned(), false);
    for word in text.split(' ') {
        if has_word && line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, "  ".to_owned()));
            has_word = false;
        }
        if has_word {
            line.push(' ');
        }
        line.push_str(word);
        has_word = true;
    }
    lines.push(line);
    lines
}

/// Draws the APIs side by side. Each row of a phase has the same lines in all of them.
fn beside(stories: &[(String, Story)], lane: usize) -> String {
    let gap = " ".repeat(GAP);
    let mut lines = vec![
        format!("{:PHASE$}{}", "", joined(stories.iter().map(|(title, _)| fill(title, lane)), &gap)),
        format!("{:PHASE$}{}", "", joined(stories.iter().map(|_| sides(lane)), &gap)),
    ];
    for (index, name) in phases() {
        let cells: Vec<Vec<String>> =
            stories.iter().map(|(_, story)| phase_lines(story.phases.get(index), lane)).collect();
        lines.push(String::new());
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let name = if line == 0 { name } else { "" };
            let cell = |cell: &Vec<String>| fill(cell.get(line).map_or("", String::as_str), lane);
            lines.push(format!("{name:PHASE$}{}", joined(cells.iter().map(cell), &gap)));
        }
    }
    ended(&lines)
}

/// Draws the APIs one below the other in each phase. APIs with the same lines are drawn once.
fn stacked(stories: &[(String, Story)], width: usize) -> String {
    let lane = width.saturating_sub(PHASE + TITLES).max(40);
    let mut lines = vec![format!("{:PHASE$}{:TITLES$}{}", "", "", sides(lane))];
    for (index, name) in phases() {
        lines.push(String::new());
        let mut name = name;
        for (titles, cell) in alike(stories, index, lane) {
            let mut titles = truncate(&all_of(&titles, stories.len()), TITLES - 1);
            for line in &cell {
                lines.push(format!("{name:PHASE$}{}{line}", fill(&titles, TITLES)));
                (name, titles) = ("", String::new());
            }
        }
    }
    ended(&lines)
}

/// Returns the different lines of a phase, each with the APIs that have them.
fn alike(stories: &[(String, Story)], index: usize, lane: usize) -> Vec<(Vec<&str>, Vec<String>)> {
    let mut groups: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for (title, story) in stories {
        let cell = phase_lines(story.phases.get(index), lane);
        match groups.iter_mut().find(|(_, known)| *known == cell) {
            Some((titles, _)) => titles.push(title),
            None => groups.push((vec![title], cell)),
        }
    }
    groups
}

fn phases() -> impl Iterator<Item = (usize, &'static str)> {
    super::Phase::ALL.into_iter().map(super::Phase::title).enumerate()
}

fn sides(lane: usize) -> String {
    format!("{}server", fill("client", half(lane) + ARROW))
}

fn phase_lines(phase: Option<&StoryPhase>, lane: usize) -> Vec<String> {
    let Some(phase) = phase else { return Vec::new() };
    match phase.note {
        Some(note) => vec![truncate(note, lane)],
        None => phase.rows.iter().flat_map(|row| row_lines(row, lane)).collect(),
    }
}

/// Draws a row: the calls of both sides with an arrow, and below it what the bytes mean.
fn row_lines(row: &Row, lane: usize) -> Vec<String> {
    let (half, arrow) = (half(lane), arrow(row));
    let side = |side| truncate(&row.text(side).unwrap_or_default(), half);
    let calls = format!("{}{arrow}{}", fill(&side(Side::Client), half), side(Side::Server));
    let mut lines = vec![calls];
    if !row.carries.is_empty() {
        lines.extend(carried(&row.carries.join(", "), lane));
    }
    lines
}

/// Returns what the bytes of a row mean, in at most [`MAX_CARRIED`] lines.
fn carried(carries: &str, lane: usize) -> Vec<String> {
    let mut lines = wrapped(carries, "  ", lane);
    if lines.len() > MAX_CARRIED {
        let rest = lines.split_off(MAX_CARRIED - 1);
        let rest: Vec<&str> = rest.iter().map(|line| line.trim_start()).collect();
        lines.push(format!("  {}", rest.join(" ")));
    }
    lines.iter().map(|line| truncate(line, lane)).collect()
}

/// Returns the columns of one side.
fn half(lane: usize) -> usize {
    lane / 2 - 2
}

/// Returns the arrow between the sides.
fn arrow(row: &Row) -> &'static str {
    let is_handshake = row
        .client
        .iter()
        .chain(&row.server)
        .any(|group| group.calls.iter().any(|calls| matches!(calls.kind.as_str(), "connect" | "accept")));
    match row.to {
        Some(_) if is_handshake => "◀──▶ ",
        Some(Side::Server) => "───▶ ",
        Some(_) => "◀─── ",
        None => "     ",
    }
}

fn fill(text: &str, width: usize) -> String {
    format!("{text}{:pad$}", "", pad = width.saturating_sub(text.width()))
}

fn joined(cells: impl Iterator<Item = String>, gap: &str) -> String {
    cells.collect::<Vec<_>>().join(gap)
}

fn ended(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines {
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
