//! The operations from a terminal: lines to paste, which work as often as one likes. What changes a book asks for its
//! revision first, and what deletes one creates it first.

use std::net::SocketAddr;

use crate::live::operations::operation::Operation;

/// As JSON.
const NEW_BOOK: &str = r#"{"title": "Mine", "author_id": 1, "year": 2026}"#;

/// The command line for an operation over the API of that name.
pub(crate) fn of(operation: Operation, api: &str, address: SocketAddr) -> String {
    match api {
        "rest" => rest(operation, address),
        "graphql" => graphql(operation, address),
        _ => grpc(operation, address),
    }
}

/// The command line to watch changes.
pub(crate) fn watch(api: &str, address: SocketAddr) -> String {
    match api {
        "rest" => format!("curl -N 'http://{address}/v1/books/changes'"),
        "graphql" => {
            let query = "subscription { bookChanged { kind book { title } } }";
            format!("curl -N -H 'accept: text/event-stream' {}", asked(address, query))
        }
        _ => called(address, "WatchBooks", "{}"),
    }
}

/// What curl is told, to ask a GraphQL server.
fn asked(address: SocketAddr, query: &str) -> String {
    format!("'http://{address}/graphql' --json '{{\"query\": \"{query}\"}}'")
}

/// A call of the gRPC service.
fn called(address: SocketAddr, method: &str, message: &str) -> String {
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
    let ask = |query: &str| format!("curl {}", asked(address, query));
    // The only number of the answer.
    let number = |query: &str| format!("curl -s {} | grep -o '[0-9]*'", asked(address, query));
    let new_book = r#"createBook(input: {title: \"Mine\", authorId: 1, year: 2026})"#;
    // Where the shell is to put a variable in, the quotes are open for it.
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
    let call = |method, message: &str| called(address, method, message);
    let number = |called: String, field: &str| format!("{called} | grep '\"{field}\"' | grep -o '[0-9]*'");
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
