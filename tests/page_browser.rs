//! The workshop's page in a real browser, headless Chromium, driven by Playwright. What each script checks is in
//! `clients/page/`.

use std::path::Path;
use std::process::Command;

use crate::support::process::command;
use crate::support::program::{find, find_node_package, run_command};
use crate::support::workshop::Workshop;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/page");

/// Runs a script against a workshop of its own.
fn run_script(script: &str) {
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
