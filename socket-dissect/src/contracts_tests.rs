use std::path::PathBuf;
use std::{env, fs, process};

use super::Contracts;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("contracts-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, content).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SHOP: &str = "syntax = \"proto3\"; package shop.v1; import \"shop/v1/item.proto\";
    service Shop { rpc Buy(Item) returns (Item); }";
const ITEM: &str = "syntax = \"proto3\"; package shop.v1; import \"google/protobuf/empty.proto\";
    message Item { uint32 id = 1; google.protobuf.Empty nothing = 2; }";

fn input(contracts: &Contracts, service: &str, method: &str) -> Option<String> {
    contracts.types(service, method).map(|(input, _)| input.full_name().to_owned())
}

#[test]
fn the_bookshelf_is_known() {
    let input = input(&Contracts::default(), "bookshelf.v1.BookshelfService", "GetBook");
    assert_eq!(input.as_deref(), Some("bookshelf.v1.GetBookRequest"));
}

#[test]
fn a_proto_and_what_it_imports_is_read() {
    let folder = Folder::new("proto");
    folder.file("shop/v1/item.proto", ITEM);
    let shop = folder.file("shop/v1/shop.proto", SHOP);
    let mut contracts = Contracts::default();
    contracts.add(&shop).unwrap();
    assert_eq!(input(&contracts, "shop.v1.Shop", "Buy").as_deref(), Some("shop.v1.Item"));
    assert!(input(&contracts, "bookshelf.v1.BookshelfService", "GetBook").is_some());
    assert_eq!(input(&contracts, "shop.v1.Shop", "Sell"), None);
}

#[test]
fn a_set_of_descriptors_is_read() {
    let folder = Folder::new("set");
    let set = folder.file("bookshelf.binpb", bookshelf_proto::DESCRIPTORS);
    let mut contracts = Contracts { pools: Vec::new() };
    contracts.add(&set).unwrap();
    assert!(input(&contracts, "bookshelf.v1.BookshelfService", "GetBook").is_some());
}

#[test]
fn what_cannot_be_used_is_said_with_the_file() {
    let folder = Folder::new("wrong");
    for (name, content, said) in [
        ("a.proto", "syntax = \"proto3\"; mesage Item {}", "cannot read the contract "),
        ("b.proto", "syntax = \"proto3\"; import \"no.proto\";", "no.proto"),
        ("c.proto", "syntax = \"proto3\"; message Item {}", "has no service"),
        ("d.binpb", "\u{1}", "neither a .proto nor a set of descriptors"),
    ] {
        let file = folder.file(name, content);
        let error = Contracts::default().add(&file).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains(name), "{error}");
    }
}
