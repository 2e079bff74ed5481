use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::*;
use crate::sink::Memory;
use crate::{TapListener, TapStream};

fn recording() -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("test").sink(memory.clone()).start().unwrap(), memory)
}

async fn calls(tap: &Tap, memory: &Memory) -> Vec<String> {
    tap.finish().await.unwrap();
    memory.events().iter().map(|event| event.op.name().to_owned()).collect()
}

/// A substitute for a socket. It records a mark when it is dropped.
struct Probe(Tap);

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.mark("descriptor closed");
    }
}

#[tokio::test]
async fn close_is_recorded_before_the_descriptor_is_closed() {
    let (tap, memory) = recording();
    let pending = PendingSocket::new(&tap, Domain::IPV4, Type::STREAM).unwrap();
    let pending = pending.convert(|_| Ok(Probe(tap.clone()))).unwrap();
    let waiting = async {
        // Held across an await point, like in `connect`.
        let pending = pending;
        std::future::pending::<()>().await;
        drop(pending);
    };
    {
        let mut waiting = pin!(waiting);
        assert!(poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx))).await.is_pending());
    }
    assert_eq!(calls(&tap, &memory).await, ["socket", "close", "mark"]);
}

#[tokio::test]
async fn cancelled_tcp_connect_records_the_close() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let (tap, memory) = recording();
    {
        let mut connecting = pin!(TapStream::connect(&tap, listener.local_addr().unwrap()));
        assert!(poll_fn(|cx| Poll::Ready(connecting.as_mut().poll(cx))).await.is_pending());
    }
    assert_eq!(calls(&tap, &memory).await, ["socket", "close"]);
}

#[tokio::test]
async fn failed_tcp_connect_records_error_and_close() {
    let closed = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (tap, memory) = recording();
    let error = TapStream::connect(&tap, closed).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(calls(&tap, &memory).await, ["socket", "connect", "close"]);
    assert_eq!(memory.events()[1].error.as_ref().unwrap().errno, error.raw_os_error());
}

#[cfg(unix)]
mod unix {
    use std::panic::AssertUnwindSafe;

    use super::*;
    use crate::TapUnixListener;

    fn path(test: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("socket-tap-{}-endpoint-{test}.sock", std::process::id()))
    }

    #[tokio::test]
    async fn cancelled_unix_connect_records_the_close() {
        let path = path("cancelled");
        let _listener = TapUnixListener::bind(&Tap::off(), &path).unwrap();
        let (tap, memory) = recording();
        {
            let mut connecting = pin!(TapStream::connect_unix(&tap, &path));
            assert!(poll_fn(|cx| Poll::Ready(connecting.as_mut().poll(cx))).await.is_pending());
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(calls(&tap, &memory).await, ["socket", "close"]);
    }

    /// Runs without a tokio runtime, so that tokio panics when it registers the socket.
    #[test]
    fn panic_in_unix_bind_records_the_close() {
        let path = path("panic");
        let (tap, memory) = recording();
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| TapUnixListener::bind(&tap, &path)));
        result.unwrap_err();
        std::fs::remove_file(&path).unwrap();
        tap.finish_blocking().unwrap();
        let calls: Vec<_> = memory.events().iter().map(|event| event.op.name().to_owned()).collect();
        assert_eq!(calls, ["socket", "bind", "listen", "close"]);
    }

    #[tokio::test]
    async fn overlong_unix_path_records_error_and_close() {
        let path = std::env::temp_dir().join("x".repeat(200));
        let (tap, memory) = recording();
        TapUnixListener::bind(&tap, &path).unwrap_err();
        TapStream::connect_unix(&tap, &path).await.unwrap_err();
        assert_eq!(calls(&tap, &memory).await, ["socket", "bind", "close", "socket", "connect", "close"]);
    }
}
