//! Reasons why the comparison of trace and log is inconclusive, with remedies.

use std::collections::BTreeSet;

use socket_tap::event::SockId;

use super::check::Check;
use super::report::NotCompared;
use crate::summary::ending_defects;
use crate::units::plural;

/// Returns the reasons why a difference between trace and log does not prove that the trace is wrong: one of
/// them lacks calls, or their times cannot be compared.
pub(super) fn invalidating(check: &Check) -> Vec<String> {
    let clock = check.clock.defect(check.kernel.was_set_back());
    let mut reasons: Vec<String> = check.kernel.defect().into_iter().chain(clock).collect();
    let trace = check.trace_calls.trace();
    let defects = ending_defects(trace).into_iter().filter(|defect| defect.may_lack_calls());
    reasons.extend(defects.map(|defect| format!("{}: {defect}", trace.source())));
    reasons
}

/// Returns the reasons why the absence of differences does not prove that the trace is exact.
pub(super) fn inconclusive(check: &mut Check) -> Vec<String> {
    let mut reasons = Vec::new();
    let not_found = check.trace_calls.adoptions.not_found();
    for (sock, fd) in &not_found {
        reasons.push(format!(
            "{log} does not show when #{sock}, fd {fd}, was adopted; start the program under strace with all \
             calls listed by `socket-trace verify --help`",
            log = check.kernel.log().source()
        ));
    }
    let ambiguous = check.trace_calls.adoptions.ambiguous().clone();
    retract_differences(check, &not_found);
    for (sock, fd) in retract_differences(check, &ambiguous) {
        reasons.push(format!(
            "the log does not show which calls on fd {fd} came before #{sock} was adopted; {PAUSE} before and \
             after the adoption"
        ));
    }
    let ambiguous = check.trace_calls.ambiguous.clone();
    for (sock, fd) in retract_differences(check, &ambiguous) {
        reasons.push(format!(
            "the log has several sockets with fd {fd}, and it is unclear which of them is #{sock}; {PAUSE} \
             between the use of these sockets"
        ));
    }
    for (sock, fd) in &check.released_unseen {
        reasons.push(format!(
            "the log does not show which calls on fd {fd} came after the tap released #{sock} (into_inner); \
             {PAUSE} before and after into_inner"
        ));
    }
    for (sock, calls) in &check.through_copies {
        reasons.push(format!(
            "{calls} on a duplicated descriptor of #{sock} bypassed the tap; use only the tapped stream",
            calls = plural(*calls, "call")
        ));
    }
    let trace = check.trace_calls.trace();
    let source = trace.source();
    let edited = ending_defects(trace).into_iter().filter(|defect| !defect.may_lack_calls());
    reasons.extend(edited.map(|defect| format!("{source}: {defect}")));
    if check.after_the_end > 0 {
        reasons.push(format!(
            "{source} ends while sockets are open; {later_calls} on them could not be compared",
            later_calls = plural(check.after_the_end, "later call")
        ));
    }
    if check.sockets == 0 && not_found.is_empty() {
        let wrapped = check.trace_calls.wrapped.above + check.trace_calls.wrapped.alone;
        reasons.push(match wrapped {
            0 => "trace and log have no socket in common".to_owned(),
            _ => format!(
                "{source} has only streams without a file descriptor (`TapStream::wrap`), which cannot be \
                 compared; record the sockets below them, too"
            ),
        });
    }
    reasons
}

const PAUSE: &str = "run strace with -ttt, and let the program sleep for at least 100 ms";

/// Removes the differences of the sockets in `ambiguous`, because it is uncertain at which call in the log
/// these sockets begin. Returns the sockets whose differences were removed.
fn retract_differences(check: &mut Check, ambiguous: &BTreeSet<(SockId, i32)>) -> BTreeSet<(SockId, i32)> {
    let mut retracted = BTreeSet::new();
    let mut is_certain = |owner: Option<SockId>| {
        let of_owner = ambiguous.iter().find(|(sock, _)| Some(*sock) == owner);
        retracted.extend(of_owner);
        of_owner.is_none()
    };
    check.differences.retain(|difference| is_certain(difference.owner));
    check.more_differences.retain(|owner| is_certain(*owner));
    retracted
}

/// Returns the streams of the trace that are not compared. The kernel does not see these streams, or sees
/// their bytes as calls on another socket.
pub(super) fn not_compared(check: &Check) -> Vec<NotCompared> {
    let (above, alone) = (check.trace_calls.wrapped.above, check.trace_calls.wrapped.alone);
    let above = NotCompared {
        sockets: above,
        reason: "streams layered on a recorded socket: the kernel sees their bytes only in another form, such as encrypted",
    };
    let alone = NotCompared {
        sockets: alone,
        reason: "streams without a file descriptor (`TapStream::wrap`) and not layered on a recorded socket",
    };
    [above, alone].into_iter().filter(|streams| streams.sockets > 0).collect()
}
