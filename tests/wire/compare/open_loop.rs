//! Calls at a fixed arrival rate, over servers in this process that stall or fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clients::{Failure, FailureKind};
use socket_tap::monotonic_ns;
use tokio::time::sleep;
use workshop::wire::compare::arrivals::Arrivals;
use workshop::wire::compare::conditions::{Concurrency, Connections, Load};
use workshop::wire::compare::open_loop::{CallTimes, OpenLoop};
use workshop::wire::compare::target::Target;

const MS: u64 = 1_000_000;

/// Time for which the server stalls.
const STALL: Duration = Duration::from_millis(200);

const GIVE_UP: Duration = Duration::from_secs(60);

/// The behaviour of a call.
#[derive(Clone, Copy, Debug)]
enum Call {
    Respond,
    Stall,
    Fail,
    Hang,
}

/// A server without a network. The call with this number behaves as given; the calls that open connections count.
#[derive(Clone, Debug)]
struct Server {
    special: (usize, Call),
    can_share: bool,
    calls: Arc<AtomicUsize>,
    opened: Arc<AtomicUsize>,
    in_progress: Arc<AtomicUsize>,
    most_in_progress: Arc<AtomicUsize>,
}

impl Server {
    fn new(special: (usize, Call)) -> Self {
        let (calls, opened, in_progress, most_in_progress) = Default::default();
        Self { special, can_share: false, calls, opened, in_progress, most_in_progress }
    }
}

impl Target for Server {
    type Connection = Self;

    async fn connect(&self) -> Result<Self, Failure> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(self.clone())
    }

    async fn call(connection: &mut Self) -> Result<(), Failure> {
        let number = connection.calls.fetch_add(1, Ordering::Relaxed);
        let (special, behaviour) = connection.special;
        let now = connection.in_progress.fetch_add(1, Ordering::Relaxed) + 1;
        connection.most_in_progress.fetch_max(now, Ordering::Relaxed);
        let result = match behaviour {
            _ if number != special => Ok(()),
            Call::Respond => Ok(()),
            Call::Stall => {
                sleep(STALL).await;
                Ok(())
            }
            Call::Fail => {
                let (status, message) = Default::default();
                Err(Failure { kind: FailureKind::Transport, status, message })
            }
            Call::Hang => std::future::pending().await,
        };
        connection.in_progress.fetch_sub(1, Ordering::Relaxed);
        result
    }

    fn share(connection: &Self) -> Option<Self> {
        connection.can_share.then(|| connection.clone())
    }

    async fn close(_: Self) {}
}

/// Makes calls, of which one arrives every 5 ms.
fn make_calls(server: &Server, load: Load, calls: usize, give_up: Duration) -> (u64, Vec<CallTimes>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut open_loop = OpenLoop::open(server.clone(), load).await.unwrap();
        let start_ns = monotonic_ns();
        let made = open_loop.run(Arrivals { start_ns, rate: 200.0, calls }, give_up).await.unwrap();
        open_loop.close().await;
        (start_ns, made)
    })
}

fn load(connections: usize, concurrency: Concurrency) -> Load {
    Load { connections: Connections::Kept(connections), concurrency }
}

#[test]
fn arrivals_do_not_wait_for_responses() {
    let (start, calls) =
        make_calls(&Server::new((3, Call::Stall)), load(1, Concurrency::AtMost(1)), 60, GIVE_UP);
    for (number, call) in calls.iter().enumerate() {
        assert_eq!(call.scheduled, start + number as u64 * 5 * MS);
        assert!(call.arrived >= call.scheduled, "{call:?}");
    }
}

/// A closed loop would omit the calls that could not be made during the stall (coordinated omission).
#[test]
fn stall_shows_in_all_calls_that_arrive_meanwhile() {
    // The first call is the one that opens the connection, which is not measured.
    let (_, calls) = make_calls(&Server::new((3, Call::Stall)), load(1, Concurrency::AtMost(1)), 60, GIVE_UP);
    let stalled = calls[2];
    let until = stalled.ended.unwrap();
    assert!(stalled.latency().unwrap() >= STALL.as_nanos() as u64);
    let meanwhile: Vec<_> = calls[3..].iter().filter(|call| call.scheduled < until).collect();
    assert!(meanwhile.len() >= 39, "{} calls", meanwhile.len());
    for call in meanwhile {
        assert!(call.started.unwrap() >= until && call.latency().unwrap() >= until - call.scheduled);
    }
}

#[test]
fn stalled_call_delays_only_its_own_connection() {
    let (_, calls) = make_calls(&Server::new((4, Call::Stall)), load(2, Concurrency::Many), 30, GIVE_UP);
    let stalled = calls[2];
    assert!(stalled.latency().unwrap() >= STALL.as_nanos() as u64);
    assert!(calls[3..].iter().any(|call| call.ended < stalled.ended), "{calls:?}");
}

#[test]
fn shared_connection_carries_several_calls_at_once() {
    let server = Server { can_share: true, ..Server::new((3, Call::Stall)) };
    let (_, calls) = make_calls(&server, load(1, Concurrency::Many), 30, GIVE_UP);
    assert!(calls[3].ended < calls[2].ended, "{calls:?}");
    assert_eq!(server.opened.load(Ordering::Relaxed), 1);
}

#[test]
fn concurrency_limits_the_calls_at_once() {
    let server = Server { can_share: true, ..Server::new((3, Call::Stall)) };
    make_calls(&server, load(1, Concurrency::AtMost(1)), 30, GIVE_UP);
    assert_eq!(server.most_in_progress.load(Ordering::Relaxed), 1);
}

#[test]
fn call_without_response_is_given_up() {
    let give_up = Duration::from_millis(100);
    let (_, calls) = make_calls(&Server::new((3, Call::Hang)), load(1, Concurrency::AtMost(1)), 10, give_up);
    let answered: Vec<_> = calls.iter().map(|call| call.ended.is_some()).collect();
    assert_eq!(calls.len(), 10);
    assert_eq!(answered.iter().filter(|is_answered| **is_answered).count(), 2);
    assert!(calls[3].started.is_none());
}

#[test]
fn failed_connection_is_opened_again() {
    let server = Server::new((3, Call::Fail));
    let (_, calls) = make_calls(&server, load(1, Concurrency::AtMost(1)), 10, GIVE_UP);
    let unanswered: Vec<_> =
        (0..10).filter(|number| calls.get(*number).is_some_and(|call| call.ended.is_none())).collect();
    assert_eq!(unanswered, [2]);
    assert_eq!(server.opened.load(Ordering::Relaxed), 2);
}

#[test]
fn new_connection_is_opened_for_each_call() {
    let server = Server::new((usize::MAX, Call::Respond));
    let load = Load { connections: Connections::New, concurrency: Concurrency::Many };
    let (_, calls) = make_calls(&server, load, 10, GIVE_UP);
    assert!(calls.iter().all(|call| call.ended.is_some()));
    assert_eq!(server.opened.load(Ordering::Relaxed), 10);
}
