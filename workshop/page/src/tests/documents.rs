//! Checks that the documents name the lessons and the speaker notes as the page has them.

use std::path::Path;

const WORKSHOP: &str = include_str!("../../../../docs/workshop.md");
const PAGE: &str = include_str!("../../../../docs/page.md");

fn module(path: &str) -> String {
    std::fs::read_to_string(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/web")).join(path)).unwrap()
}

/// Returns the text between quotes after each occurrence of `before`.
fn quoted_after<'a>(module: &'a str, before: &str) -> Vec<&'a str> {
    module.split(before).skip(1).filter_map(|rest| rest.split('"').nth(1)).collect()
}

/// Returns the names such as `LESSON_END` in a text, in order.
fn names(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
    words.filter(|word| word.starts_with("LESSON_")).collect()
}

/// Returns the titles of all lessons in order, each with `true` if it is on the short path.
fn lessons() -> Vec<(String, bool)> {
    let list = module("lessons/list.js");
    let (imports, rest) = list.split_once("export const LESSON_SUBJECTS = [").unwrap();
    let (subjects, rest) = rest.split_once("\n];").unwrap();
    let (_, short) = rest.split_once("export const LESSON_SHORT_PATH = [").unwrap();
    let (short, _) = short.split_once("\n];").unwrap();
    let title = |name: &str| {
        let import = imports.lines().find(|line| line.contains(&format!("{{ {name} }}"))).unwrap();
        let path = import.split("\"./").nth(1).unwrap().trim_end_matches("\";");
        let lesson = module(&format!("lessons/{path}"));
        quoted_after(lesson.split_once(&format!("const {name} =")).unwrap().1, "title:")[0].to_owned()
    };
    let short = names(short);
    names(subjects).into_iter().map(|name| (title(name), short.contains(&name))).collect()
}

#[test]
fn script_of_the_workshop_names_lessons_with_their_numbers() {
    let lessons = lessons();
    let mut named = 0;
    for mention in WORKSHOP.split("lesson ").skip(1) {
        let Some((number, rest)) = mention.split_once(", *") else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        let title = rest.split('*').next().unwrap();
        let expected = lessons.get(number - 1).map(|(title, _)| title.as_str());
        assert_eq!(Some(title), expected, "lesson {number}");
        named += 1;
    }
    assert!(named >= 10, "{named} lessons are named");
}

#[test]
fn script_and_page_have_the_same_short_path() {
    // The rows with a minute in the column 45 are those of the short workshop.
    let rows = WORKSHOP.lines().filter(|row| row.starts_with("| ") && !row.starts_with("| |"));
    let of_rows = rows.filter_map(|row| row.split_once("lesson ")?.1.split_once(", *")?.1.split('*').next());
    let lessons = lessons();
    let short: Vec<&str> =
        lessons.iter().filter(|(_, is_short)| *is_short).map(|(title, _)| title.as_str()).collect();
    assert_eq!(of_rows.collect::<Vec<_>>(), short);
}

#[test]
fn table_of_lessons_has_each_lesson_in_order() {
    let table = PAGE.split_once("| lesson | question |").unwrap().1;
    let rows = table.lines().skip(2).take_while(|row| row.starts_with('|'));
    let titles = rows.map(|row| row.split('|').nth(1).unwrap().trim().to_owned());
    let star = |(title, is_short): (String, bool)| if is_short { format!("{title} ★") } else { title };
    assert_eq!(titles.collect::<Vec<_>>(), lessons().into_iter().map(star).collect::<Vec<_>>());
}

#[test]
fn script_of_the_workshop_has_the_speaker_notes() {
    let captions = module("story/captions.js");
    let notes =
        captions.split_once("export const PRESENT_NOTES = {").unwrap().1.split_once("\n};").unwrap().0;
    let lines: Vec<&str> =
        notes.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",")).collect();
    assert_eq!(lines.len(), 21, "three for each of seven pictures: {lines:?}");
    let rows: Vec<_> =
        lines.chunks(3).map(|note| format!("| {} | {} | {} |", note[0], note[1], note[2])).collect();
    for row in rows {
        assert!(WORKSHOP.contains(&row), "docs/workshop.md lacks: {row}");
    }
}
