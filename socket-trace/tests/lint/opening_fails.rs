//! Socket calls that should have opened a socket, but failed.

use socket_tap::{Tap, TapListener, TapStream};

use super::recorded::{Recorded, found, shown};

#[tokio::test]
async fn bind_to_address_in_use_is_reported() {
    let recorded = Recorded::server("address-in-use");
    let occupied = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = occupied.local_addr().unwrap();
    TapListener::bind(&recorded.tap, address).await.unwrap_err();
    let report = recorded.report().await;
    assert_eq!(found(&report), [("call-that-opens-fails", 1)]);
    assert_eq!(shown(&report, 0, 0), ["bind"]);
    assert!(report.findings[0].what.contains(&address.to_string()), "{}", report.findings[0].what);
}

#[tokio::test]
async fn refused_connects_are_counted() {
    let recorded = Recorded::client("refused");
    let closed = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for _ in 0..5 {
        TapStream::connect(&recorded.tap, closed).await.unwrap_err();
    }
    let report = recorded.report().await;
    assert_eq!(found(&report), [("call-that-opens-fails", 5)]);
    assert_eq!(report.findings[0].examples.len(), 3, "only the first are kept");
}

/// Tests a failed accept. The limit on open files applies to the whole process, so the test runs in a process
/// of its own.
#[cfg(unix)]
mod no_descriptor_left {
    use std::process::Command;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::*;

    const CHILD: &str = "SOCKET_TRACE_TEST_NO_DESCRIPTOR_LEFT";

    #[test]
    fn accept_without_free_descriptors_is_reported() {
        let test = "opening_fails::no_descriptor_left::child_process_runs_out_of_descriptors_in_accept";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{output}{}", String::from_utf8_lossy(&child.stderr));
        assert!(output.contains("1 passed"), "the test was renamed? {output}");
    }

    #[tokio::test]
    async fn child_process_runs_out_of_descriptors_in_accept() {
        if std::env::var_os(CHILD).is_none() {
            return;
        }
        let recorded = Recorded::server("no-descriptor-left");
        let listener = recorded.listen().await;
        let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
        // The lowest free descriptor becomes the first above the limit.
        let free = std::fs::File::open("/dev/null").unwrap();
        let lowest = u64::try_from(std::os::fd::AsRawFd::as_raw_fd(&free)).unwrap();
        drop(free);
        let before = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(lowest), ..before }).unwrap();
        listener.accept().await.unwrap_err();
        setrlimit(Resource::Nofile, before).unwrap();
        drop((client, listener));
        let report = recorded.report().await;
        assert_eq!(found(&report), [("call-that-opens-fails", 1)]);
    }
}
