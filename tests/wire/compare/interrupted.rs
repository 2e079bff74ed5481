//! Folders that earlier runs have left.

use tempfile::TempDir;

use super::super::is_supported;
use super::output::QUICK;
use super::run_compare;

#[test]
fn incomplete_recordings_are_named_and_kept() {
    if !is_supported() {
        return;
    }
    let directory = TempDir::new().unwrap();
    run_compare(&directory, &QUICK).ok();
    let [complete, killed, replaced] =
        ["rtt-0ms-loss-0percent", "rtt-50ms-loss-2percent", "rtt-1ms-loss-0percent"];
    let text = std::fs::read_to_string(directory.path().join(complete).join("wire.jsonl")).unwrap();
    let without_end = text.trim_end().rsplit_once('\n').unwrap().0;
    for name in [killed, replaced] {
        std::fs::create_dir(directory.path().join(name)).unwrap();
        std::fs::write(directory.path().join(name).join("wire.jsonl"), without_end).unwrap();
    }
    std::fs::create_dir(directory.path().join("notes")).unwrap();
    let ran = run_compare(&directory, &[&["--rtt", "1ms"][..], &QUICK[2..]].concat());
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    assert!(ran.stderr().contains(killed), "{}", ran.stderr());
    for name in [complete, replaced, "notes"] {
        assert!(!ran.stderr().contains(name), "{name}: {}", ran.stderr());
    }
    let kept = std::fs::read_to_string(directory.path().join(killed).join("wire.jsonl")).unwrap();
    assert_eq!(kept, without_end);
}
