//! Calls that fail before there is a connection.

use socket_tap::{Tap, TapListener, TapStream};

use super::recorded::{Recorded, found, shown};

#[tokio::test]
async fn an_address_that_is_taken_is_told_of() {
    let recorded = Recorded::server("address-in-use");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    TapListener::bind(&recorded.tap, address).await.unwrap_err();
    let report = recorded.report().await;
    assert_eq!(found(&report), [("call-that-opens-fails", 1)]);
    assert_eq!(shown(&report, 0, 0), ["bind"]);
    let expected = format!("bind {address}: address in use");
    assert!(report.findings[0].what.starts_with(&expected), "{}", report.findings[0].what);
}

#[tokio::test]
async fn connects_that_are_refused_are_counted() {
    let recorded = Recorded::client("refused");
    let closed = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for _ in 0..5 {
        TapStream::connect(&recorded.tap, closed).await.unwrap_err();
    }
    let report = recorded.report().await;
    assert_eq!(found(&report), [("call-that-opens-fails", 5)]);
    assert_eq!(report.findings[0].examples.len(), 3, "the first few stand for all");
}

/// The limit on open files holds for a whole process, so this test is run in one of its own.
#[cfg(unix)]
mod no_descriptor_left {
    use std::process::Command;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::*;

    const CHILD: &str = "SOCKET_TRACE_TEST_NO_DESCRIPTOR_LEFT";

    #[test]
    fn an_accept_that_finds_no_descriptor_is_told_of() {
        let test = "opening_fails::no_descriptor_left::in_a_process_of_its_own";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
        assert!(said.contains("1 passed"), "the test was renamed? {said}");
    }

    #[tokio::test]
    async fn in_a_process_of_its_own() {
        if std::env::var_os(CHILD).is_none() {
            return;
        }
        let recorded = Recorded::server("no-descriptor-left");
        let listener = recorded.listen().await;
        let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
        // The lowest free number is the first that is now too high.
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
        let expected =
            "accept on #1: too many open files in this process (EMFILE), 1 time. Each connection is one";
        assert!(report.findings[0].what.starts_with(expected), "{}", report.findings[0].what);
    }
}
