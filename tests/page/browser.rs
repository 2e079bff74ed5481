//! The workshop's page in a real browser, headless Chromium, driven by Playwright. What each script checks is in
//! `clients/page/`.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::support::process::command;
use crate::support::program::{find, find_node_package, run_command};
use crate::support::workshop::Workshop;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/page");

/// A browser and a workshop for it are enough for two processors: one at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a script against a workshop of its own.
fn run_script(script: &str) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(node), Some(chromium)) = (find("node"), find("chromium")) else { return };
    if !["playwright-core", "axe-core"].iter().all(|package| find_node_package(package)) {
        return;
    }
    let workshop = Workshop::start();
    let programs = command("workshop");
    let mut test = Command::new(node);
    test.env("CHROMIUM", chromium)
        .arg(Path::new(SCRIPTS).join(script))
        .arg(format!("http://{}", workshop.page()))
        .args([workshop.traces(), programs.parent().unwrap()]);
    let said = run_command(&mut test).ok();
    let sum = said.lines().last().unwrap_or_default();
    eprintln!("{script}: {sum}");
    assert!(sum.ends_with(" passed, 0 failed"), "{said}");
}

#[test]
fn the_lanes_show_what_the_trace_files_say() {
    run_script("lanes.mjs");
}

#[test]
fn each_button_does_what_it_says() {
    run_script("do.mjs");
}

#[test]
fn the_lines_to_copy_work_in_a_shell() {
    run_script("commands.mjs");
}

#[test]
fn the_inspector_shows_the_bytes_of_the_trace_files() {
    run_script("inspector.mjs");
}

#[test]
fn time_goes_back_and_forth() {
    run_script("playback.mjs");
}

#[test]
fn the_comparison_has_the_numbers_of_socket_trace() {
    run_script("compare.mjs");
}

#[test]
fn the_sockets_are_those_of_the_kernel() {
    run_script("sockets.mjs");
}

#[test]
fn datagrams_arrive_or_are_seen_to_be_lost() {
    run_script("datagrams.mjs");
}

#[test]
fn the_lessons_judge_by_what_was_recorded() {
    run_script("lessons.mjs");
}

#[test]
fn what_is_taken_home_is_what_was_recorded() {
    run_script("downloads.mjs");
}

#[test]
fn nothing_is_missed_and_nothing_comes_twice() {
    run_script("reconnect.mjs");
}

#[test]
fn many_events_are_no_burden() {
    run_script("many.mjs");
}

#[test]
fn a_report_works_from_disk() {
    run_script("report.mjs");
}

#[test]
fn whatever_was_recorded_is_text() {
    run_script("hostile.mjs");
}

#[test]
fn all_can_see_hear_and_do_it() {
    run_script("access.mjs");
}

/// For the eye: not a test, unless somebody wants to see them.
#[test]
fn screenshots() {
    if std::env::var_os("SCREENSHOTS").is_some() {
        run_script("screenshots.mjs");
    }
}
