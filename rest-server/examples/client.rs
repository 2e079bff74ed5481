//! A client in ten lines: gets a book from the server at the given URL and prints it.
//!
//! ```sh
//! cargo run -p rest-server --example rest-client -- http://127.0.0.1:3000
//! ```

#![allow(clippy::print_stdout, reason = "the example prints a book")]

use std::error::Error;

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:3000".to_owned());
    let response = ureq::get(format!("{server}/v1/books/1")).call()?.body_mut().read_to_string()?;
    let book: Value = serde_json::from_str(&response)?;
    println!("{} ({})", book["title"], book["year"]);
    Ok(())
}
