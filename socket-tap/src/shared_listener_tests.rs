//! Tests in which several tasks accept from one listener.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

use crate::sink::Memory;
use crate::{Tap, TapListener, TapStream};

/// Time after which a test fails because a task was not woken.
const DEADLINE: Duration = Duration::from_secs(10);

/// A TCP or Unix-domain listener, with a method to connect to it.
trait SharedListener: Send + Sync + Sized + 'static {
    async fn listen(tap: &Tap, test: &str) -> Self;
    async fn connect(&self);
    fn accept_one(&self) -> impl Future<Output = ()> + Send;
    fn accept_retrying(&self) -> impl Future<Output = ()> + Send;

    /// Removes the socket's file. Does nothing for TCP.
    fn remove(&self) {}
}

impl SharedListener for TapListener {
    async fn listen(tap: &Tap, _: &str) -> Self {
        Self::bind(tap, "127.0.0.1:0").await.unwrap()
    }

    async fn connect(&self) {
        drop(TapStream::connect(&Tap::off(), self.local_addr().unwrap()).await.unwrap());
    }

    async fn accept_one(&self) {
        drop(self.accept().await.unwrap());
    }

    async fn accept_retrying(&self) {
        drop(self.accept_next().await);
    }
}

#[cfg(unix)]
impl SharedListener for crate::TapUnixListener {
    async fn listen(tap: &Tap, test: &str) -> Self {
        let name = format!("socket-tap-{}-{test}-{}.sock", std::process::id(), tap.is_on());
        Self::bind(tap, std::env::temp_dir().join(name)).unwrap()
    }

    async fn connect(&self) {
        let address = self.local_addr().unwrap();
        drop(TapStream::connect_unix(&Tap::off(), address.as_pathname().unwrap()).await.unwrap());
    }

    async fn accept_one(&self) {
        drop(self.accept().await.unwrap());
    }

    async fn accept_retrying(&self) {
        drop(self.accept_next().await);
    }

    fn remove(&self) {
        std::fs::remove_file(self.local_addr().unwrap().as_pathname().unwrap()).unwrap();
    }
}

fn taps() -> [Tap; 2] {
    [Tap::off(), Tap::server("test").sink(Memory::new()).start().unwrap()]
}

/// Spawns a task, and runs it until it waits for the first time.
async fn started(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    let handle = tokio::spawn(task);
    yield_now().await;
    handle
}

async fn every_waiting_task_is_woken<L: SharedListener>(test: &str) {
    for tap in taps() {
        let listener = Arc::new(L::listen(&tap, test).await);
        let mut tasks = Vec::new();
        for number in 0..4 {
            let listener = Arc::clone(&listener);
            let task = async move {
                if number % 2 == 0 { listener.accept_one().await } else { listener.accept_retrying().await }
            };
            tasks.push(started(task).await);
        }
        for _ in 0..4 {
            listener.connect().await;
        }
        for (number, task) in tasks.into_iter().enumerate() {
            let served = timeout(DEADLINE, task).await;
            served.unwrap_or_else(|_| panic!("task {number} was not woken, tap: {}", tap.is_on())).unwrap();
        }
        listener.remove();
    }
}

async fn cancelled_accept_does_not_lose_wake_ups<L: SharedListener>(test: &str) {
    for tap in taps() {
        let listener = Arc::new(L::listen(&tap, test).await);
        let other = Arc::clone(&listener);
        let serving = started(async move {
            for _ in 0..4 {
                other.accept_retrying().await;
            }
        });
        let serving = serving.await;
        for _ in 0..4 {
            let other = Arc::clone(&listener);
            let cancelled = started(async move {
                let mut accept = pin!(other.accept_one());
                assert!(poll_fn(|cx| Poll::Ready(accept.as_mut().poll(cx))).await.is_pending());
            });
            cancelled.await.await.unwrap();
            listener.connect().await;
            yield_now().await;
        }
        timeout(DEADLINE, serving).await.expect("the loop was not woken").unwrap();
        listener.remove();
    }
}

#[tokio::test]
async fn every_task_accepting_on_tcp_listener_is_woken() {
    every_waiting_task_is_woken::<TapListener>("all").await;
}

#[tokio::test]
async fn cancelled_tcp_accept_does_not_lose_wake_ups() {
    cancelled_accept_does_not_lose_wake_ups::<TapListener>("cancelled").await;
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::TapUnixListener;

    #[tokio::test]
    async fn every_task_accepting_on_unix_listener_is_woken() {
        every_waiting_task_is_woken::<TapUnixListener>("all").await;
    }

    #[tokio::test]
    async fn cancelled_unix_accept_does_not_lose_wake_ups() {
        cancelled_accept_does_not_lose_wake_ups::<TapUnixListener>("cancelled").await;
    }
}
