//! Why trace or log prove nothing, or do not prove that all is well, and what to do about it.

use std::collections::BTreeSet;

use socket_tap::event::SockId;

use super::check::Check;
use super::report::NotCompared;
use crate::summary::ending_defects;

/// Why trace or log prove nothing: they lack calls, or may be laid side by side wrongly, so a difference would prove nothing
/// either.
pub(super) fn cut(check: &Check) -> Vec<String> {
    let mut cut: Vec<String> =
        check.kernel.doubt().into_iter().chain(check.clock.doubt(check.kernel.was_set_back())).collect();
    let trace = check.feed.trace();
    let defects = ending_defects(trace).into_iter().filter(|defect| defect.may_lack_calls());
    cut.extend(defects.map(|defect| format!("{}: {defect}", trace.source())));
    cut
}

/// Why they do not prove that the trace is exact.
pub(super) fn unproved(check: &mut Check) -> Vec<String> {
    let mut unproved = Vec::new();
    let not_found = check.feed.adoptions.not_found();
    for (sock, fd) in &not_found {
        unproved.push(format!(
            "{} does not show when #{sock}, fd {fd}, was adopted: start the program under strace, with all the calls that \
             `socket-trace verify --help` lists",
            check.kernel.log().source()
        ));
    }
    let unsure = check.feed.adoptions.unsure().clone();
    take_back(check, &not_found);
    for (sock, fd) in take_back(check, &unsure) {
        unproved.push(format!(
            "it cannot be told which calls on fd {fd} came before #{sock} was adopted: {TELL_MOMENTS_APART}"
        ));
    }
    let unsure = check.feed.unsure.clone();
    for (sock, fd) in take_back(check, &unsure) {
        unproved.push(format!(
            "it cannot be told which of several sockets with fd {fd} is #{sock}: {TELL_MOMENTS_APART}"
        ));
    }
    for (sock, fd) in &check.released_unseen {
        unproved.push(format!(
            "it cannot be told which calls on fd {fd} came after #{sock} was released: {TELL_MOMENTS_APART}"
        ));
    }
    for (sock, calls) in &check.through_copies {
        unproved.push(format!(
            "#{sock} was duplicated, and {calls} calls through the duplicate are beyond the tap: use the tapped stream"
        ));
    }
    let trace = check.feed.trace();
    let source = trace.source();
    let edited = ending_defects(trace).into_iter().filter(|defect| !defect.may_lack_calls());
    unproved.extend(edited.map(|defect| format!("{source}: {defect}")));
    if check.after_the_end > 0 {
        unproved.push(format!(
            "{source} ends while sockets are open: {} later calls on them cannot be judged",
            check.after_the_end
        ));
    }
    if check.sockets == 0 && not_found.is_empty() {
        let wrapped = check.feed.wrapped.above + check.feed.wrapped.alone;
        unproved.push(match wrapped {
            0 => "they have no socket in common".to_owned(),
            _ => format!(
                "there is nothing to compare: {source} has only streams without a file descriptor, put under the tap \
                 with `TapStream::wrap`; record the socket below them, too"
            ),
        });
    }
    unproved
}

const TELL_MOMENTS_APART: &str = "pass -ttt to strace, and let a tenth of a second pass between the two";

/// Takes back the differences of sockets whose beginning is not certain, and returns those that had any.
fn take_back(check: &mut Check, unsure: &BTreeSet<(SockId, i32)>) -> BTreeSet<(SockId, i32)> {
    let mut taken_back = BTreeSet::new();
    let mut stays = |owner: Option<SockId>| {
        let of_owner = unsure.iter().find(|(sock, _)| Some(*sock) == owner);
        taken_back.extend(of_owner);
        of_owner.is_none()
    };
    check.differences.retain(|difference| stays(difference.owner));
    check.more_differences.retain(|owner| stays(*owner));
    taken_back
}

/// Streams that the kernel does not see, or sees as other calls.
pub(super) fn not_compared(check: &Check) -> Vec<NotCompared> {
    let (above, alone) = (check.feed.wrapped.above, check.feed.wrapped.alone);
    let above = NotCompared {
        sockets: above,
        reason: "streams above a recorded socket: the same bytes in another form",
    };
    let alone = NotCompared {
        sockets: alone,
        reason: "streams without a file descriptor, and without a recorded socket below them (`TapStream::wrap`)",
    };
    [above, alone].into_iter().filter(|left_out| left_out.sockets > 0).collect()
}
