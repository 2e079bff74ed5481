use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto,
    ServiceDescriptorProto,
};

use super::super::contracts::{Contracts, MessageType};
use super::super::text::Limit;

fn text(bytes: &[u8], message_type: Option<&MessageType>, cut: bool) -> String {
    super::text(bytes, message_type, cut, Limit::SHORT)
}

fn field(name: &str, number: i32, kind: Type, type_name: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Repeated.into()),
        r#type: Some(kind.into()),
        type_name: type_name.map(str::to_owned),
        ..FieldDescriptorProto::default()
    }
}

fn message(name: &str, field: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto { name: Some(name.to_owned()), field, ..DescriptorProto::default() }
}

/// Returns the first of the messages as the type of a service's requests.
fn contract(message_type: Vec<DescriptorProto>, extension: Vec<FieldDescriptorProto>) -> MessageType {
    let name = message_type[0].name.clone();
    let method = MethodDescriptorProto {
        name: Some("Do".to_owned()),
        input_type: name.clone(),
        output_type: name,
        ..MethodDescriptorProto::default()
    };
    let service = ServiceDescriptorProto {
        name: Some("S".to_owned()),
        method: vec![method],
        ..ServiceDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        message_type,
        extension,
        service: vec![service],
        ..FileDescriptorProto::default()
    };
    let mut contracts = Contracts::default();
    contracts.add_descriptors(&FileDescriptorSet { file: vec![file] }.encode_to_vec()).unwrap();
    contracts.message_types("S", "Do").unwrap().0
}

/// Returns a message type with one field, `x = 1`, of the type `kind`.
fn of_type(kind: Type) -> MessageType {
    contract(vec![message("M", vec![field("x", 1, kind, None)])], Vec::new())
}

fn book() -> Option<MessageType> {
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
    assert_eq!(text(b"\x0c", None, false), "{malformed…", "the end of a group that has not begun");
    assert_eq!(text(b"\x0b\x14\x0c", None, false), "{malformed…", "the end of another group");
    assert_eq!(text(&[0x0b; 1000], None, false), "{malformed…", "groups in groups");
}

#[test]
fn groups_are_shown_as_messages() {
    // Field 7 is a group with field 8, and a group in it.
    let bytes = b"\x3b\x40\x05\x4b\x08\x01\x4c\x3c\x10\x02";
    assert_eq!(text(bytes, None, false), "{7: {8: 5, 9: {1: 1}}, 2: 2}");
    assert_eq!(text(b"\x3b\x3c", None, false), "{7: {}}");
    assert_eq!(text(&bytes[..3], None, true), "{7: {8: 5, …");
    assert_eq!(text(&bytes[..6], None, true), "{7: {8: 5, 9: {1: 1, …");
    let inner = message("Data", vec![field("count", 8, Type::Int32, None)]);
    let outer = message("M", vec![field("data", 7, Type::Group, Some("Data"))]);
    let contract = contract(vec![outer, inner], Vec::new());
    assert_eq!(text(b"\x3b\x40\x05\x3c", Some(&contract), false), "{data: {count: 5}}");
    // As `message_encoding = DELIMITED` of an edition.
    assert_eq!(text(b"\x3a\x02\x40\x05", Some(&contract), false), "{data: {count: 5}}");
}

#[test]
fn extensions_are_shown_by_their_full_name() {
    let mut priority = field("priority", 100, Type::Int32, None);
    priority.extendee = Some("M".to_owned());
    let contract = contract(vec![message("M", Vec::new())], vec![priority]);
    assert_eq!(text(b"\xa0\x06\x03", Some(&contract), false), "{[priority]: 3}");
}

#[test]
fn full_text_contains_the_complete_message() {
    let long = "x".repeat(200);
    let bytes = [&[0x0a, 200, 1], long.as_bytes()].concat().repeat(5);
    let full = super::text(&bytes, None, false, Limit::FULL);
    assert_eq!(full.matches(&long).count(), 5);
    let packed = super::text(
        &[0x0a, 20].iter().copied().chain([1; 20]).collect::<Vec<_>>(),
        Some(&of_type(Type::Bool)),
        false,
        Limit::FULL,
    );
    assert_eq!(packed.matches("true").count(), 20);
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
        (Type::String, b"\x0a\x02\x1b\xff", "{x: \"␛\u{fffd}\"}"),
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
