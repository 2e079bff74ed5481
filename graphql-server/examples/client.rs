//! A client in ten lines: gets a book from the server at the given URL and prints it.
//!
//! ```sh
//! cargo run -p graphql-server --example graphql-client -- http://127.0.0.1:4000
//! ```

#![allow(clippy::print_stdout, reason = "the example prints a book")]

use serde_json::{Value, json};

fn main() -> Result<(), ureq::Error> {
    let server = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:4000".to_owned());
    println!("{}", first_book(&server)?);
    Ok(())
}

/// Returns the title of a book and the name of its author in a single request.
pub(crate) fn first_book(server: &str) -> Result<Value, ureq::Error> {
    let query = "query ($id: ID!) { book(id: $id) { title author { name } } }";
    let request = json!({ "query": query, "variables": { "id": "1" } });
    let mut response = ureq::post(format!("{server}/graphql")).send_json(request)?;
    response.body_mut().read_json()
}
