//! Reads values ahead on other threads, so that several processors share the work.

use std::io;
use std::mem;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, Builder, Scope};
use std::vec;

/// Maximum number of values in a batch. Waking the other thread costs as much as several values.
const MAX_VALUES: usize = 256;

/// Number of bytes at which a batch is complete.
const MAX_BYTES: usize = 256 * 1024;

/// Maximum number of batches that wait for a thread, so that memory is bounded.
const MAX_BATCHES: usize = 2;

/// Values that are read ahead.
pub(crate) trait Source: Send {
    type Value: Send;
    type Error: Send;

    /// Returns the next value, or `None` after the last one.
    fn next(&mut self) -> Result<Option<Self::Value>, Self::Error>;

    /// Returns about how many bytes the value owns.
    fn size(value: &Self::Value) -> usize;
}

/// Turns each value into another one. Values are passed in order.
pub(crate) trait Mapper<T>: Send {
    type Value: Send;

    fn map(&mut self, value: T) -> Self::Value;

    /// Returns the value that `mapped` was made of.
    fn original(mapped: Self::Value) -> T;

    /// Returns about how many bytes the value owns.
    fn size(value: &Self::Value) -> usize;
}

/// Passes each value of `source` to `consume`, in order. The values are read on another thread, some values ahead of
/// `consume`.
///
/// Each value is dropped on the thread that made it: a thread that frees what another allocates waits for the allocator.
///
/// # Errors
/// The first error of `source`, after all values before it were consumed, or of `consume`. An error of `consume` ends the
/// other thread after at most a few batches.
pub(crate) fn for_each_ahead<S: Source, E: From<S::Error>>(
    source: &mut S,
    mut consume: impl FnMut(&S::Value) -> Result<(), E>,
) -> Result<(), E> {
    let done = thread::scope(|scope| {
        let source = &mut *source;
        let (sender, batches) = sync_channel(MAX_BATCHES);
        let (returns, used) = channel();
        spawn(scope, move || produce(|| source.next(), S::size, &sender, &used, drop)).ok()?;
        Some(consume_all(batches, &returns, &mut consume))
    });
    // The system may refuse another thread.
    done.unwrap_or_else(|| {
        while let Some(value) = source.next()? {
            consume(&value)?;
        }
        Ok(())
    })
}

/// Passes what `mapper` makes of each value of `source` to `consume`, like [`for_each_ahead`]. `source` and `mapper` run on a
/// thread each. A mapped value is taken apart on the thread of `mapper`, and its original is dropped on that of `source`.
///
/// # Errors
/// As for [`for_each_ahead`].
pub(crate) fn for_each_mapped_ahead<S: Source, M: Mapper<S::Value>, E: From<S::Error>>(
    source: &mut S,
    mapper: &mut M,
    mut consume: impl FnMut(&M::Value) -> Result<(), E>,
) -> Result<(), E> {
    let done = thread::scope(|scope| {
        let (source, mapper) = (&mut *source, &mut *mapper);
        let (to_mapper, batches) = sync_channel(MAX_BATCHES);
        let (to_consumer, mapped) = sync_channel(MAX_BATCHES);
        let (returns, used) = channel();
        let (to_source, used_originals) = channel();
        let mut values = Values::of(batches);
        let next = move || Ok(values.next()?.map(|value| mapper.map(value)));
        let (mut originals, mut bytes) = (Vec::with_capacity(MAX_VALUES), 0);
        let give_back = move |mapped| {
            let original = M::original(mapped);
            bytes += S::size(&original);
            originals.push(original);
            if originals.len() == MAX_VALUES || bytes >= MAX_BYTES {
                bytes = 0;
                // The source has ended if it no longer receives.
                let _ = to_source.send(mem::replace(&mut originals, Vec::with_capacity(MAX_VALUES)));
            }
        };
        spawn(scope, move || produce(next, M::size, &to_consumer, &used, give_back)).ok()?;
        // If this thread is refused, the other one ends without a value.
        spawn(scope, move || produce(|| source.next(), S::size, &to_mapper, &used_originals, drop)).ok()?;
        Some(consume_all(mapped, &returns, &mut consume))
    });
    // The system may refuse another thread.
    done.unwrap_or_else(|| {
        while let Some(value) = source.next()? {
            consume(&mapper.map(value))?;
        }
        Ok(())
    })
}

/// Values that are passed from one thread to another at once.
struct Batch<T, E> {
    values: Vec<T>,
    /// `Some` in the last batch: the result after its values.
    last: Option<Result<(), E>>,
}

/// The values of received batches, one by one.
struct Values<T, E> {
    batches: Receiver<Batch<T, E>>,
    values: vec::IntoIter<T>,
    last: Option<Result<(), E>>,
}

impl<T, E> Values<T, E> {
    fn of(batches: Receiver<Batch<T, E>>) -> Self {
        Self { batches, values: Vec::new().into_iter(), last: None }
    }

    fn next(&mut self) -> Result<Option<T>, E> {
        loop {
            if let Some(value) = self.values.next() {
                return Ok(Some(value));
            }
            if let Some(last) = self.last.take() {
                return last.map(|()| None);
            }
            // The other thread was refused, so that the values are read without it; or it has panicked, as this one will.
            let Ok(Batch { values, last }) = self.batches.recv() else { return Ok(None) };
            (self.values, self.last) = (values.into_iter(), last);
        }
    }
}

/// Runs a thread. The scope waits for it, and panics if it has panicked.
fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, run: impl FnOnce() + Send + 'scope) -> io::Result<()> {
    Builder::new().spawn_scoped(scope, run).map(drop)
}

/// Sends all values in batches. Stops if they are no longer received. Passes those that come back to `give_back`: one before
/// each new value, which then uses the memory, and the rest after each batch, so that few batches wait.
fn produce<T, E>(
    mut next: impl FnMut() -> Result<Option<T>, E>,
    size: fn(&T) -> usize,
    sender: &SyncSender<Batch<T, E>>,
    used: &Receiver<Vec<T>>,
    mut give_back: impl FnMut(T),
) {
    loop {
        let mut used = used.try_iter().flatten();
        let next = || {
            used.next().into_iter().for_each(&mut give_back);
            next()
        };
        let batch = next_batch(next, size);
        used.for_each(&mut give_back);
        let is_last = batch.last.is_some();
        if sender.send(batch).is_err() || is_last {
            return;
        }
    }
}

/// Returns the next values.
fn next_batch<T, E>(mut next: impl FnMut() -> Result<Option<T>, E>, size: fn(&T) -> usize) -> Batch<T, E> {
    let (mut values, mut bytes) = (Vec::with_capacity(MAX_VALUES), 0);
    while values.len() < MAX_VALUES && bytes < MAX_BYTES {
        match next() {
            Ok(Some(value)) => {
                bytes += size(&value);
                values.push(value);
            }
            Ok(None) => return Batch { values, last: Some(Ok(())) },
            Err(error) => return Batch { values, last: Some(Err(error)) },
        }
    }
    Batch { values, last: None }
}

/// Passes all values to `consume`, and returns each batch afterwards.
fn consume_all<T, E, F: From<E>>(
    batches: Receiver<Batch<T, E>>,
    returns: &Sender<Vec<T>>,
    mut consume: impl FnMut(&T) -> Result<(), F>,
) -> Result<(), F> {
    for Batch { values, last } in batches {
        values.iter().try_for_each(&mut consume)?;
        // The other thread has ended if it no longer receives.
        let _ = returns.send(values);
        if let Some(last) = last {
            return Ok(last?);
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "read_ahead_tests.rs"]
mod tests;
