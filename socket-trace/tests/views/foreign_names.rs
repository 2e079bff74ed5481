//! Names of foreign files and texts of foreign recordings do not reach the terminal as they are.

use crate::files::{Files, Ran, run, server_trace};

/// Asserts that a message names a file whose name has an escape sequence and a character that reverses the text.
fn assert_printable(ran: &Ran) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains(r"␛]0;x␇\u{202e}"), "{ran:?}");
    assert!(ran.err.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn error_that_names_a_file_is_printable() {
    let files = Files::new("foreign-names");
    let name = |extension: &str| format!("a\x1b]0;x\x07\u{202e}.{extension}");
    let (trace, missing) = (files.write("a.jsonl", server_trace()), files.path(&name("missing")));
    let invalid = files.write(&name("jsonl"), "no trace\n");
    let contract =
        files.write(&name("proto"), &format!("import \"{}\";", name("import").replace('\x1b', "␛")));
    for command in ["show", "compare", "lint", "why", "story", "layers", "sequence"] {
        for file in [&invalid, &missing] {
            assert_printable(&run(&[command, file]));
        }
    }
    assert_printable(&run(&["report", &invalid, "-o", &files.path("report.html")]));
    assert_printable(&run(&["export", &invalid, "-o", &files.path("a.csv")]));
    assert_printable(&run(&["export", &trace, "-o", &files.path(&name("unknown"))]));
    assert_printable(&run(&["show", &trace, "--proto", &contract]));
    assert_printable(&run(&["show", &trace, "--sock", &name("sock")]));
    assert_printable(&run(&[&name("subcommand")]));
}

#[test]
fn json_is_printable_and_has_the_text_of_the_recording() {
    let files = Files::new("foreign-json");
    let (text, escaped) = ("a\u{9b}\u{7f}\u{202e}b", r"a\u009b\u007f\u202eb");
    let trace = server_trace().replace("get a book", text).replace("shop", text);
    let trace = files.write("a.jsonl", &trace);
    for arguments in [&["show"][..], &["show", "--summary"], &["compare"], &["lint"], &["why"], &["story"]] {
        let ran = run(&[arguments, &["--json", &trace]].concat());
        assert!(ran.out.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{ran:?}");
        let has_text = matches!(arguments, ["show" | "compare" | "why" | "story"]);
        assert_eq!(ran.out.contains(escaped), has_text, "{arguments:?}: {ran:?}");
    }
}
