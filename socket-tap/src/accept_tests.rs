use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::*;
use crate::event::SockId;

/// The errors come from a closure, because Linux never returns the error of an aborted handshake from
/// `accept` on a TCP socket. Other systems do.
#[tokio::test]
async fn accept_skips_aborted_handshake_without_pausing() {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset};
    let mut script = vec![Ok("connection"), Err(ConnectionReset.into()), Err(ConnectionAborted.into())];
    let mut accepted = pin!(next(|| std::future::ready(script.pop().unwrap())));
    // The future is ready on its first poll, so it does not pause.
    let first = poll_fn(|cx| Poll::Ready(accepted.as_mut().poll(cx))).await;
    assert_eq!(first, Poll::Ready("connection"));
}

/// Tests with a limit on open files. The limit applies to the whole process, so they run in a separate
/// process.
#[cfg(unix)]
mod no_descriptor_left {
    use std::process::Command;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::*;
    use crate::sink::Memory;
    use crate::{Tap, TapListener, TapStream};

    const CHILD: &str = "SOCKET_TAP_TEST_NO_DESCRIPTOR_LEFT";

    #[test]
    fn accept_waits_for_a_free_descriptor() {
        let test = "accept::tests::no_descriptor_left::child_process_accepts_after_a_descriptor_is_freed";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
        assert!(said.contains("1 passed"), "the test was renamed? {said}");
    }

    /// Runs in the child process, on a runtime without timers, because the pause must work without them.
    #[test]
    fn child_process_accepts_after_a_descriptor_is_freed() {
        if std::env::var_os(CHILD).is_some() {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            runtime.block_on(exhaust_and_recover());
        }
    }

    async fn exhaust_and_recover() {
        let memory = Memory::new();
        let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
        let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
        let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();

        // The limit is the lowest free descriptor, so that no descriptor can be opened.
        let free = std::fs::File::open("/dev/null").unwrap();
        let lowest = u64::try_from(std::os::fd::AsRawFd::as_raw_fd(&free)).unwrap();
        drop(free);
        let before = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(lowest), ..before }).unwrap();
        let error = listener.accept().await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::MFILE.raw_os_error()));
        let mut accepted = pin!(listener.accept_next());
        assert!(poll_fn(|cx| Poll::Ready(accepted.as_mut().poll(cx))).await.is_pending(), "it waits");
        setrlimit(Resource::Nofile, before).unwrap();
        let (server, peer) = accepted.await;

        assert_eq!(peer, client.local_addr().unwrap());
        drop(server);
        tap.finish().await.unwrap();
        let accepts: Vec<_> = (memory.events().into_iter())
            .filter(|event| event.op.name() == "accept")
            .map(|event| (event.sock, event.error.and_then(|error| error.errno)))
            .collect();
        let failed = (SockId::new(1), error.raw_os_error());
        assert_eq!(accepts, [failed, failed, (SockId::new(2), None)], "failures are the listener's");
    }
}
