//! Passes values through three stages on several threads: a source, a mapper and a consumer.
//!
//! The values are passed in batches. A batch stays on one thread, which takes it through all stages: so its memory stays in the
//! cache of one processor, and the thread that allocated it frees it. Each stage processes the batches one after the other, in
//! order. While one thread is in a stage, another is in the stage before it or after it.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::Mutex;
use std::thread::{self, Builder};

use stage::Stage;

mod stage;

/// Maximum number of values in a batch. With fewer, the threads often wait for each other.
const MAX_VALUES: usize = 2048;

/// Number of bytes at which a batch is complete, and at which mapped values are consumed before further ones are mapped, so that
/// memory is bounded.
const MAX_BYTES: usize = 1024 * 1024;

/// Maximum number of threads: one for each stage.
const MAX_THREADS: usize = 3;

/// The first stage, which makes the values.
pub(crate) trait Source: Send {
    type Value;
    type Error;

    /// Returns the next value, or `None` after the last one.
    fn next(&mut self) -> Result<Option<Self::Value>, Self::Error>;

    /// Returns about how many bytes the value owns.
    fn size(value: &Self::Value) -> usize;
}

/// The second stage, which turns each value into another one.
pub(crate) trait Mapper<T>: Send {
    type Value;

    fn map(&mut self, value: T) -> Self::Value;

    /// Recycles the memory of a consumed value, which is dropped afterwards. Called before the value that replaces it is mapped.
    fn reuse(&mut self, _consumed: &mut Self::Value) {}

    /// Returns about how many bytes the value owns.
    fn size(value: &Self::Value) -> usize;
}

/// Leaves values as they are.
struct Unchanged;

impl<T> Mapper<T> for Unchanged {
    type Value = T;

    fn map(&mut self, value: T) -> T {
        value
    }

    /// The source has limited the bytes of a batch.
    fn size(_: &T) -> usize {
        0
    }
}

/// Passes each value of `source` to `consume`, in order. `consume` is called by different threads, but by one at a time.
///
/// # Errors
/// The first error of `source`, after all values before it were consumed, or of `consume`. After an error of `consume`, at most
/// a few batches are read.
pub(crate) fn for_each<S: Source, E: From<S::Error> + Send>(
    source: &mut S,
    consume: impl FnMut(&S::Value) -> Result<(), E> + Send,
) -> Result<(), E> {
    for_each_mapped(source, &mut Unchanged, consume)
}

/// Passes what `mapper` makes of each value of `source` to `consume`, like [`for_each`].
///
/// # Errors
/// As for [`for_each`].
pub(crate) fn for_each_mapped<S: Source, M: Mapper<S::Value>, E: From<S::Error> + Send>(
    source: &mut S,
    mapper: &mut M,
    consume: impl FnMut(&M::Value) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    for_each_on(threads, source, mapper, consume)
}

/// Runs the stages on a number of threads.
fn for_each_on<S: Source, M: Mapper<S::Value>, E: From<S::Error> + Send>(
    threads: usize,
    source: &mut S,
    mapper: &mut M,
    consume: impl FnMut(&M::Value) -> Result<(), E> + Send,
) -> Result<(), E> {
    let input = Mutex::new(Input { source, batches: 0, has_ended: false });
    let mapper = Stage::new(mapper);
    let output = Stage::new(Output { consume, result: None });
    let run = || run(&input, &mapper, &output);
    thread::scope(|scope| {
        for _ in 1..threads {
            // If the system refuses another thread, this one does all the work.
            let _ = Builder::new().spawn_scoped(scope, run);
        }
        run();
    });
    output.into_worker().result.unwrap_or(Ok(()))
}

/// Takes batches through all stages. Returns after the last one or an error; also if another thread has panicked, since the
/// scope of the threads passes the panic on.
fn run<S: Source, M: Mapper<S::Value>, C: FnMut(&M::Value) -> Result<(), E>, E: From<S::Error>>(
    input: &Mutex<Input<'_, S>>,
    mapper: &Stage<&mut M>,
    output: &Stage<Output<C, E>>,
) -> Option<()> {
    let (mut values, mut mapped) = (VecDeque::new(), Vec::new());
    loop {
        let Batch { number, last } = input.lock().ok()?.read(&mut values)?;
        mapper.process(number, true, |mapper| {
            map_some(*mapper, &mut values, &mut mapped);
            while !values.is_empty() {
                // The other values of the batch would take too much memory.
                let goes_on = output.process(number, false, |output| output.consume(&mapped, None))?;
                goes_on.unwrap_or_else(|| values.clear());
                map_some(*mapper, &mut values, &mut mapped);
            }
            Some(())
        })??;
        output.process(number, true, |output| output.consume(&mapped, last))??;
    }
}

/// Maps values until none is left, or the mapped ones have many bytes. Replaces the consumed ones in `mapped`. They are dropped
/// one by one, so that the allocator can use their memory for the next ones at once.
fn map_some<T, M: Mapper<T>>(mapper: &mut M, values: &mut VecDeque<T>, mapped: &mut Vec<M::Value>) {
    let (mut count, mut bytes) = (0, 0);
    while bytes < MAX_BYTES
        && let Some(value) = values.pop_front()
    {
        if let Some(consumed) = mapped.get_mut(count) {
            mapper.reuse(consumed);
        }
        let value = mapper.map(value);
        bytes += M::size(&value);
        match mapped.get_mut(count) {
            Some(consumed) => *consumed = value,
            None => mapped.push(value),
        }
        count += 1;
    }
    mapped.truncate(count);
}

/// A batch of values.
struct Batch<E> {
    number: u64,
    /// `Some` for the last batch: the result after its values.
    last: Option<Result<(), E>>,
}

/// The source, and how far it was read.
struct Input<'a, S> {
    source: &'a mut S,
    /// Number of batches read so far.
    batches: u64,
    has_ended: bool,
}

impl<S: Source> Input<'_, S> {
    /// Reads the values of the next batch. Returns `None` after the last one.
    fn read(&mut self, values: &mut VecDeque<S::Value>) -> Option<Batch<S::Error>> {
        if self.has_ended {
            return None;
        }
        let (number, mut bytes, mut last) = (self.batches, 0, None);
        while values.len() < MAX_VALUES && bytes < MAX_BYTES && last.is_none() {
            match self.source.next() {
                Ok(Some(value)) => {
                    bytes += S::size(&value);
                    values.push_back(value);
                }
                Ok(None) => last = Some(Ok(())),
                Err(error) => last = Some(Err(error)),
            }
        }
        self.batches += 1;
        self.has_ended = last.is_some();
        Some(Batch { number, last })
    }
}

/// What the last stage does with values, and its result once it has ended.
struct Output<C, E> {
    consume: C,
    result: Option<Result<(), E>>,
}

impl<C, E> Output<C, E> {
    /// Consumes the values of a batch. Returns `None` if there is nothing more to consume.
    fn consume<T, F>(&mut self, values: &[T], last: Option<Result<(), F>>) -> Option<()>
    where
        C: FnMut(&T) -> Result<(), E>,
        E: From<F>,
    {
        if self.result.is_none() {
            let consumed = values.iter().try_for_each(&mut self.consume);
            let last = last.map(|last| last.map_err(E::from));
            self.result = consumed.map_or_else(|error| Some(Err(error)), |()| last);
        }
        self.result.is_none().then_some(())
    }
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
