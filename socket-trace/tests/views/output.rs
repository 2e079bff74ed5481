//! The flag `--output`.

use std::fs;
use std::process::Stdio;

use crate::files::{Files, client_trace, command, run, server_trace};

/// Returns a server's trace with another line after its end line.
fn with_text_after_end() -> String {
    let events = server_trace();
    format!("{events}{}\n", events.lines().nth(1).unwrap())
}

#[test]
fn every_command_reports_text_after_the_end_line() {
    let files = Files::new("output-mixture");
    let (mixed, other) =
        (files.write("mixed.jsonl", &with_text_after_end()), files.write("client.jsonl", client_trace()));
    let log = files.write("log", "1 0.1 exit_group(0) = ?\n");
    let csv = files.path("out.csv");
    for (arguments, code) in [
        (&["show", &mixed][..], 0),
        (&["export", &mixed, "-o", &csv], 0),
        (&["lint", &mixed], 2),
        (&["compare", &mixed, &other], 2),
        (&["verify", &mixed, "--strace", &log], 2),
    ] {
        let ran = run(arguments);
        let (output, line) = (format!("{}{}", ran.out, ran.err), server_trace().lines().count() + 1);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert!(output.contains(&format!("line {line}")), "{arguments:?}: {output}");
    }
}

#[test]
fn output_must_not_be_a_trace() {
    let files = Files::new("output-input");
    let trace = files.write("a.jsonl", server_trace());
    let link = files.path("link.jsonl");
    fs::hard_link(&trace, &link).unwrap();
    for output in [&trace, &link] {
        for arguments in [&["sequence", &trace, "--to", "svg"][..], &["export", &trace, "--to", "csv"]] {
            let ran = run(&[arguments, &["-o", output]].concat());
            assert!(ran.code == Some(2) && ran.out.is_empty(), "{ran:?}");
            assert_eq!(fs::read_to_string(&trace).unwrap(), server_trace());
        }
    }
}

#[test]
fn refused_logs_replace_nothing() {
    let files = Files::new("output-logs");
    let kept = files.write("kept.jsonl", "kept");
    let one = files.write("log.7", "1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n");
    let relative = files.write("log.8", "     0.000000 socket(AF_INET, SOCK_STREAM, 0) = 3\n");
    for other in [&files.path("log.9"), &relative] {
        let ran = run(&["import", &one, other, "-o", &kept]);
        assert!(ran.code == Some(2) && ran.err.contains(other.as_str()), "{ran:?}");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
    }
}

#[test]
#[cfg(unix)]
fn log_on_standard_input_must_not_be_the_output() {
    let files = Files::new("output-stdin");
    let text = "7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n";
    let log = files.write("x.strace", text);
    let mut import = command();
    import.args(["import", "-", "-o", &log]).stdin(fs::File::open(&log).unwrap());
    assert_eq!(import.output().unwrap().status.code(), Some(2));
    assert_eq!(fs::read_to_string(&log).unwrap(), text);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &str) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn output_is_readable_by_its_owner_only() {
        let files = Files::new("output-mode");
        let trace = files.write("a.jsonl", server_trace());
        for name in ["x.svg", "x.mmd"] {
            let output = files.write(name, "earlier");
            fs::set_permissions(&output, fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(run(&["sequence", &trace, "-o", &output]).code, Some(0));
            assert_eq!(mode(&output), 0o600);
        }
        let output = files.path("new.svg");
        assert_eq!(run(&["sequence", &trace, "-o", &output]).code, Some(0));
        assert_eq!(mode(&output), 0o600);
    }

    #[test]
    fn output_must_not_be_a_symbolic_link() {
        let files = Files::new("output-symlink");
        let (trace, target) = (files.write("a.jsonl", server_trace()), files.write("target", "precious"));
        let output = files.path("x.csv");
        symlink(&target, &output).unwrap();
        assert_eq!(run(&["export", &trace, "-o", &output]).code, Some(2));
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }

    #[test]
    fn hard_linked_output_is_replaced() {
        let files = Files::new("output-hard-link");
        let (trace, other) = (files.write("a.jsonl", server_trace()), files.write("other", "precious"));
        let output = files.path("x.csv");
        fs::hard_link(&other, &output).unwrap();
        assert_eq!(run(&["export", &trace, "-o", &output]).code, Some(0));
        assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
    }

    #[test]
    fn devices_and_pipes_are_valid_outputs() {
        let files = Files::new("output-devices");
        let trace = files.write("a.jsonl", server_trace());
        let export = |output: &str| run(&["export", &trace, "--to", "csv", "-o", output]);
        let expected = export("-").out;
        assert_eq!(export("/dev/null").code, Some(0));
        for output in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            assert_eq!(export(output).out, expected, "{output}");
        }
        // Standard output may be redirected to a file.
        let redirected = files.path("redirected");
        let mut exports = command();
        exports.args(["export", &trace, "--to", "csv", "-o", "/dev/stdout"]);
        assert!(exports.stdout(fs::File::create(&redirected).unwrap()).status().unwrap().success());
        assert_eq!(fs::read_to_string(&redirected).unwrap(), expected);

        let pipe = files.path("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut exports = command();
        let mut exporting = exports.args(["export", &trace, "--to", "csv", "-o", &pipe]).spawn().unwrap();
        assert_eq!(fs::read_to_string(&pipe).unwrap(), expected);
        assert!(exporting.wait().unwrap().success());
    }

    #[test]
    fn output_must_not_be_a_recording_in_progress() {
        let files = Files::new("output-recorded");
        let (trace, output) =
            (files.write("a.jsonl", server_trace()), files.write("live.csv", server_trace()));
        let recorded = fs::File::options().write(true).open(&output).unwrap();
        recorded.lock().unwrap();
        assert_eq!(run(&["export", &trace, "-o", &output]).code, Some(2));
        assert_eq!(fs::read_to_string(&output).unwrap(), server_trace());
    }

    #[test]
    fn output_must_not_be_standard_input() {
        let files = Files::new("output-stdin");
        let trace = files.write("a.jsonl", server_trace());
        let mut exports = command();
        exports.args(["export", "-", "--to", "csv", "-o", &trace]);
        let input = fs::File::open(&trace).unwrap();
        let output = exports.stdin(Stdio::from(input)).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(fs::read_to_string(&trace).unwrap(), server_trace());
    }
}
