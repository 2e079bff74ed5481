use super::*;
use crate::sink::TraceFile;
use crate::sink::temp_directory::TempDirectory;
use crate::tap::Tap;

#[test]
fn rotated_file_name_has_number_before_extension() {
    for (path, part_file) in
        [("a/shop.jsonl", "a/shop.3.jsonl"), ("shop", "shop.3"), ("s.x.jsonl", "s.x.3.jsonl")]
    {
        let (path, part_file) = (Path::new(path), Path::new(part_file));
        assert_eq!(part_path(path, 3), part_file);
        assert_eq!(part_number(path, part_file), Some(3));
    }
}

#[test]
fn part_number_is_none_for_unrelated_files() {
    for file in [
        "shop.jsonl",
        "shop.x.jsonl",
        "shop.03.jsonl",
        "shop.-1.jsonl",
        "hop.3.jsonl",
        "shop.3.csv",
        ".jsonl",
    ] {
        assert_eq!(part_number(Path::new("shop.jsonl"), Path::new(file)), None, "{file}");
    }
}

/// Records five events, each into a file of its own, and keeps three full files.
fn record(directory: &TempDirectory) {
    let file = TraceFile::create(directory.join("shop.jsonl")).unwrap().rotate(1, 3);
    let tap = Tap::server("shop").sink(file).start().unwrap();
    (0..5).for_each(|_| tap.mark("step"));
    tap.finish_blocking().unwrap();
}

#[test]
fn restart_deletes_rotated_files_of_previous_recording() {
    let directory = TempDirectory::new("rotation-restart");
    (0..3).for_each(|_| record(&directory));
    assert_eq!(directory.files(), ["shop.1.jsonl", "shop.2.jsonl", "shop.3.jsonl", "shop.jsonl"]);
    let started = |file: &String| {
        let text = fs::read_to_string(directory.join(file)).unwrap();
        Line::parse_header(text.lines().next().unwrap()).unwrap().started
    };
    let mut recordings: Vec<String> = directory.files().iter().map(started).collect();
    recordings.dedup();
    assert_eq!(recordings.len(), 1, "all are of the last recording");
}

#[test]
fn restart_keeps_unrelated_files() {
    let directory = TempDirectory::new("rotation-foreign");
    record(&directory);
    let whole = fs::read_to_string(directory.join("shop.jsonl")).unwrap();
    // A text file, a part with the wrong number, and a complete recording with the name of a part.
    let header = whole.lines().next().unwrap().replace(r#""part":4"#, r#""part":71"#);
    let no_parts = [
        ("shop.70.jsonl", "notes\n".to_owned()),
        ("shop.72.jsonl", format!("{header}\n{{\"end\":true,\"events\":0,\"lost\":0,\"continued\":true}}\n")),
        ("shop.71.jsonl", format!("{header}\n{{\"end\":true,\"events\":0,\"lost\":0}}\n")),
    ];
    for (name, text) in &no_parts {
        fs::write(directory.join(name), text).unwrap();
    }
    record(&directory);
    for (name, text) in &no_parts {
        assert_eq!(&fs::read_to_string(directory.join(name)).unwrap(), text, "{name}");
    }
    assert_eq!(directory.files().len(), 4 + no_parts.len());
}

#[test]
fn rotation_does_not_overwrite_unrelated_files() {
    let directory = TempDirectory::new("rotation-in-the-way");
    fs::write(directory.join("shop.2.jsonl"), "notes\n").unwrap();
    let file = TraceFile::create(directory.join("shop.jsonl")).unwrap().rotate(1, 3);
    let tap = Tap::server("shop").sink(file).start().unwrap();
    (0..5).for_each(|_| tap.mark("step"));
    let error = tap.finish_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(directory.join("shop.2.jsonl")).unwrap(), "notes\n");
    assert_eq!(directory.files(), ["shop.0.jsonl", "shop.1.jsonl", "shop.2.jsonl", "shop.jsonl"]);
}

#[test]
fn moved_trace_file_ends_the_recording() {
    let directory = TempDirectory::new("rotation-moved");
    let path = directory.join("shop.jsonl");
    let tap = Tap::server("shop").sink(TraceFile::create(&path).unwrap().rotate(1, 3)).start().unwrap();
    fs::rename(&path, directory.join("moved.jsonl")).unwrap();
    fs::write(&path, "another program's\n").unwrap();
    (0..5).for_each(|_| tap.mark("step"));
    let error = tap.finish_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(fs::read_to_string(&path).unwrap(), "another program's\n");
}
