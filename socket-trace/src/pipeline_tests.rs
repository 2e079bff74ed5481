use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread::{ThreadId, current};

use super::*;

/// The numbers that exist, and those that were dropped.
#[derive(Default)]
struct Log {
    living: usize,
    most: usize,
    /// For each dropped number, `true` if it was dropped on the thread that made it.
    dropped_at_home: Vec<bool>,
}

struct Number<'a> {
    number: usize,
    size: usize,
    made_on: ThreadId,
    log: &'a Mutex<Log>,
}

impl Drop for Number<'_> {
    fn drop(&mut self) {
        let mut log = self.log.lock().unwrap();
        log.living -= 1;
        log.dropped_at_home.push(self.made_on == current().id());
    }
}

/// The numbers below a limit, and an error after them.
struct Numbers<'a> {
    next: usize,
    limit: usize,
    size: fn(usize) -> usize,
    log: &'a Mutex<Log>,
}

impl<'a> Numbers<'a> {
    fn below(limit: usize, size: fn(usize) -> usize, log: &'a Mutex<Log>) -> Self {
        Self { next: 0, limit, size, log }
    }
}

impl<'a> Source for Numbers<'a> {
    type Value = Number<'a>;
    type Error = &'static str;

    fn next(&mut self) -> Result<Option<Number<'a>>, &'static str> {
        if self.next == self.limit {
            return Err("the source fails");
        }
        let number = self.next;
        self.next += 1;
        let mut log = self.log.lock().unwrap();
        log.living += 1;
        log.most = log.most.max(log.living);
        Ok(Some(Number { number, size: (self.size)(number), made_on: current().id(), log: self.log }))
    }

    fn size(number: &Number<'a>) -> usize {
        number.size
    }
}

/// Doubles numbers.
struct Doubling {
    /// Size of each doubled value.
    size: usize,
    /// Number of values that were doubled.
    count: usize,
}

impl Doubling {
    fn into_size(size: usize) -> Self {
        Self { size, count: 0 }
    }
}

