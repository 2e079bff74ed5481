use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
};
use prost_reflect::{DescriptorPool, MessageDescriptor};

use super::super::contracts::Contracts;
use super::text;

/// Returns a message type with one field, `x = 1`, of the type `kind`.
fn of_type(kind: Type) -> MessageDescriptor {
    let field = FieldDescriptorProto {
        name: Some("x".to_owned()),
        number: Some(1),
        label: Some(Label::Repeated.into()),
        r#type: Some(kind.into()),
        ..FieldDescriptorProto::default()
    };
    let message =
        DescriptorProto { name: Some("M".to_owned()), field: vec![field], ..DescriptorProto::default() };
    let file = FileDescriptorProto {
        name: Some("m.proto".to_owned()),
        message_type: vec![message],
        ..FileDescriptorProto::default()
    };
    let pool = DescriptorPool::from_file_descriptor_set(FileDescriptorSet { file: vec![file] }).unwrap();
    pool.get_message_by_name("M").unwrap()
}

fn book() -> Option<MessageDescriptor> {
    let mut contracts = Contracts::default();
    contracts.add_descriptors(bookshelf_proto::DESCRIPTORS).ok()?;
    let (_, response) = contracts.message_types("bookshelf.v1.BookshelfService", "GetBook")?;
    Some(response)
}

const BOOK: &[u8] = b"\x0a\x0a\x08\x01\x12\x03TCP\x20\xc6\x0f";

#[test]
fn protobuf_fields_have_names_from_proto_file() {
    assert_eq!(text(BOOK, book().as_ref(), false), r#"{book: {id: 1, title: "TCP", year: 1990}}"#);
}

#[test]
fn fields_without_proto_file_are_named_by_number() {
    assert_eq!(text(BOOK, None, false), r#"{1: {1: 1, 2: "TCP", 4: 1990}}"#);
    assert_eq!(
        text(b"\x0d\x01\0\0\0\x11\x02\0\0\0\0\0\0\0\x1a\x02\xff\xfe", None, false),
        "{1: 0x1, 2: 0x2, 3: 2 B}"
    );
    assert_eq!(text(b"", None, false), "{}");
}

#[test]
fn fields_missing_from_proto_are_named_by_number() {
    assert_eq!(text(b"\x0a\x05\x08\x01\x98\x06\x07", book().as_ref(), false), "{book: {id: 1, 99: 7}}");
    // A number in a string field.
    assert_eq!(text(b"\x0a\x02\x10\x07", book().as_ref(), false), "{book: {title: 7}}");
}

#[test]
fn recorded_part_of_truncated_message_is_described() {
    for (length, expected) in [
        (0, "{…"),
        (1, "{…"),
        (2, "{book: {…"),
        (4, "{book: {id: 1, …"),
        (8, r#"{book: {id: 1, title: "TC…"#),
        (9, r#"{book: {id: 1, title: "TCP", …"#),
    ] {
        assert_eq!(text(&BOOK[..length], book().as_ref(), true), expected, "{length}");
    }
    assert_eq!(text(&BOOK[..8], None, true), r#"{1: {1: 1, 2: "TC…"#);
}

#[test]
fn malformed_protobuf_message_is_described_as_malformed() {
    assert_eq!(text(b"\x08\x01\xff", None, false), "{1: 1, malformed…");
    assert_eq!(text(b"\x0b", None, false), "{malformed…");
}

#[test]
fn depth_and_length_of_message_text_are_bounded() {
    let deep =
        (1..40u8).rev().fold(Vec::new(), |inner, depth| [&[0x0a, 2 * (39 - depth)], &inner[..]].concat());
    assert_eq!(text(&deep, None, false), "{1: ".repeat(17) + "…");
    let long = b"\x08\x01".repeat(100_000);
    assert!(text(&long, None, false).len() < 200);
}

#[test]
fn protobuf_values_are_formatted_by_type() {
    let minus_two = b"\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    for (kind, bytes, expected) in [
        (Type::Bool, &b"\x08\x01"[..], "{x: true}"),
        (Type::Int32, minus_two, "{x: -2}"),
        (Type::Uint64, minus_two, "{x: 18446744073709551614}"),
        (Type::Sint64, b"\x08\x03", "{x: -2}"),
        (Type::Sint32, b"\x08\x04", "{x: 2}"),
        (Type::Sfixed32, b"\x0d\xfe\xff\xff\xff", "{x: -2}"),
        (Type::Fixed64, b"\x09\x02\0\0\0\0\0\0\0", "{x: 2}"),
        (Type::Double, b"\x09\0\0\0\0\0\0\xe0\x3f", "{x: 0.5}"),
        (Type::Float, b"\x0d\0\0\0\x3f", "{x: 0.5}"),
        (Type::Bytes, b"\x0a\x02ab", "{x: 2 B}"),
        (Type::String, b"\x0a\x02\x1b\xff", "{x: \"\u{fffd}\u{fffd}\"}"),
        (Type::Int64, b"\x0a\x02\x01\x02", "{x: [1, 2]}"),
        (Type::Float, b"\x0a\x08\0\0\0\x3f\0\0\0\x3f", "{x: [0.5, 0.5]}"),
        (
            Type::Bool,
            b"\x0a\x0a\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
            "{x: [true, true, true, true, true, true, true, true, …]}",
        ),
    ] {
        assert_eq!(text(bytes, Some(&of_type(kind)), false), expected, "{kind:?}");
    }
}
