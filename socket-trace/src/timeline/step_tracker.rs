//! Tracks the current step of each recording.

use std::collections::HashMap;
use std::rc::Rc;

use socket_tap::event::{Event, Op};

/// Tracks the current step of each recording.
///
/// A step lasts from its mark to the next mark of the same recording. A recording without marks is in the
/// step that was begun last in any recording. This suits the recording of a server whose client sets the
/// marks.
#[derive(Debug, Default)]
pub struct StepTracker {
    by_recording: HashMap<usize, Rc<str>>,
    last: Option<Rc<str>>,
}

impl StepTracker {
    /// Processes an event and returns its step. A mark belongs to the step that it begins.
    pub fn observe(&mut self, recording: usize, event: &Event) -> Option<Rc<str>> {
        if let Op::Mark { label, .. } = &event.op {
            let label: Rc<str> = Rc::from(label.as_ref());
            self.by_recording.insert(recording, Rc::clone(&label));
            self.last = Some(label);
        }
        self.by_recording.get(&recording).or(self.last.as_ref()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use socket_tap::event::SockId;

    use super::*;

    fn mark(label: &'static str) -> Event {
        Event::new(0, None, Op::mark(label))
    }

    #[test]
    fn recording_without_marks_uses_steps_of_other_recording() {
        let mut steps = StepTracker::default();
        let shutdown = Event::new(0, SockId::new(2), Op::Shutdown);
        assert_eq!(steps.observe(0, &shutdown), None);
        assert_eq!(steps.observe(0, &mark("get a book")).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &shutdown).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &mark("list books")).as_deref(), Some("list books"));
        assert_eq!(steps.observe(0, &shutdown).as_deref(), Some("get a book"));
    }
}
