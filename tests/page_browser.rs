//! The workshop's page in a real browser, headless Chromium, driven by Playwright. What each script checks is in
//! `clients/page/`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{find, find_node_package, run_command};
use crate::support::tour::PORTS;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/page");

/// The workshop after its tour, until it is dropped.
struct Workshop {
    child: Child,
    traces: TempDir,
    url: String,
}

impl Workshop {
    fn start() -> Self {
        let traces = TempDir::new().unwrap();
        let mut workshop = Command::new(command("workshop"));
        workshop.args(PORTS).args(["--page", "0", "--plain", "0", "--traces"]).arg(traces.path());
        let mut child = workshop.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| line.strip_prefix("Look at it live: ").map(str::to_owned)).unwrap();
        lines.find(|line| line.contains("Ctrl-C ends it")).unwrap();
        // What it prints of each call is nobody's business here, but it must get rid of it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, traces, url }
    }
}

/// A test that fails leaves no workshop behind.
impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
        .arg(&workshop.url)
        .args([workshop.traces.path(), programs.parent().unwrap()]);
    let said = run_command(&mut test).ok();
    let sum = said.lines().last().unwrap_or_default();
    eprintln!("{script}: {sum}");
    assert!(sum.ends_with(" passed, 0 failed"), "{said}");
}

#[test]
fn the_lanes_show_what_the_trace_files_say() {
    run_script("lanes.mjs");
}