impl<'a> Mapper<Number<'a>> for Doubling {
    type Value = (usize, usize, Number<'a>);

    fn map(&mut self, number: Number<'a>) -> (usize, usize, Number<'a>) {
        self.count += 1;
        (2 * number.number, self.size, number)
    }

    fn size((_, size, _): &(usize, usize, Number<'a>)) -> usize {
        *size
    }
}

/// Number of values that are read at most before all threads have noticed the end.
const MAX_READ: usize = MAX_THREADS * MAX_VALUES;

/// Runs a check for each number of threads.
fn on_all_threads(check: impl Fn(usize)) {
    (1..=MAX_THREADS).for_each(check);
}

#[test]
fn all_values_are_consumed_in_order_before_the_error_of_the_source() {
    // Batches end by number, by bytes, or differ in their length, and are consumed whole or in parts.
    let sizes: [fn(usize) -> usize; 3] = [|_| 0, |number| number * 10, |number| number % 7 * MAX_BYTES / 8];
    on_all_threads(|threads| {
        for (size, mapped_size) in
            sizes.into_iter().flat_map(|size| [(size, 0), (size, MAX_BYTES / 9), (size, MAX_BYTES)])
        {
            let (log, mut doubled) = (Mutex::default(), Vec::new());
            let mut source = Numbers::below(10_000, size, &log);
            let consume = |(double, _, _): &(usize, usize, Number<'_>)| {
                doubled.push(*double);
                Ok(())
            };
            let failed = for_each_on(threads, &mut source, &mut Doubling::into_size(mapped_size), consume);
            assert_eq!(failed, Err("the source fails"));
            assert!(doubled.into_iter().eq((0..20_000).step_by(2)));
            let log = log.into_inner().unwrap();
            assert!(
                log.dropped_at_home.len() == 10_000 && log.dropped_at_home.iter().all(|at_home| *at_home)
            );
        }
    });
}

#[test]
fn values_without_a_mapper_are_consumed_in_order() {
    let (log, mut consumed) = (Mutex::default(), Vec::new());
    let consume = |number: &Number<'_>| {
        consumed.push(number.number);
        Ok(())
    };
    assert_eq!(for_each(&mut Numbers::below(10_000, |_| 0, &log), consume), Err("the source fails"));
    assert!(consumed.into_iter().eq(0..10_000));
}

#[test]
fn failed_consumer_stops_the_source() {
    on_all_threads(|threads| {
        for mapped_size in [0, MAX_BYTES] {
            let log = Mutex::default();
            let mut source = Numbers::below(usize::MAX, |_| 0, &log);
            let consume = |(double, _, _): &(usize, usize, Number<'_>)| {
                if *double < 20 { Ok(()) } else { Err("the consumer fails") }
            };
            let mut mapper = Doubling::into_size(mapped_size);
            let failed = for_each_on(threads, &mut source, &mut mapper, consume);
            assert_eq!(failed, Err("the consumer fails"));
            assert!((10..=MAX_READ).contains(&source.next), "{}", source.next);
            // Large values are consumed one by one: the rest of a batch need not be mapped.
            assert!(mapped_size == 0 || mapper.count <= 11 + threads, "{}", mapper.count);
        }
    });
}

#[test]
fn panic_of_the_consumer_ends_all_threads() {
    on_all_threads(|threads| {
        for mapped_size in [0, MAX_BYTES] {
            let log = Mutex::default();
            let mut source = Numbers::below(usize::MAX, |_| 0, &log);
            let consume = |(double, _, _): &(usize, usize, Number<'_>)| {
                assert!(*double < 20, "the consumer panics");
                Ok::<(), &str>(())
            };
            let mut mapper = Doubling::into_size(mapped_size);
            let run = || for_each_on(threads, &mut source, &mut mapper, consume);
            assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
            assert!((10..=MAX_READ).contains(&source.next), "{}", source.next);
        }
    });
}

#[test]
fn panic_of_the_mapper_ends_all_threads() {
    struct Panicking;

    impl<'a> Mapper<Number<'a>> for Panicking {
        type Value = Number<'a>;

        fn map(&mut self, number: Number<'a>) -> Number<'a> {
            assert!(number.number < 10_000, "the mapper panics");
            number
        }

        fn size(_: &Number<'a>) -> usize {
            0
        }
    }

    on_all_threads(|threads| {
        let log = Mutex::default();
        let mut source = Numbers::below(usize::MAX, |_| 0, &log);
        let run = || for_each_on(threads, &mut source, &mut Panicking, |_| Ok::<(), &str>(()));
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
        assert!((10_000..=10_000 + MAX_READ).contains(&source.next), "{}", source.next);
    });
}

#[test]
fn few_large_values_are_in_memory_at_once() {
    // Each is larger than a batch. Of each thread, one is read and one is kept from the batch before.
    on_all_threads(|threads| {
        let log = Mutex::default();
        let mut source = Numbers::below(200, |_| MAX_BYTES, &log);
        let failed = for_each_on(threads, &mut source, &mut Doubling::into_size(0), |_| Ok::<(), &str>(()));
        assert_eq!(failed, Err("the source fails"));
        let most = log.lock().unwrap().most;
        assert!(most <= 2 * threads, "{most}");
    });
}

#[test]
fn few_large_mapped_values_are_in_memory_at_once() {
    on_all_threads(|threads| {
        let (log, consumed) = (Mutex::default(), Mutex::new(Vec::new()));
        let mut source = Numbers::below(MAX_VALUES, |_| 0, &log);
        let consume = |(_, _, number): &(usize, usize, Number<'_>)| {
            // The others are not mapped yet, or dropped.
            let dropped = number.log.lock().unwrap().dropped_at_home.len();
            consumed.lock().unwrap().push(number.number - dropped);
            Ok::<(), &str>(())
        };
        let failed = for_each_on(threads, &mut source, &mut Doubling::into_size(MAX_BYTES), consume);
        assert_eq!(failed, Err("the source fails"));
        let consumed = consumed.into_inner().unwrap();
        assert!(consumed.len() == MAX_VALUES && consumed.into_iter().max() <= Some(1));
    });
}
