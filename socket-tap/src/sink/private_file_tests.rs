use super::*;
use crate::sink::TraceFile;
use crate::sink::temp_directory::TempDirectory;
use crate::tap::Tap;

/// Asserts that creating a trace at `path` fails with an error that names the path. Returns the kind of the
/// error.
fn refused(path: &Path) -> ErrorKind {
    let error = TraceFile::create(path).unwrap_err();
    assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
    error.kind()
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn symbolic_link_is_refused() {
        let directory = TempDirectory::new("private-symlink");
        let (target, link) = (directory.join("target"), directory.join("shop.jsonl"));
        fs::write(&target, "precious").unwrap();
        symlink(&target, &link).unwrap();
        assert_eq!(refused(&link), ErrorKind::InvalidInput);
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
        symlink(directory.join("nothing"), directory.join("dangling")).unwrap();
        assert_eq!(refused(&directory.join("dangling")), ErrorKind::InvalidInput);
        assert!(!directory.join("nothing").exists());
    }

    #[test]
    fn named_pipe_without_reader_is_refused_at_once() {
        let directory = TempDirectory::new("private-pipe");
        let path = directory.join("shop.jsonl");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(refused(&path), ErrorKind::InvalidInput);
    }

    #[test]
    fn directories_devices_and_sockets_are_refused() {
        let directory = TempDirectory::new("private-kinds");
        let path = directory.join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(refused(&path), ErrorKind::InvalidInput);
        assert_eq!(refused(Path::new("/dev/zero")), ErrorKind::InvalidInput);
        assert_eq!(refused(directory.path()), ErrorKind::IsADirectory);
    }

    #[test]
    fn trace_can_be_written_to_null_device() {
        TraceFile::create("/dev/null").unwrap();
        TraceFile::create("/dev/null").unwrap();
    }

    #[test]
    fn trace_file_of_another_user_is_refused() {
        let directory = TempDirectory::new("private-owner");
        let path = directory.join("shop.jsonl");
        fs::write(&path, "").unwrap();
        // Only root can change the owner of a file.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
            return;
        }
        assert_eq!(refused(&path), ErrorKind::PermissionDenied);
    }

    #[test]
    fn file_readable_by_other_users_is_replaced() {
        use std::io::Read as _;
        let directory = TempDirectory::new("private-mode");
        let path = directory.join("shop.jsonl");
        fs::write(&path, "earlier").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        // Opened while other users had access, as another program could do.
        let mut open = File::open(&path).unwrap();
        Tap::server("shop").file(&path).unwrap().start().unwrap().finish_blocking().unwrap();
        assert_eq!(mode(&path), 0o600);
        let mut text = String::new();
        open.read_to_string(&mut text).unwrap();
        assert_eq!(text, "earlier", "nothing of the recording");
    }

    #[test]
    fn hard_linked_file_is_replaced() {
        let directory = TempDirectory::new("private-hard-link");
        let (path, other) = (directory.join("shop.jsonl"), directory.join("other"));
        fs::write(&other, "precious").unwrap();
        fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
        fs::hard_link(&other, &path).unwrap();
        Tap::server("shop").file(&path).unwrap().start().unwrap().finish_blocking().unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
        assert_eq!(path.metadata().unwrap().nlink(), 1);
    }

    #[test]
    fn later_recording_truncates_and_reuses_private_file() {
        let directory = TempDirectory::new("private-again");
        let path = directory.join("shop.jsonl");
        let record = || {
            Tap::server("shop").file(&path).unwrap().start().unwrap().finish_blocking().unwrap();
            path.metadata().unwrap().ino()
        };
        assert_eq!(record(), record());
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn concurrent_recording_to_same_file_is_refused() {
        let directory = TempDirectory::new("private-locked");
        let path = directory.join("shop.jsonl");
        let first = Tap::server("shop").program("shop 1.2").file(&path).unwrap().start().unwrap();
        assert_eq!(refused(&path), ErrorKind::ResourceBusy);
        first.mark("step");
        assert_eq!(first.finish_blocking().unwrap().events, 1);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 3);
        TraceFile::create(&path).unwrap();
    }

    #[test]
    fn new_file_is_locked_after_rotation() {
        let directory = TempDirectory::new("private-rotated");
        let path = directory.join("shop.jsonl");
        let file = TraceFile::create(&path).unwrap().rotate(1, 9);
        let first = Tap::server("shop").file(directory.join("x")).unwrap().sink(file).start().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..5 {
            first.mark("step");
            runtime.block_on(first.flush());
            assert_eq!(refused(&path), ErrorKind::ResourceBusy);
        }
        first.finish_blocking().unwrap();
    }

    #[test]
    fn trace_path_always_exists_during_rotation() {
        let directory = TempDirectory::new("private-window");
        let path = directory.join("shop.jsonl");
        let file = TraceFile::create(&path).unwrap().rotate(1, 2);
        let first = Tap::server("shop").sink(file).start().unwrap();
        std::thread::scope(|scope| {
            let rotates = scope.spawn(|| {
                for _ in 0..500 {
                    first.mark("step");
                }
                first.finish_blocking().unwrap()
            });
            while !rotates.is_finished() {
                assert!(path.exists());
            }
        });
    }
}

/// Environment variable that is set in the child process. Its value is the path of the trace.
const CHILD: &str = "SOCKET_TAP_TEST_SIZE_LIMIT";

#[test]
#[cfg(target_os = "linux")]
fn file_size_limit_does_not_kill_the_process() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    const TEST: &str = "sink::private_file::tests::file_size_limit_does_not_kill_the_process";
    if let Some(path) = std::env::var_os(CHILD) {
        let tap = Tap::server("shop").file(path).unwrap().start().unwrap();
        setrlimit(Resource::Fsize, Rlimit { current: Some(1_000), maximum: None }).unwrap();
        (0..100).for_each(|_| tap.mark("step"));
        let error = tap.finish_blocking().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        return;
    }
    let directory = TempDirectory::new("private-size-limit");
    let path = directory.join("shop.jsonl");
    // The limit is process-wide.
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD, &path)
        .output()
        .unwrap();
    assert!(child.status.success(), "{}: {}", child.status, String::from_utf8_lossy(&child.stderr));
    assert!(path.metadata().unwrap().len() <= 1_000);
}

#[test]
fn relative_path_is_resolved_when_file_is_created() {
    const TEST: &str = "sink::private_file::tests::relative_path_is_resolved_when_file_is_created";
    if let Some(directory) = std::env::var_os(CHILD) {
        std::env::set_current_dir(directory).unwrap();
        let file = TraceFile::create("shop.jsonl").unwrap().rotate(1, 9);
        std::env::set_current_dir("/").unwrap();
        let tap = Tap::server("shop").sink(file).start().unwrap();
        (0..3).for_each(|_| tap.mark("step"));
        tap.finish_blocking().unwrap();
        return;
    }
    let directory = TempDirectory::new("private-relative");
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD, directory.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
}
