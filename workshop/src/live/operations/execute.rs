//! One call, and what it brought.

use bookshelf::{Book, BookPatch, ListBooks, NewBook};
use clients::{Client, Failure};

use crate::live::operations::operation::Operation;

/// Where the year of an updated book goes back and forth.
const YEARS: [i32; 2] = [1995, 1996];

/// Performs the operation, and says what it brought. `books` are those that were created here, the last one last.
pub(crate) async fn perform<C: Client>(
    client: &mut C,
    operation: Operation,
    books: &mut Vec<Book>,
) -> Result<String, Failure> {
    Ok(match operation {
        Operation::Get => titled(&client.book(1).await?),
        Operation::List => {
            let page = client.list(&ListBooks { page_size: Some(5), ..ListBooks::default() }).await?;
            let more = if page.next_page_token.is_some() { ", and there are more" } else { "" };
            format!("{}{more}", count(page.books.len()))
        }
        Operation::Create => {
            let book = client.create(new_book()).await?;
            let says = format!("book {}: {}", book.id, titled(&book));
            books.push(book);
            says
        }
        Operation::Update => {
            // One that fails is not tried again: somebody else may have changed or deleted it.
            let Book { id, revision, year, .. } = last(client, books).await?;
            let year = if year == YEARS[0] { YEARS[1] } else { YEARS[0] };
            let book =
                client.update(id, revision, BookPatch { year: Some(year), ..BookPatch::default() }).await?;
            let says = format!("book {id} is of {year} now, in revision {}", book.revision);
            books.push(book);
            says
        }
        Operation::Delete => {
            let book = last(client, books).await?;
            client.delete(book.id).await?;
            format!("book {} is gone", book.id)
        }
        Operation::Author => {
            let (author, books) = client.author_with_books(1).await?;
            format!("{}, {}", author.name, count(books.len()))
        }
    })
}

/// The book that was created last. Without one, it is created.
async fn last<C: Client>(client: &mut C, books: &mut Vec<Book>) -> Result<Book, Failure> {
    match books.pop() {
        Some(book) => Ok(book),
        None => client.create(new_book()).await,
    }
}

fn new_book() -> NewBook {
    let title = "TCP/IP Illustrated, Volume 2: The Implementation".to_owned();
    NewBook { title, author_id: 1, year: YEARS[0] }
}

/// The book in words.
pub(crate) fn titled(book: &Book) -> String {
    format!("{} ({})", book.title, book.year)
}

fn count(books: usize) -> String {
    if books == 1 { "1 book".to_owned() } else { format!("{books} books") }
}
