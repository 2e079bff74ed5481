use std::sync::Mutex;
use std::thread::{ThreadId, current};

use super::*;

/// A number that notes whether it is dropped on the thread that made it.
struct Number<'a> {
    number: usize,
    size: usize,
    made_on: ThreadId,
    dropped_at_home: &'a Mutex<Vec<bool>>,
}

impl Drop for Number<'_> {
    fn drop(&mut self) {
        self.dropped_at_home.lock().unwrap().push(self.made_on == current().id());
    }
}

/// The numbers below a limit, and an error after them. Each is larger than the one before, so that batches have different
/// lengths.
struct Numbers<'a> {
    next: usize,
    limit: usize,
    dropped_at_home: &'a Mutex<Vec<bool>>,
}

impl<'a> Numbers<'a> {
    fn below(limit: usize, dropped_at_home: &'a Mutex<Vec<bool>>) -> Self {
        Self { next: 0, limit, dropped_at_home }
    }
}

impl<'a> Source for Numbers<'a> {
    type Value = Number<'a>;
    type Error = &'static str;

    fn next(&mut self) -> Result<Option<Number<'a>>, &'static str> {
        if self.next == self.limit {
            return Err("the source fails");
        }
        let (number, made_on) = (self.next, current().id());
        self.next += 1;
        Ok(Some(Number { number, size: number * 10, made_on, dropped_at_home: self.dropped_at_home }))
    }

    fn size(number: &Number<'a>) -> usize {
        number.size
    }
}

/// Doubles numbers.
struct Doubling;

impl<'a> Mapper<Number<'a>> for Doubling {
    type Value = (usize, Number<'a>);

    fn map(&mut self, number: Number<'a>) -> (usize, Number<'a>) {
        (2 * number.number, number)
    }
}

/// Number of values that are read at most before all threads have noticed an error.
const MAX_READ: usize = (MAX_THREADS + 1) * MAX_VALUES;

#[test]
fn all_values_are_consumed_before_the_error_of_the_source() {
    let (dropped, mut consumed, mut doubled) = (Mutex::default(), Vec::new(), Vec::new());
    let consume = |number: &Number<'_>| {
        consumed.push(number.number);
        Ok(())
    };
    assert_eq!(for_each(&mut Numbers::below(10_000, &dropped), consume), Err("the source fails"));
    assert!(consumed.into_iter().eq(0..10_000));
    let consume = |(double, _): &(usize, Number<'_>)| {
        doubled.push(*double);
        Ok(())
    };
    let mut source = Numbers::below(10_000, &dropped);
    assert_eq!(for_each_mapped(&mut source, &mut Doubling, consume), Err("the source fails"));
    assert!(doubled.into_iter().eq((0..20_000).step_by(2)));
}

#[test]
fn values_are_dropped_on_the_thread_that_made_them() {
    let dropped = Mutex::default();
    let mut source = Numbers::below(10_000, &dropped);
    let failed = for_each_mapped(&mut source, &mut Doubling, |_| Ok::<(), &str>(()));
    assert_eq!(failed, Err("the source fails"));
    let dropped = dropped.lock().unwrap();
    assert!(dropped.len() == 10_000 && dropped.iter().all(|at_home| *at_home));
}

#[test]
fn failed_consumer_stops_the_source() {
    let dropped = Mutex::default();
    let mut source = Numbers::below(usize::MAX, &dropped);
    let consume = |it: &Number<'_>| if it.number < 10 { Ok(()) } else { Err("the consumer fails") };
    assert_eq!(for_each(&mut source, consume), Err("the consumer fails"));
    assert!((10..=MAX_READ).contains(&source.next), "{}", source.next);
}

#[test]
fn panic_of_the_consumer_ends_all_threads() {
    let dropped = Mutex::default();
    let mut source = Numbers::below(usize::MAX, &dropped);
    let consume = |it: &Number<'_>| {
        assert!(it.number < 10, "the consumer panics");
        Ok::<(), &str>(())
    };
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| for_each(&mut source, consume)));
    assert!(panicked.is_err());
    assert!((10..=MAX_READ).contains(&source.next), "{}", source.next);
}

#[test]
fn batch_is_complete_at_its_maximum_of_bytes() {
    let dropped = Mutex::default();
    let mut source = Numbers { next: MAX_BYTES.div_ceil(20), ..Numbers::below(usize::MAX, &dropped) };
    let mut values = Vec::new();
    let batch = Input { source: &mut source, batches: 7, has_ended: false }.read(&mut values).unwrap();
    assert_eq!((values.len(), batch.number, batch.last), (2, 7, None));
}

#[test]
fn few_large_values_are_in_memory_at_once() {
    let (dropped, mut most) = (Mutex::default(), 0);
    // Each is larger than a batch.
    let mut source = Numbers { next: MAX_BYTES, ..Numbers::below(MAX_BYTES + 200, &dropped) };
    let consume = |(_, number): &(usize, Number<'_>)| {
        most = most.max(number.number - MAX_BYTES - dropped.lock().unwrap().len());
        Ok::<(), &str>(())
    };
    assert_eq!(for_each_mapped(&mut source, &mut Doubling, consume), Err("the source fails"));
    assert!(most <= MAX_THREADS, "{most}");
}
