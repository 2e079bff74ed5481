use super::*;

fn split(text: &str) -> Vec<&str> {
    let (arguments, rest) = Arguments::split(text).unwrap();
    let texts = arguments.texts.iter().take(arguments.count);
    texts.copied().chain([rest]).collect()
}

#[test]
fn arguments_are_split_at_top_level_commas() {
    assert_eq!(
        split("4, [1, {a=2, b=3}], \"x, )\\\"\") = 0"),
        ["4", "[1, {a=2, b=3}]", "\"x, )\\\"\"", " = 0"]
    );
    assert_eq!(split(r#"3</tmp/we, (ird->, "a") = 1"#), ["3</tmp/we, (ird->", "\"a\"", " = 1"]);
    assert_eq!(
        split(r#"7<UNIX-STREAM:[1->2,"/tmp/a\")b"]>, 1) = 0"#),
        [r#"7<UNIX-STREAM:[1->2,"/tmp/a\")b"]>"#, "1", " = 0"]
    );
    assert_eq!(split("1</dev/null<char 1:3>>, 2) = 0"), ["1</dev/null<char 1:3>>", "2", " = 0"]);
    assert!(Arguments::split("4, \"cut").is_none());
}

#[test]
fn comment_of_a_descriptor_may_contain_arrows() {
    assert_eq!(comment("5<TCP:[127.0.0.1:1->127.0.0.1:2]>"), Some("TCP:[127.0.0.1:1->127.0.0.1:2]"));
    assert_eq!(comment("5"), None);
    assert_eq!(comment("5<TCP:[1"), None);
}

#[test]
fn strings_are_unescaped_in_octal_and_hex() {
    let unescaped = |text| String::from_utf8(quoted(text, 99).unwrap().bytes).unwrap();
    assert_eq!(unescaped(r#""a\"\\\n\0\1012\x41\r"..., 9"#), "a\"\\\n\0A2A\r");
    let cut = quoted("\"abc\"..., 9", 2).unwrap();
    assert_eq!((cut.bytes.as_slice(), cut.is_cut, cut.rest), (&b"ab"[..], true, ", 9"));
}

#[test]
fn elements_of_a_list_are_split() {
    let list = r#"[{iov_base="a, ]", iov_len=4}, {iov_base="", iov_len=0}], 2"#;
    let elements: Vec<_> = elements(list).collect();
    assert_eq!(elements, [r#"{iov_base="a, ]", iov_len=4}"#, r#"{iov_base="", iov_len=0}"#]);
}

#[test]
fn name_of_a_field_is_not_found_within_another_name() {
    let message = "{msg_control=[{cmsg_len=28, cmsg_data=[msg_len]}], msg_len=3}";
    assert_eq!(after(message, "msg_len="), Some("3}"));
    assert_eq!(after("cmsg_len=28", "msg_len="), None);
}
