//! Makes calls at a fixed arrival rate, whatever the responses do (open loop).
//!
//! A call's latency counts from its scheduled arrival, also while it waits for a connection or for its turn. So a stall
//! shows in all calls that arrive meanwhile, not only in the one that was in progress.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clients::Failure;
use futures_util::future::{join_all, try_join_all};
use socket_tap::monotonic_ns;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::arrivals::Arrivals;
use super::conditions::{Concurrency, Connections, Load};
use super::pool::{Lease, Pool};
use super::target::Target;

/// The times of a call on the monotonic clock, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct CallTimes {
    /// Time at which the call was to arrive. Its latency counts from here.
    pub scheduled: u64,
    /// Time at which it arrived: later if the machine was busy.
    pub arrived: u64,
    /// Time at which it had its turn and a connection, or began to open one. `None` if it waited until the end.
    pub started: Option<u64>,
    /// Time at which it had its complete response. `None` if it failed or was given up.
    pub ended: Option<u64>,
}

/// The calls that failed. They have no response, like those that were given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Number of calls that failed.
    pub count: usize,
    /// The failure of the first one.
    pub first: Option<Failure>,
}

impl CallTimes {
    /// Returns the time from the scheduled arrival to the complete response, in nanoseconds.
    #[must_use]
    pub fn latency(&self) -> Option<u64> {
        Some(self.ended?.saturating_sub(self.scheduled))
    }
}

/// Makes calls to a target.
#[derive(Debug)]
pub struct OpenLoop<T: Target> {
    target: Arc<T>,
    /// `None` if each call opens a connection.
    pool: Option<Pool<T::Connection>>,
    /// Maximum number of calls at once.
    limit: usize,
    calls: Vec<CallTimes>,
    failures: Failures,
    waiting: VecDeque<usize>,
    running: JoinSet<Ended<T::Connection>>,
}

/// A call that has ended.
struct Ended<C> {
    number: usize,
    /// Time of the complete response.
    at: Result<u64, Failure>,
    lease: Option<Lease<C>>,
}

impl<T: Target> OpenLoop<T> {
    /// Opens the connections, and makes one call on each that is not measured.
    ///
    /// # Errors
    /// If a connection or a call fails.
    pub async fn open(target: T, load: Load) -> Result<Self, Failure> {
        let pool = match load.connections {
            Connections::New => None,
            Connections::Kept(number) => {
                let open = || async {
                    let mut connection = target.connect().await?;
                    T::call(&mut connection).await.map(|()| connection)
                };
                Some(Pool::new(try_join_all((0..number).map(|_| open())).await?))
            }
        };
        let limit = match load.concurrency {
            Concurrency::AtMost(number) => number,
            Concurrency::Many => usize::MAX,
        };
        let (calls, failures, waiting, running) = Default::default();
        Ok(Self { target: Arc::new(target), pool, limit, calls, failures, waiting, running })
    }

    /// Makes the calls. Gives up those that have no response at a time after the last arrival. Returns their times in the
    /// order of their arrivals.
    ///
    /// # Errors
    /// If no thread can be created for the arrivals, or a call panics.
    pub async fn run(&mut self, arrivals: Arrivals, give_up: Duration) -> io::Result<Vec<CallTimes>> {
        let mut arriving = arrivals.start()?;
        let mut is_open = true;
        let last = arrivals.time(arrivals.calls.saturating_sub(1));
        let until_last = Duration::from_nanos(last.saturating_sub(monotonic_ns()));
        let mut end = std::pin::pin!(sleep_until(Instant::now() + until_last + give_up));
        loop {
            self.start_waiting();
            if !is_open && self.running.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                Some(ended) = self.running.join_next() => self.end(ended.map_err(io::Error::other)?),
                arrival = arriving.recv(), if is_open => match arrival {
                    Some(number) => self.arrive(arrivals.time(number)),
                    None => is_open = false,
                },
                () = &mut end => break,
            }
        }
        self.running.shutdown().await;
        Ok(std::mem::take(&mut self.calls))
    }

    /// Returns the calls that failed so far.
    #[must_use]
    pub fn failures(&self) -> &Failures {
        &self.failures
    }

    /// Closes the connections.
    pub async fn close(self) {
        join_all(self.pool.into_iter().flat_map(Pool::into_connections).map(T::close)).await;
    }

    fn arrive(&mut self, scheduled: u64) {
        self.waiting.push_back(self.calls.len());
        self.calls.push(CallTimes { scheduled, arrived: monotonic_ns(), started: None, ended: None });
    }

    /// Starts waiting calls, as far as the limit and the connections allow.
    fn start_waiting(&mut self) {
        while self.running.len() < self.limit
            && let Some(&number) = self.waiting.front()
        {
            let lease = match &mut self.pool {
                Some(pool) => match pool.take(T::share) {
                    Some(lease) => Some(lease),
                    None => return,
                },
                None => None,
            };
            self.waiting.pop_front();
            if let Some(call) = self.calls.get_mut(number) {
                call.started = Some(monotonic_ns());
            }
            self.running.spawn(make_call(Arc::clone(&self.target), number, lease));
        }
    }

    fn end(&mut self, ended: Ended<T::Connection>) {
        match ended.at {
            Ok(at) => {
                if let Some(call) = self.calls.get_mut(ended.number) {
                    call.ended = Some(at);
                }
            }
            Err(failure) => {
                self.failures.count += 1;
                self.failures.first.get_or_insert(failure);
            }
        }
        if let (Some(pool), Some(lease)) = (&mut self.pool, ended.lease) {
            pool.put(lease);
        }
    }
}

/// Makes a call on the connection of a pool, or on a new one, which is closed afterwards.
async fn make_call<T: Target>(
    target: Arc<T>,
    number: usize,
    lease: Option<Lease<T::Connection>>,
) -> Ended<T::Connection> {
    let (slot, open) = lease.map(|lease| (lease.slot, lease.connection)).unzip();
    let called = async {
        let mut connection = match open.flatten() {
            Some(connection) => connection,
            None => target.connect().await?,
        };
        T::call(&mut connection).await.map(|()| (connection, monotonic_ns()))
    };
    let (mut connection, at) = match called.await {
        Ok((connection, at)) => (Some(connection), Ok(at)),
        Err(failure) => (None, Err(failure)),
    };
    if slot.is_none()
        && let Some(connection) = connection.take()
    {
        T::close(connection).await;
    }
    Ended { number, at, lease: slot.map(|slot| Lease { slot, connection }) }
}

#[cfg(test)]
#[path = "open_loop_tests.rs"]
mod tests;
