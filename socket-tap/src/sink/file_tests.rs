use std::fs;

use super::*;
use crate::sink::Memory;
use crate::sink::temp_directory::TempDirectory;
use crate::tap::Tap;

/// Parses a trace file, and panics if it is incomplete.
fn read(path: &Path) -> (Header, Vec<Event>, End) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let header = Line::parse_header(lines.next().unwrap()).unwrap();
    let mut events = Vec::new();
    for line in lines.by_ref() {
        match Line::parse(line).unwrap() {
            Line::Event(event) => events.push(event),
            Line::End(end) => {
                assert_eq!(lines.next(), None, "the end line is the last");
                return (header, events, end);
            }
            Line::Header(_) => panic!("a second header"),
        }
    }
    panic!("no end line");
}

#[test]
fn rotated_files_are_complete_and_within_size_limit() {
    let directory = TempDirectory::new("file-parts");
    let path = directory.join("shop.jsonl");
    let tap = Tap::server("shop").sink(TraceFile::create(&path).unwrap().rotate(1_000, 100)).start().unwrap();
    for step in 0..100 {
        tap.mark(format!("step {step}"));
    }
    let end = tap.finish_blocking().unwrap();
    assert_eq!(end.events, 100);
    let last = read(&path);
    let parts = last.0.part;
    assert!(parts > 2, "the file was meant to be too small");
    let mut files: Vec<PathBuf> =
        (0..parts).map(|part| directory.join(&format!("shop.{part}.jsonl"))).collect();
    files.push(path);
    let mut labels = Vec::new();
    for (part, file) in files.iter().enumerate() {
        let (header, events, end) = read(file);
        assert_eq!((header.part, header.monotonic_ns), (part as u64, last.0.monotonic_ns));
        assert_eq!(header.since, if part == 0 { 0 } else { events[0].t });
        assert_eq!((end.events, end.continued), (events.len() as u64, (part as u64) < parts));
        assert!(file.metadata().unwrap().len() <= 1_000);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap()) & 0o777, 0o600);
        labels.extend(events.into_iter().map(|event| match event.op {
            Op::Mark { label } => label,
            other => panic!("{other:?}"),
        }));
    }
    assert_eq!(labels, (0..100).map(|step| format!("step {step}")).collect::<Vec<_>>());
}

#[test]
fn rotation_deletes_all_but_the_newest_files() {
    let directory = TempDirectory::new("file-kept");
    let path = directory.join("shop.jsonl");
    let tap = Tap::server("shop").sink(TraceFile::create(&path).unwrap().rotate(1, 2)).start().unwrap();
    for _ in 0..5 {
        tap.mark("step");
    }
    tap.finish_blocking().unwrap();
    // Each event exceeds the size limit, so it has its own file: parts 0 and 1 are deleted, part 4 is the current file.
    assert_eq!(directory.files(), ["shop.2.jsonl", "shop.3.jsonl", "shop.jsonl"]);
    assert_eq!(read(&path).0.part, 4);
}

#[test]
fn end_line_of_rotated_file_counts_open_connections() {
    let directory = TempDirectory::new("file-open");
    let path = directory.join("shop.jsonl");
    let tap = Tap::server("shop").sink(TraceFile::create(&path).unwrap().rotate(1, 9)).start().unwrap();
    let socket = crate::socket_recorder::SocketRecorder::new(tap.recording().unwrap(), None);
    socket.succeeded(Op::Accept { on: socket.sock(), fd: None, local: None, peer: None });
    drop(socket);
    tap.mark("after");
    tap.finish_blocking().unwrap();
    let open = |part: &str| read(&directory.join(part)).2.open;
    assert_eq!([open("shop.0.jsonl"), open("shop.1.jsonl"), open("shop.jsonl")], [1, 0, 0]);
}

#[tokio::test]
async fn end_line_after_rotation_counts_open_wrapped_streams() {
    use crate::stream::TapStream;
    let directory = TempDirectory::new("file-wrapped");
    let path = directory.join("shop.jsonl");
    let tap = Tap::server("shop").sink(TraceFile::create(&path).unwrap().rotate(1, 9)).start().unwrap();
    let mut counted = Vec::new();
    let below = TapStream::wrap(&tap, tokio::io::duplex(1).0, "memory");
    counted.push(tap.open_streams() as u64);
    let above = TapStream::wrap(&tap, below, "tls");
    counted.push(tap.open_streams() as u64);
    let below = above.into_inner();
    counted.push(tap.open_streams() as u64);
    drop(below);
    counted.push(tap.open_streams() as u64);
    tap.mark("after");
    tap.finish().await.unwrap();
    // Each file has one event.
    let open = |part: usize| read(&directory.join(&format!("shop.{part}.jsonl"))).2.open;
    assert_eq!((0..4).map(open).collect::<Vec<_>>(), counted);
}

#[test]
fn removed_directory_stops_only_the_trace_file_sink() {
    let directory = TempDirectory::new("file-vanished");
    let path = directory.join("shop.jsonl");
    let memory = Memory::new();
    let file = TraceFile::create(&path).unwrap().rotate(1, 2);
    let tap = Tap::server("shop").sink(file).sink(memory.clone()).start().unwrap();
    fs::remove_dir_all(directory.path()).unwrap();
    for _ in 0..3 {
        tap.mark("step");
    }
    let error = tap.finish_blocking().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(memory.events().len(), 3);
}

#[test]
#[cfg(target_os = "linux")]
fn full_disk_error_at_start_names_file() {
    let error = Tap::server("shop").file("/dev/full").unwrap().start().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(error.to_string().contains("/dev/full"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn full_disk_error_is_reported_once() {
    let directory = TempDirectory::new("file-full");
    let mut file = TraceFile::create(directory.join("shop.jsonl")).unwrap();
    let memory = Memory::new();
    file.begin(&Header::new("shop", crate::format::Side::Server)).unwrap();
    // From here on, the disk is full.
    file.file = PrivateFile::create(Path::new("/dev/full")).unwrap();
    let (report, reported) = std::sync::mpsc::channel();
    let tap = Tap::server("shop")
        .sink(Begun(file))
        .sink(memory.clone())
        .on_error(move |error| report.send(error.to_string()).unwrap())
        .start()
        .unwrap();
    let finished = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        for _ in 0..3 {
            tap.mark("step");
            tap.flush().await;
        }
        tap.finish().await
    });
    assert_eq!(finished.unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(memory.events().len(), 3);
    let reports: Vec<String> = reported.try_iter().collect();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("shop.jsonl"), "{reports:?}");
}

/// A sink for a trace file with a header that is already written. Its `begin` does nothing.
#[cfg(target_os = "linux")]
struct Begun(TraceFile);

#[cfg(target_os = "linux")]
impl Sink for Begun {
    fn name(&self) -> String {
        self.0.name()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        self.0.events(batch)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
