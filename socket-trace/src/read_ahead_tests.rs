use std::sync::Mutex;
use std::thread::{ThreadId, current};

use super::*;

/// A number that notes the thread on which it is dropped.
struct Number<'a> {
    number: usize,
    size: usize,
    dropped: &'a Mutex<Vec<ThreadId>>,
}

impl Drop for Number<'_> {
    fn drop(&mut self) {
        self.dropped.lock().unwrap().push(current().id());
    }
}

/// The numbers below a limit, and an error after them. Each is larger than the one before, so that batches have different
/// lengths.
struct Numbers<'a> {
    next: usize,
    limit: usize,
    thread: Option<ThreadId>,
    dropped: &'a Mutex<Vec<ThreadId>>,
}

impl<'a> Numbers<'a> {
    fn below(limit: usize, dropped: &'a Mutex<Vec<ThreadId>>) -> Self {
        Self { next: 0, limit, thread: None, dropped }
    }
}

impl<'a> Source for Numbers<'a> {
    type Value = Number<'a>;
    type Error = &'static str;

    fn next(&mut self) -> Result<Option<Number<'a>>, &'static str> {
        self.thread = Some(current().id());
        if self.next == self.limit {
            return Err("the source fails");
        }
        let number = Number { number: self.next, size: self.next * 10, dropped: self.dropped };
        self.next += 1;
        Ok(Some(number))
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

    fn original((_, number): (usize, Number<'a>)) -> Number<'a> {
        number
    }

    fn size((_, number): &(usize, Number<'a>)) -> usize {
        2 * number.size
    }
}

#[test]
fn all_values_are_consumed_before_the_error_of_the_source() {
    let (dropped, mut consumed, mut doubled) = (Mutex::default(), Vec::new(), Vec::new());
    let consume = |number: &Number<'_>| {
        consumed.push(number.number);
        Ok(())
    };
    assert_eq!(for_each_ahead(&mut Numbers::below(1_000, &dropped), consume), Err("the source fails"));
    assert!(consumed.into_iter().eq(0..1_000));
    let consume = |(double, _): &(usize, Number<'_>)| {
        doubled.push(*double);
        Ok(())
    };
    let mut source = Numbers::below(1_000, &dropped);
    assert_eq!(for_each_mapped_ahead(&mut source, &mut Doubling, consume), Err("the source fails"));
    assert!(doubled.into_iter().eq((0..2_000).step_by(2)));
    assert_eq!(dropped.lock().unwrap().len(), 2_000);
}

#[test]
fn failed_consumer_stops_the_source() {
    let dropped = Mutex::default();
    let mut source = Numbers::below(usize::MAX, &dropped);
    let consume = |it: &Number<'_>| if it.number < 10 { Ok(()) } else { Err("the consumer fails") };
    assert_eq!(for_each_ahead(&mut source, consume), Err("the consumer fails"));
    assert!((10..=(MAX_BATCHES + 3) * MAX_VALUES).contains(&source.next), "{}", source.next);
    let mut source = Numbers::below(usize::MAX, &dropped);
    let consume = |(double, _): &(usize, Number<'_>)| {
        if *double < 20 { Ok(()) } else { Err("the consumer fails") }
    };
    let failed = for_each_mapped_ahead(&mut source, &mut Doubling, consume);
    assert_eq!(failed, Err("the consumer fails"));
    assert!((10..=2 * (MAX_BATCHES + 3) * MAX_VALUES).contains(&source.next), "{}", source.next);
}

#[test]
fn originals_are_dropped_on_the_thread_of_the_source() {
    let dropped = Mutex::default();
    let mut source = Numbers::below(10_000, &dropped);
    let failed = for_each_mapped_ahead(&mut source, &mut Doubling, |_| Ok::<(), &str>(()));
    assert_eq!(failed, Err("the source fails"));
    let source_thread = source.thread.unwrap();
    let threads = dropped.lock().unwrap();
    let elsewhere = threads.iter().filter(|thread| **thread != source_thread).count();
    // Those of the last batches are dropped where they are when the source has ended.
    assert!(threads.len() == 10_000 && elsewhere < 2_500, "{elsewhere}");
}

#[test]
fn batch_is_complete_at_its_maximum_of_bytes() {
    let dropped = Mutex::default();
    let mut source = Numbers { next: MAX_BYTES, ..Numbers::below(usize::MAX, &dropped) };
    let batch = next_batch(|| source.next(), |number| number.size / 20);
    assert_eq!((batch.values.len(), batch.last), (2, None));
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
    assert_eq!(for_each_mapped_ahead(&mut source, &mut Doubling, consume), Err("the source fails"));
    assert!(most < 50, "{most}");
}
