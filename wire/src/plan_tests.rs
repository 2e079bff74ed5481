use super::*;

const MS: u64 = 1_000_000;

fn plan(impairments: Impairments) -> Plan {
    Plan::new(7, Direction::ToServer, impairments)
}

/// Decides about `count` packets of 1,000 bytes, sent `apart` nanoseconds apart.
fn verdicts(plan: &mut Plan, count: u64, apart: u64) -> Vec<Verdict> {
    (0..count).map(|n| plan.decide(n * apart, 1_000, None, false).1).collect()
}

fn due(verdict: &Verdict) -> u64 {
    match verdict {
        Verdict::Deliver { due, .. } => *due,
        Verdict::Drop(reason) => panic!("dropped: {reason:?}"),
    }
}

fn dropped(verdicts: &[Verdict]) -> Vec<usize> {
    let numbered = verdicts.iter().enumerate();
    numbered.filter(|(_, verdict)| matches!(verdict, Verdict::Drop(_))).map(|(n, _)| n + 1).collect()
}

#[test]
fn unimpaired_packets_are_due_at_once() {
    let verdicts = verdicts(&mut plan(Impairments::default()), 3, 5);
    assert_eq!(verdicts.iter().map(due).collect::<Vec<_>>(), [0, 5, 10]);
}

#[test]
fn delay_is_added_to_the_time_of_sending() {
    let verdicts = verdicts(&mut plan(Impairments::delay(Duration::from_millis(50))), 2, MS);
    assert_eq!(verdicts.iter().map(due).collect::<Vec<_>>(), [50 * MS, 51 * MS]);
}

#[test]
fn jitter_keeps_range_and_order() {
    let jittery = Impairments::delay(Duration::from_millis(50)).with_jitter(Duration::from_millis(10));
    let dues: Vec<u64> = verdicts(&mut plan(jittery), 1_000, 0).iter().map(due).collect();
    assert!(dues.is_sorted());
    assert!(dues.iter().all(|due| (40 * MS..=60 * MS).contains(due)));
    // Packets that are far apart show the full range.
    let dues = verdicts(&mut plan(jittery), 1_000, 100 * MS);
    let delays: Vec<u64> = dues.iter().zip(0..).map(|(verdict, n)| due(verdict) - n * 100 * MS).collect();
    assert!(delays.iter().any(|delay| *delay < 41 * MS) && delays.iter().any(|delay| *delay > 59 * MS));
}

#[test]
fn loss_does_not_depend_on_time() {
    let lossy = Impairments::default().with_loss(0.1);
    let fast = verdicts(&mut plan(lossy), 500, 1);
    let slow = verdicts(&mut plan(lossy.with_jitter(Duration::from_millis(3))), 500, 7 * MS);
    assert_eq!(dropped(&fast), dropped(&slow));
    assert!(!dropped(&fast).is_empty());
}

#[test]
fn other_seed_drops_other_packets() {
    let lossy = Impairments::default().with_loss(0.1);
    let other = verdicts(&mut Plan::new(8, Direction::ToServer, lossy), 500, 1);
    assert_ne!(dropped(&verdicts(&mut plan(lossy), 500, 1)), dropped(&other));
}

#[test]
fn link_transmits_one_packet_after_the_other() {
    // 1,000 bytes at 8 Mbit/s take 1 ms.
    let slow = Impairments::default().with_bandwidth(8_000_000, 10);
    let dues: Vec<u64> = verdicts(&mut plan(slow), 3, 0).iter().map(due).collect();
    assert_eq!(dues, [MS, 2 * MS, 3 * MS]);
    // An idle link does not save up.
    let dues: Vec<u64> = verdicts(&mut plan(slow), 3, 5 * MS).iter().map(due).collect();
    assert_eq!(dues, [MS, 6 * MS, 11 * MS]);
}

#[test]
fn full_queue_drops_the_packet_that_arrives() {
    let slow = Impairments::default().with_bandwidth(8_000_000, 3);
    let mut plan = plan(slow);
    assert_eq!(dropped(&verdicts(&mut plan, 5, 0)), [4, 5]);
    // One packet has left the queue after 1 ms.
    assert_eq!(due(&plan.decide(MS, 1_000, None, false).1), 4 * MS);
    assert_eq!(plan.decide(MS, 1_000, None, false).1, Verdict::Drop(DropReason::Queue));
}

#[test]
fn rule_applies_once_to_the_nth_packet() {
    let mut plan = plan(Impairments::default());
    plan.add(Rule::drop(crate::Kind::Any, 3));
    plan.add(Rule::duplicate(crate::Kind::Any, 5));
    plan.add(Rule::hold_back(crate::Kind::Any, 6, 2));
    let verdicts = verdicts(&mut plan, 8, 1);
    assert_eq!(dropped(&verdicts), [3]);
    assert!(matches!(verdicts[4], Verdict::Deliver { twice: true, overtaken_by: 0, .. }));
    assert!(matches!(verdicts[5], Verdict::Deliver { twice: false, overtaken_by: 2, .. }));
    assert!(matches!(verdicts[7], Verdict::Deliver { twice: false, overtaken_by: 0, .. }));
}

#[test]
fn rule_does_not_count_earlier_packets() {
    let mut plan = plan(Impairments::default());
    verdicts(&mut plan, 4, 1);
    plan.add(Rule::drop(crate::Kind::Any, 1));
    assert_eq!(dropped(&verdicts(&mut plan, 4, 1)), [1]);
}

#[test]
fn changed_impairments_apply_to_later_packets() {
    let mut plan = plan(Impairments::default());
    verdicts(&mut plan, 4, 1);
    plan.set(Impairments::default().with_loss(1.0));
    assert_eq!(dropped(&verdicts(&mut plan, 2, 1)), [1, 2]);
}
