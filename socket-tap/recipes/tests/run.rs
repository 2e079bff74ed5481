//! Runs every recipe as a separate program. Each recipe prints its recording and checks it with assertions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

macro_rules! recipes {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*
    };
}

recipes! {
    axum_graceful axum_log_lines axum_socket_addr axum_sse
    hyper_auto hyper_client_pool hyper_server
    live_view own_sink panic_dump
    poem proxy redis salvo socket_activation
    tls_client tls_server
    tokio_postgres
    tonic_client tonic_server tonic_unix
    udp warp
}

#[test]
fn every_example_file_is_run_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, NAMES.iter().map(|&name| name.to_owned()).collect());
}

fn run(name: &str) {
    let program = program(name);
    let ran = Command::new(&program).output();
    let ran = ran.unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo test` without `--test` builds it", program.display())
    });
    let (shown, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{name} ended with {}\n{shown}\n{errors}", ran.status);
    if let Some(skipped) = shown.lines().find(|line| line.starts_with("skipped: ")) {
        eprintln!("{name} is {skipped}");
        return;
    }
    assert!(shown.contains(" close "), "{name} showed no close\n{shown}\n{errors}");
}

/// Returns the path of a recipe's executable. Cargo builds examples next to the tests, but sets no variable
/// with their path.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.ancestors().nth(2).unwrap_or(&test).join("examples");
    folder.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
