//! Which named step an event is in.

use std::collections::HashMap;
use std::rc::Rc;

use socket_tap::event::{Event, Op};

/// The steps that run in several recordings.
///
/// A step lasts from its mark to the next one of the same recording. What records without marks of its own, a server
/// that knows nothing of its client's plans, is in the step that was begun last anywhere.
#[derive(Debug, Default)]
pub struct Steps {
    own: HashMap<usize, Rc<str>>,
    last: Option<Rc<str>>,
}

impl Steps {
    /// Takes in an event of a recording, and says in which step it is. A mark is in the step that it begins.
    pub fn observe(&mut self, recording: usize, event: &Event) -> Option<Rc<str>> {
        if let Op::Mark { label, .. } = &event.op {
            let label: Rc<str> = Rc::from(label.as_ref());
            self.own.insert(recording, Rc::clone(&label));
            self.last = Some(label);
        }
        self.own.get(&recording).or(self.last.as_ref()).cloned()
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
    fn a_recording_is_in_its_own_step_or_in_the_last_one_of_the_others() {
        let mut steps = Steps::default();
        let shutdown = Event::new(0, SockId::new(2), Op::Shutdown);
        assert_eq!(steps.observe(0, &shutdown), None);
        assert_eq!(steps.observe(0, &mark("get a book")).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &shutdown).as_deref(), Some("get a book"));
        assert_eq!(steps.observe(1, &mark("list books")).as_deref(), Some("list books"));
        assert_eq!(steps.observe(0, &shutdown).as_deref(), Some("get a book"));
    }
}
