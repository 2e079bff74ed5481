//! The operations as command lines for a terminal.
//!
//! Each command line can be repeated. To that end, an update first reads the current revision, and a deletion
//! first creates the book that it deletes.

use std::net::SocketAddr;

use super::operation::Operation;

/// A new book as JSON for REST and gRPC.
const NEW_BOOK: &str = r#"{"title": "Mine", "author_id": 1, "year": 2026}"#;

/// Returns the command line for an operation over the named API.
pub(crate) fn call(operation: Operation, api: &str, address: SocketAddr) -> String {
    match api {
        "rest" => rest(operation, address),
        "graphql" => graphql(operation, address),
        _ => grpc(operation, address),
    }
}

/// Returns the command line that watches changes over the named API.
pub(crate) fn watch(api: &str, address: SocketAddr) -> String {
    match api {
        "rest" => format!("curl -N 'http://{address}/v1/books/changes'"),
        "graphql" => {
            let query = "subscription { bookChanged { kind book { title } } }";
            format!("curl -N -H 'accept: text/event-stream' {}", graphql_arguments(address, query))
        }
        _ => grpcurl(address, "WatchBooks", "{}"),
    }
}

/// Returns curl's arguments for a GraphQL request.
fn graphql_arguments(address: SocketAddr, query: &str) -> String {
    format!("'http://{address}/graphql' --json '{{\"query\": \"{query}\"}}'")
}

/// Returns the grpcurl command line for a call.
fn grpcurl(address: SocketAddr, method: &str, message: &str) -> String {
    format!("grpcurl -plaintext -d '{message}' {address} bookshelf.v1.BookshelfService/{method}")
}

fn rest(operation: Operation, address: SocketAddr) -> String {
    let books = format!("http://{address}/v1/books");
    match operation {
        Operation::Get => format!("curl -i '{books}/1'"),
        Operation::List => format!("curl '{books}?page_size=5'"),
        Operation::Create => format!("curl -i '{books}' --json '{NEW_BOOK}'"),
        Operation::Update => format!(
            "TAG=$(curl -s -o /dev/null -w '%header{{etag}}' '{books}/1')\n\
             curl -i -X PATCH '{books}/1' -H \"if-match: $TAG\" --json '{{\"year\": 1998}}'"
        ),
        Operation::Delete => format!(
            "BOOK=$(curl -s -o /dev/null -w '%header{{location}}' '{books}' --json '{NEW_BOOK}')\n\
             curl -i -X DELETE \"http://{address}$BOOK\""
        ),
        Operation::Author => format!("curl 'http://{address}/v1/authors/1' '{books}?author_id=1'"),
    }
}

fn graphql(operation: Operation, address: SocketAddr) -> String {
    let ask = |query: &str| format!("curl {}", graphql_arguments(address, query));
    // The response contains only one number.
    let number = |query: &str| format!("curl -s {} | grep -o '[0-9]*'", graphql_arguments(address, query));
    let new_book = r#"createBook(input: {title: \"Mine\", authorId: 1, year: 2026})"#;
    // The single quotes end before each shell variable, so that the shell expands it.
    match operation {
        Operation::Get => ask("{ book(id: 1) { id title year revision } }"),
        Operation::List => ask("{ books(first: 5) { nodes { id title } pageInfo { endCursor } } }"),
        Operation::Create => ask(&format!("mutation {{ {new_book} {{ id title }} }}")),
        Operation::Update => {
            let revision = number("{ book(id: 1) { revision } }");
            let update = "mutation { updateBook(input: {id: 1, revision: '$REVISION', year: 1998}) { year revision } }";
            format!("REVISION=$({revision})\n{}", ask(update))
        }
        Operation::Delete => {
            let created = number(&format!("mutation {{ {new_book} {{ id }} }}"));
            format!("BOOK=$({created})\n{}", ask("mutation { deleteBook(id: '$BOOK') { id title } }"))
        }
        Operation::Author => ask("{ author(id: 1) { name books { nodes { title } } } }"),
    }
}

fn grpc(operation: Operation, address: SocketAddr) -> String {
    let call = |method, message: &str| grpcurl(address, method, message);
    let number = |call: String, field: &str| format!("{call} | grep '\"{field}\"' | grep -o '[0-9]*'");
    let new_book = format!("{{\"book\": {NEW_BOOK}}}");
    match operation {
        Operation::Get => call("GetBook", "{\"id\": 1}"),
        Operation::List => call("ListBooks", "{\"page_size\": 5}"),
        Operation::Create => call("CreateBook", &new_book),
        Operation::Update => {
            let revision = number(call("GetBook", "{\"id\": 1}"), "revision");
            let update = r#"{"book": {"id": 1, "revision": '$REVISION', "year": 1998}, "update_mask": {"paths": ["year"]}}"#;
            format!("REVISION=$({revision})\n{}", call("UpdateBook", update))
        }
        Operation::Delete => {
            let created = number(call("CreateBook", &new_book), "id");
            format!("BOOK=$({created})\n{}", call("DeleteBook", "{\"id\": '$BOOK'}"))
        }
        Operation::Author => {
            format!("{}\n{}", call("GetAuthor", "{\"id\": 1}"), call("ListBooks", "{\"author_id\": 1}"))
        }
    }
}
