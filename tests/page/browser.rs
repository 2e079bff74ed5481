//! Tests of the live page in headless Chromium, and of its basics in Firefox. The scripts in `clients/page/` drive the browsers:
//! Chromium with Playwright, Firefox with WebDriver BiDi.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::support::postgres::Postgres;
use crate::support::process::command;
use crate::support::program::{find, find_node_package, run_command};
use crate::support::tour::PORTS;
use crate::support::workshop::Workshop;
use crate::wire::is_supported;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/page");

/// Lock that lets only one browser test run at a time, because a browser and a workshop together occupy two
/// processors.
static BROWSER_LOCK: Mutex<()> = Mutex::new(());

/// Starts a workshop and runs a Playwright script, such as `lanes.mjs`, on its live page.
fn run_script(script: &str) {
    run_script_with(script, &[]);
}

/// Runs a script as [`run_script`] does, on a workshop with additional flags.
fn run_script_with(script: &str, flags: &[&str]) {
    run_on(script, || Workshop::with(&[&PORTS[..], flags].concat()));
}

/// Runs a script as [`run_script`] does, on the workshop that `start` starts.
fn run_on(script: &str, start: impl FnOnce() -> Workshop) {
    let _lock = BROWSER_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(node), Some(chromium)) = (find("node"), find("chromium")) else { return };
    if !["playwright-core", "axe-core"].iter().all(|package| find_node_package(package)) {
        return;
    }
    let workshop = start();
    let programs = command("workshop");
    let mut test = Command::new(node);
    test.env("CHROMIUM", chromium)
        .arg(Path::new(SCRIPTS).join(script))
        .arg(workshop.page().url())
        .args([workshop.traces(), programs.parent().unwrap()]);
    let ran = run_command(&mut test);
    let said = ran.stdout();
    let sum = said.lines().last().unwrap_or_default();
    eprintln!("{script}: {sum}");
    // Without the checks that passed, which would hide the others in a long log.
    let failures: Vec<_> = said.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(
        ran.code() == 0 && sum.ends_with(" passed, 0 failed"),
        "{script}\n{}\n{}",
        failures.join("\n"),
        ran.stderr()
    );
}

#[test]
fn displayed_calls_match_the_trace_files() {
    run_script("lanes.mjs");
}

#[test]
fn each_call_is_a_row_of_the_list() {
    run_script("calls.mjs");
}

#[test]
fn story_shows_a_step_whole_at_each_size() {
    run_script("story.mjs");
}

#[test]
fn lanes_show_rows_from_the_beginning_of_a_step_at_each_size() {
    run_script("sizes.mjs");
}

#[test]
fn each_screen_fits_each_size_and_colour_scheme() {
    run_script("matrix.mjs");
}

#[test]
fn presenter_mode_shows_one_phase_at_a_time() {
    run_script("present.mjs");
}

#[test]
fn operation_buttons_make_calls() {
    run_script("do.mjs");
}

#[test]
fn copied_commands_work_in_a_shell() {
    run_script("commands.mjs");
}

#[test]
fn inspector_shows_recorded_bytes() {
    run_script("inspector.mjs");
}

#[test]
fn playback_steps_forwards_and_backwards() {
    run_script("playback.mjs");
}

#[test]
fn displayed_comparison_equals_output_of_socket_trace() {
    run_script("compare.mjs");
}

#[test]
fn displayed_socket_table_matches_the_kernel() {
    run_script("sockets.mjs");
}

#[test]
fn datagrams_are_shown_as_received_or_lost() {
    run_script("datagrams.mjs");
}

#[test]
fn packets_are_shown_between_the_calls_of_both_ends() {
    if is_supported() {
        run_script("wire.mjs");
    }
}

#[test]
fn machine_without_the_network_shows_what_is_missing_and_a_recording() {
    run_on("wire-unavailable.mjs", || Workshop::without_network(&PORTS));
}

#[test]
fn lesson_answers_are_checked_against_recordings() {
    run_script("lessons.mjs");
}

#[test]
fn socket_lessons_are_checked_against_recordings() {
    run_script("socket-lessons.mjs");
}

#[test]
fn wire_lessons_are_checked_against_recordings() {
    if is_supported() {
        run_script("wire-lessons.mjs");
    }
}

#[test]
fn wire_lessons_use_recordings_without_the_network() {
    run_on("wire-lessons.mjs", || Workshop::without_network(&PORTS));
}

#[test]
fn database_is_shown_as_peer_of_the_servers() {
    let Some(database) = Postgres::start() else { return };
    run_script_with("database.mjs", &["--store", &database.url()]);
}

#[test]
fn downloads_match_the_recordings() {
    run_script("downloads.mjs");
}

#[test]
fn reconnected_page_gets_each_event_once() {
    run_script("reconnect.mjs");
}

#[test]
fn page_stays_responsive_with_many_events() {
    run_script("many.mjs");
}

#[test]
fn report_opens_from_disk() {
    run_script("report.mjs");
}

#[test]
fn recorded_markup_is_displayed_as_text() {
    run_script("hostile.mjs");
}

#[test]
fn participants_follow_on_their_phones() {
    run_script_with("room.mjs", &["--room"]);
}

/// Firefox has other rules for layout, focus and keys than Chromium, which runs the other tests.
#[test]
fn each_screen_works_in_firefox() {
    let _lock = BROWSER_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(node), Some(firefox)) = (find("node"), find("firefox-esr")) else { return };
    if !find_node_package("ws") {
        return;
    }
    let workshop = Workshop::with(&PORTS);
    let mut test = Command::new(node);
    test.env("FIREFOX", firefox).arg(Path::new(SCRIPTS).join("firefox.mjs")).arg(workshop.page().url());
    let said = run_command(&mut test).ok();
    assert!(said.trim_end().ends_with(" passed, 0 failed"), "{said}");
}

#[test]
fn page_is_accessible() {
    run_script("access.mjs");
}

/// Takes screenshots if the environment variable `SCREENSHOTS` is set. Checks nothing.
#[test]
fn screenshots_are_taken_if_requested() {
    if std::env::var_os("SCREENSHOTS").is_some() {
        run_script("screenshots.mjs");
    }
}
