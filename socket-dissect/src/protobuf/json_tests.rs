//! Tests of messages as JSON.

use proptest::prelude::*;
use prost::Message as _;
use prost_types::field_descriptor_proto::Label;
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MessageOptions,
    MethodDescriptorProto, ServiceDescriptorProto,
};

use super::*;
use crate::contracts::Contracts;

fn json(bytes: &[u8], kind: Option<&MessageType>) -> Option<String> {
    super::json(bytes, kind, 1 << 20)
}

/// A field of a message type: its name, number, type, the name of its message type, and `true` if it is repeated.
type FieldOf = (&'static str, i32, Type, &'static str, bool);

/// Returns the message type `Order` of a contract that has a scalar, a list, a map and a message.
fn order() -> MessageType {
    let fields: [FieldOf; 7] = [
        ("order_id", 1, Type::Int64, "", false),
        ("sizes", 2, Type::Sint32, "", true),
        ("stock", 3, Type::Message, ".shop.StockEntry", true),
        ("parent", 4, Type::Message, ".shop.Order", false),
        ("image", 5, Type::Bytes, "", false),
        ("weight", 6, Type::Float, "", false),
        ("notes", 7, Type::String, "", true),
    ];
    let entry: [FieldOf; 2] = [("key", 1, Type::Int32, "", false), ("value", 2, Type::String, "", false)];
    let mut entry = of_fields("StockEntry", &entry);
    entry.options = Some(MessageOptions { map_entry: Some(true), ..MessageOptions::default() });
    let method = MethodDescriptorProto {
        name: Some("Get".to_owned()),
        input_type: Some(".shop.Order".to_owned()),
        output_type: Some(".shop.Order".to_owned()),
        ..MethodDescriptorProto::default()
    };
    let service = ServiceDescriptorProto {
        name: Some("Shop".to_owned()),
        method: vec![method],
        ..ServiceDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        package: Some("shop".to_owned()),
        message_type: vec![of_fields("Order", &fields), entry],
        service: vec![service],
        ..FileDescriptorProto::default()
    };
    let mut contracts = Contracts::default();
    contracts.add_descriptors(&FileDescriptorSet { file: vec![file] }.encode_to_vec()).unwrap();
    contracts.message_types("shop.Shop", "Get").unwrap().0
}

fn of_fields(name: &str, fields: &[FieldOf]) -> DescriptorProto {
    let field = |(name, number, kind, type_name, repeated): &FieldOf| FieldDescriptorProto {
        name: Some((*name).to_owned()),
        number: Some(*number),
        r#type: Some(*kind as i32),
        type_name: Some((*type_name).to_owned()).filter(|name| !name.is_empty()),
        label: Some(if *repeated { Label::Repeated } else { Label::Optional } as i32),
        ..FieldDescriptorProto::default()
    };
    DescriptorProto {
        name: Some(name.to_owned()),
        field: fields.iter().map(field).collect(),
        ..DescriptorProto::default()
    }
}

#[test]
fn message_is_json_by_its_contract() {
    #[rustfmt::skip]
    let bytes = [
        8, 42, // order_id
        0x12, 2, 1, 4, 0x10, 5, // sizes: packed, and one more value
        0x1a, 5, 8, 7, 0x12, 1, b'a', 0x1a, 0, // stock: an entry, and one without key and value
        0x22, 2, 8, 9, // parent
        0x2a, 2, 0xff, 0, // image
        0x35, 0xcd, 0xcc, 0xcc, 0x3d, // weight
        0x3a, 1, b'"', // notes
        0x40, 3, // a field that the contract does not define
        8, 43, // order_id again: the last value counts
    ];
    let expected = r#"{"orderId":"43","sizes":[-1,2,-3],"stock":{"7":"a","0":""},"parent":{"orderId":"9"},"image":"/wA=","weight":0.1,"notes":["\""],"8":3}"#;
    assert_eq!(json(&bytes, Some(&order())).as_deref(), Some(expected));
}

#[test]
fn timestamp_of_a_contract_is_a_string() {
    let timestamp = of_fields(
        "Timestamp",
        &[("seconds", 1, Type::Int64, "", false), ("nanos", 2, Type::Int32, "", false)],
    );
    let well_known = FileDescriptorProto {
        package: Some("google.protobuf".to_owned()),
        message_type: vec![timestamp],
        ..FileDescriptorProto::default()
    };
    let order = of_fields("Order", &[("paid_at", 1, Type::Message, ".google.protobuf.Timestamp", false)]);
    let method = MethodDescriptorProto {
        name: Some("Get".to_owned()),
        input_type: Some(".shop.Order".to_owned()),
        output_type: Some(".shop.Order".to_owned()),
        ..MethodDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        package: Some("shop".to_owned()),
        message_type: vec![order],
        service: vec![ServiceDescriptorProto {
            name: Some("Shop".to_owned()),
            method: vec![method],
            ..ServiceDescriptorProto::default()
        }],
        ..FileDescriptorProto::default()
    };
    let mut contracts = Contracts::default();
    contracts.add_descriptors(&FileDescriptorSet { file: vec![well_known, file] }.encode_to_vec()).unwrap();
    let order = contracts.message_types("shop.Shop", "Get").unwrap().0;
    let text = json(&[0x0a, 2, 8, 60], Some(&order));
    assert_eq!(text.as_deref(), Some(r#"{"paidAt":"1970-01-01T00:01:00Z"}"#));
}

#[test]
fn message_without_contract_is_json_by_number() {
    let bytes = [8, 42, 0x12, 2, b'h', b'i', 0x12, 1, b'!', 0x1a, 2, 8, 1, 0x22, 1, 0xff];
    let expected = r#"{"1":42,"2":["hi","!"],"3":{"1":1},"4":"/w=="}"#;
    assert_eq!(json(&bytes, None).as_deref(), Some(expected));
}

#[test]
fn malformed_message_is_no_json() {
    for bytes in [&[0x12, 9, 1][..], &[0xff], &[7]] {
        assert_eq!(json(bytes, None), None, "{bytes:?}");
        assert_eq!(json(bytes, Some(&order())), None, "{bytes:?}");
    }
}

#[test]
fn depth_of_nested_messages_is_bounded() {
    let deep = (0..200).fold(Vec::new(), |inner: Vec<u8>, _| {
        let mut outer = vec![0x22];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        outer.extend(inner);
        outer
    });
    let text = json(&deep, Some(&order())).unwrap();
    assert_eq!(text.matches("parent").count(), MAX_DEPTH);
}

proptest! {
    #[test]
    fn any_bytes_are_valid_json_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        for kind in [None, Some(&order())] {
            if let Some(text) = json(&bytes, kind) {
                prop_assert!(serde_json::from_str::<Json>(&text).is_ok(), "{text}");
            }
        }
    }
}
