use std::io::Cursor;

use super::*;

const HEADER: &str = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":1,"started":"","monotonic_ns":0,"capture":0}"#;
const MARK: &str = r#"{"t":1,"op":"mark","label":"step"}"#;
const END: &str = r#"{"end":true,"events":1,"lost":0}"#;

fn ending(lines: &[&str]) -> Ending {
    let text = lines.join("\n");
    let mut trace = Trace::read("test", Box::new(Cursor::new(text))).unwrap();
    while trace.next_event().unwrap().is_some() {}
    trace.next_event().unwrap();
    trace.ending().clone()
}

#[test]
fn end_line_completes_the_trace() {
    let complete = Ending::Complete(End::new(1, 0));
    assert_eq!(ending(&[HEADER, MARK, END]), complete);
    assert_eq!(ending(&[HEADER, MARK, END, ""]), complete);
    assert_eq!(ending(&[HEADER, MARK, END, "", "  ", ""]), complete);
}

#[test]
fn text_after_the_end_line_is_reported() {
    for more in [MARK, END, HEADER, "{", "\0\0"] {
        assert_eq!(ending(&[HEADER, MARK, END, more]), Ending::TextAfterEnd { line: 4 });
        assert_eq!(ending(&[HEADER, MARK, END, "", more, ""]), Ending::TextAfterEnd { line: 5 });
    }
}
