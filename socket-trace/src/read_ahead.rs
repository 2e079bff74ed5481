//! Reads values ahead on another thread, so that two processors share the work.

use std::panic::resume_unwind;
use std::sync::mpsc::{channel, sync_channel};
use std::thread::{self, Builder};

/// Maximum number of values in a batch. Waking the other thread costs as much as several values.
const MAX_VALUES: usize = 256;

/// Number of bytes at which a batch is complete.
const MAX_BYTES: u64 = 256 * 1024;

/// Maximum number of batches that wait for the consumer, so that memory is bounded.
const MAX_BATCHES: usize = 2;

/// A value, and the number of bytes that it owns.
type Sized<T> = (T, u64);

/// Passes each value of `source` to `consume`, in order. `next` returns the next value with its size, and is called on
/// another thread, some values ahead of `consume`.
///
/// Each value is dropped on the thread that made it: a thread that frees what another allocates waits for the allocator.
///
/// # Errors
/// The first error of `next`, after all values before it were consumed, or of `consume`. An error of `consume` ends the
/// other thread after at most a few batches.
pub(crate) fn for_each_ahead<S: Send, T: Send, E: Send>(
    source: &mut S,
    next: impl Fn(&mut S) -> Result<Option<Sized<T>>, E> + Sync,
    mut consume: impl FnMut(&T) -> Result<(), E>,
) -> Result<(), E> {
    let done = thread::scope(|scope| {
        let (sender, batches) = sync_channel(MAX_BATCHES);
        let (returns, returned) = channel();
        let (source, next) = (&mut *source, &next);
        let produce = move || {
            loop {
                let (batch, last) = next_batch(source, next, returned.try_iter().flatten());
                // The consumer has failed if it no longer receives.
                if sender.send(batch).is_err() || last.is_some() {
                    return last.unwrap_or(Ok(()));
                }
            }
        };
        let producer = Builder::new().spawn_scoped(scope, produce).ok()?;
        let consumed = batches.into_iter().try_for_each(|batch: Vec<T>| {
            batch.iter().try_for_each(&mut consume)?;
            // The producer has ended if it no longer receives.
            let _ = returns.send(batch);
            Ok(())
        });
        let produced = producer.join().unwrap_or_else(|panic| resume_unwind(panic));
        Some(consumed.and(produced))
    });
    // The system may refuse another thread.
    done.unwrap_or_else(|| {
        while let Some((value, _)) = next(source)? {
            consume(&value)?;
        }
        Ok(())
    })
}

/// Returns the next values, and the result of `source` if they are the last ones. Drops a value of `used` before each, so that
/// its memory is used again at once.
fn next_batch<S, T, E>(
    source: &mut S,
    next: &impl Fn(&mut S) -> Result<Option<Sized<T>>, E>,
    mut used: impl Iterator<Item = T>,
) -> (Vec<T>, Option<Result<(), E>>) {
    let (mut batch, mut bytes) = (Vec::with_capacity(MAX_VALUES), 0);
    while batch.len() < MAX_VALUES && bytes < MAX_BYTES {
        drop(used.next());
        match next(source) {
            Ok(Some((value, size))) => {
                bytes += size;
                batch.push(value);
            }
            Ok(None) => return (batch, Some(Ok(()))),
            Err(error) => return (batch, Some(Err(error))),
        }
    }
    (batch, None)
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    /// Returns the numbers below 1,000, each with half of the maximum size, and an error after them.
    fn next(number: &mut u64) -> Result<Option<Sized<u64>>, &'static str> {
        *number += 1;
        if *number <= 1_000 { Ok(Some((*number - 1, MAX_BYTES / 2))) } else { Err("the source fails") }
    }

    #[test]
    fn all_values_are_consumed_before_the_error_of_the_source() {
        let mut consumed = Vec::new();
        let consume = |value: &u64| {
            consumed.push(*value);
            Ok(())
        };
        assert_eq!(for_each_ahead(&mut 0, next, consume), Err("the source fails"));
        assert!(consumed.into_iter().eq(0..1_000));
    }

    #[test]
    fn failed_consumer_stops_the_source() {
        let mut source = 0;
        let endless = |number: &mut u64| {
            *number += 1;
            Ok(Some((*number, 0)))
        };
        let consume = |value: &u64| if *value < 10 { Ok(()) } else { Err("the consumer fails") };
        assert_eq!(for_each_ahead(&mut source, endless, consume), Err("the consumer fails"));
        let ahead = (MAX_BATCHES as u64 + 3) * MAX_VALUES as u64;
        assert!((10..=ahead).contains(&source), "{source}");
    }

    #[test]
    fn batch_is_complete_at_its_maximum_of_bytes() {
        assert_eq!(next_batch(&mut 0, &next, iter::empty()), (vec![0, 1], None));
    }
}
