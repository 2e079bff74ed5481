use tempfile::TempDir;

use super::*;
use crate::contracts::bookshelf;

const SHOP: &str = "syntax = \"proto3\"; package shop.v1; import \"shop/v1/item.proto\";
    service Shop { rpc Buy(Item) returns (Item); }";
const ITEM: &str = "syntax = \"proto3\"; package shop.v1; import \"google/protobuf/empty.proto\";
    message Item { uint32 id = 1; google.protobuf.Empty nothing = 2; }";

fn write(directory: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = directory.path().join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, content).unwrap();
    file
}

#[test]
fn proto_is_compiled_with_its_imports() {
    let directory = TempDir::new().unwrap();
    write(&directory, "shop/v1/item.proto", ITEM);
    let shop = write(&directory, "shop/v1/shop.proto", SHOP);
    add_file(&mut bookshelf(), &shop, &[]).unwrap();
}

#[test]
fn imports_are_found_in_the_named_folders() {
    let directory = TempDir::new().unwrap();
    write(&directory, "vendor/shop/v1/item.proto", ITEM);
    let shop = write(&directory, "own/shop.proto", SHOP);
    let error = add_file(&mut bookshelf(), &shop, &[]).unwrap_err().to_string();
    assert!(error.contains("shop/v1/item.proto") && error.contains("-I"), "{error}");
    add_file(&mut bookshelf(), &shop, &[directory.path().join("vendor")]).unwrap();
}

#[test]
fn imports_that_define_only_options_may_be_missing() {
    let directory = TempDir::new().unwrap();
    let shop = "syntax = \"proto3\"; import \"google/api/annotations.proto\"; message A { int32 a = 1 [(validate).min = 1]; }
        service S { rpc Do(A) returns (A) { option (google.api.http) = { get: \"/\" }; } }";
    let shop = write(&directory, "shop.proto", shop);
    add_file(&mut bookshelf(), &shop, &[]).unwrap();
}

#[test]
fn proto_of_an_edition_is_compiled() {
    let directory = TempDir::new().unwrap();
    let shop = "edition = \"2023\"; package shop; option features.enum_type = CLOSED;
        enum Size { SMALL = 1; } message Item { Size size = 1 [features.message_encoding = DELIMITED]; }
        service Shop { rpc Buy(Item) returns (Item); }";
    let shop = write(&directory, "shop.proto", shop);
    add_file(&mut bookshelf(), &shop, &[]).unwrap();
}

#[test]
fn descriptor_set_is_read() {
    let directory = TempDir::new().unwrap();
    let set = write(&directory, "bookshelf.binpb", bookshelf_proto::DESCRIPTORS);
    add_file(&mut Contracts::default(), &set, &[]).unwrap();
}

#[test]
fn error_messages_name_the_contract_file() {
    let directory = TempDir::new().unwrap();
    let message = |name: &str, content: &str| {
        let file = write(&directory, name, content);
        let error = add_file(&mut bookshelf(), &file, &[]).unwrap_err().to_string();
        error
            .replace(&*directory.path().canonicalize().unwrap().to_string_lossy(), "DIR")
            .replace(&*directory.path().to_string_lossy(), "DIR")
    };
    let messages = [
        message("a.proto", "syntax = \"proto3\"; mesage Item {}"),
        message("b.proto", "syntax = \"proto3\"; import \"no.proto\"; message Item { no.Type a = 1; }"),
        message("c.proto", "syntax = \"proto3\"; message Item {}"),
        message("d.binpb", "\u{1}"),
    ];
    insta::assert_snapshot!(messages.join("\n"), @r"
    cannot compile the contract DIR/a.proto: expected 'enum', 'extend', 'import', 'message', 'option', 'service', 'package' or ';', but found 'mesage'
    cannot compile the contract DIR/b.proto: no folder contains no.proto, so no.Type, the type of Item.a, is unknown; name the folders of its imports with -I
    the contract DIR/c.proto defines no service
    DIR/d.binpb is neither a .proto file nor a descriptor set written by protoc: invalid descriptor set: failed to decode Protobuf message: invalid tag value: 0
    ");
}
