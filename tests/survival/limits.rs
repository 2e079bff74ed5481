//! Tests that the limits in `docs/limits.md` match the flags of the servers.

use clap::{Args as _, Command};
use hardening_http::Limits;
use server_kit::LimitFlags;

use crate::support::process::command;
use crate::support::program::run;

const DOCUMENT: &str = include_str!("../../docs/limits.md");

/// Returns the Markdown table of `docs/limits.md`, built from the help of the flags.
fn table() -> String {
    let limits = LimitFlags::augment_args(Command::new("limits"));
    let row = |arg: &clap::Arg| {
        let help = arg.get_help().unwrap().to_string();
        // The long help begins with the short one.
        let reason = arg.get_long_help().unwrap().to_string().replacen(&help, "", 1);
        let default = arg.get_default_values().first().map_or("none", |value| value.to_str().unwrap());
        let unit = match arg.get_value_names().unwrap()[0].as_str() {
            "SECONDS" => " s",
            "BYTES" => " bytes",
            _ => "",
        };
        format!("| `--{}` | {default}{unit} | {help} | {} |\n", arg.get_long().unwrap(), reason.trim())
    };
    let rows: String = limits.get_arguments().map(row).collect();
    format!("| limit | default | meaning | reason |\n|---|---|---|---|\n{rows}")
}

#[test]
fn documented_limits_match_the_flags() {
    assert!(DOCUMENT.contains(&table()), "it should be:\n\n{}", table());
}

#[test]
fn each_server_has_a_flag_for_each_limit() {
    for server in ["rest-server", "graphql-server", "grpc-server"] {
        let help = run(command(server), &["--help"]).ok();
        for line in table().lines().skip(2) {
            let flag = line.split('`').nth(1).unwrap();
            assert!(help.contains(&format!("{flag} <")), "{server} has no {flag}: {help}");
        }
        for wrong in
            [["--idle-timeout", "0"], ["--grace", "never"], ["--linger", "soon"], ["--max-connections", "0"]]
        {
            let ran = run(command(server), &wrong);
            assert_eq!(ran.code(), 2, "{wrong:?}");
            assert!(ran.stderr().contains(wrong[0]), "{}", ran.stderr());
        }
    }
}

#[test]
fn default_limits_have_the_documented_values() {
    let limits = Limits::default();
    assert_eq!((limits.max_connections, limits.idle_timeout.as_secs()), (10_000, 60));
    assert_eq!(limits.linger.as_millis(), 500);
}
