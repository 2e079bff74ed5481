use clients::FailureKind;
use tokio::time::timeout;

use super::*;

/// Maximum time of a run that must end much earlier.
const DEADLINE: Duration = Duration::from_secs(60);

/// A server that accepts no connections, or one that never responds.
#[derive(Clone, Copy)]
enum Server {
    Refuses,
    Hangs,
}

impl Target for Server {
    type Connection = ();

    async fn connect(&self) -> Result<(), Failure> {
        match self {
            Self::Refuses => {
                let (status, message) = ("refused".to_owned(), String::new());
                Err(Failure { kind: FailureKind::Transport, status, message })
            }
            Self::Hangs => Ok(()),
        }
    }

    async fn call((): &mut ()) -> Result<(), Failure> {
        std::future::pending().await
    }

    fn share((): &()) -> Option<()> {
        None
    }

    async fn close((): ()) {}
}

/// Makes two calls, each on a new connection, with this interval. Returns the number of calls without a response, and
/// the failures.
fn make_calls(server: Server, interval: Duration) -> (usize, Failures) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let load = Load { connections: Connections::New, concurrency: Concurrency::Many };
        let mut open_loop = OpenLoop::open(server, load).await.unwrap();
        // The last call arrives at once.
        let start_ns = monotonic_ns().saturating_sub(interval.as_nanos() as u64);
        let arrivals = Arrivals { start_ns, rate: 1.0 / interval.as_secs_f64(), calls: 2 };
        let run = open_loop.run(arrivals, Duration::from_millis(50));
        let calls = timeout(DEADLINE, run).await.unwrap().unwrap();
        (calls.iter().filter(|call| call.ended.is_none()).count(), open_loop.failures().clone())
    })
}

#[test]
fn failed_calls_are_counted_with_the_first_failure() {
    let (unanswered, failures) = make_calls(Server::Refuses, Duration::from_millis(1));
    assert_eq!((unanswered, failures.count), (2, 2));
    assert_eq!(failures.first.unwrap().status, "refused");
}

#[test]
fn calls_are_given_up_after_the_last_arrival() {
    let (unanswered, failures) = make_calls(Server::Hangs, DEADLINE * 2);
    assert_eq!((unanswered, failures), (2, Failures::default()));
}
