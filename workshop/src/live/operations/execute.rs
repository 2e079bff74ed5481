//! Runs a job, which is an operation with its number of calls, through the client of one API.

use std::time::Instant;

use bookshelf::{Book, BookPatch, ListBooks, NewBook};
use clients::{Client, Failure};
use futures_util::future::{join_all, try_join_all};

use super::api::Api;
use super::job::{Connection, Job, Outcome};
use super::operation::Operation;

/// Years between which updates alternate, so that each update changes the book.
const YEARS: [i32; 2] = [1995, 1996];

/// Makes the calls of the [`Job`] and records them as one step, under the name [`Job::step`].
pub(crate) async fn run<C: Client>(api: &Api, job: &Job) -> Outcome {
    let began = Instant::now();
    let mut duration = 0;
    let calls = async {
        let result = make_calls::<C>(api, job).await;
        duration = began.elapsed().as_nanos();
        result.map_err(|failure| failure.to_string())
    };
    let result = api.session.step(job.step(), 0, calls).await;
    (result, duration)
}

/// Makes all calls of the job and returns a description of the last call's result.
async fn make_calls<C: Client>(api: &Api, job: &Job) -> Result<String, Failure> {
    let (connections, calls) = match job.connection {
        Connection::One => (1, job.calls),
        Connection::New => (job.calls, 1),
        Connection::Parallel => return make_parallel_calls::<C>(api, job).await,
    };
    let mut description = String::new();
    for _ in 0..connections {
        let mut client = connect::<C>(api, job).await?;
        for _ in 0..calls {
            description = call(&mut client, api, job).await?;
        }
        client.close().await;
    }
    Ok(description)
}

/// Makes all calls of the job at the same time, each on a connection of its own. No connection is closed before all
/// calls are done, so all are open at the same time.
async fn make_parallel_calls<C: Client>(api: &Api, job: &Job) -> Result<String, Failure> {
    let mut clients = try_join_all((0..job.calls).map(|_| connect::<C>(api, job))).await?;
    let mut descriptions = try_join_all(clients.iter_mut().map(|client| call(client, api, job))).await?;
    join_all(clients.into_iter().map(C::close)).await;
    Ok(descriptions.pop().unwrap_or_default())
}

async fn connect<C: Client>(api: &Api, job: &Job) -> Result<C, Failure> {
    let tap = api.session.client();
    if job.http2 { C::connect_http2(tap, api.address).await } else { C::connect(tap, api.address).await }
}

/// Makes one call of the [`Job`] and returns a description of its result.
async fn call<C: Client>(client: &mut C, api: &Api, job: &Job) -> Result<String, Failure> {
    Ok(match job.operation {
        Operation::Get => title_and_year(&client.book(1).await?),
        Operation::List => {
            let page = client.list(&ListBooks { page_size: Some(5), ..ListBooks::default() }).await?;
            let more = if page.next_page_token.is_some() { ", more on the next page" } else { "" };
            format!("{}{more}", count(page.books.len()))
        }
        Operation::Create => {
            let book = client.create(new_book()).await?;
            let description = format!("book {}: {}", book.id, title_and_year(&book));
            api.created.push(api.name, book);
            description
        }
        Operation::Update => {
            // A failed update is not repeated, because someone else may have changed or deleted the book.
            let Book { id, revision, year, .. } = take_newest(client, api, job).await?;
            let year = if year == YEARS[0] { YEARS[1] } else { YEARS[0] };
            let patch = BookPatch { year: Some(year), ..BookPatch::default() };
            let book = client.update(id, revision, patch).await?;
            let description = format!("book {id} is now dated {year} (revision {})", book.revision);
            api.created.push(api.name, book);
            description
        }
        Operation::Delete => {
            let book = take_newest(client, api, job).await?;
            client.delete(book.id).await?;
            format!("book {} deleted", book.id)
        }
        Operation::Author => {
            let (author, books) = client.author_with_books(1).await?;
            format!("{}, {}", author.name, count(books.len()))
        }
    })
}

/// Removes and returns the newest book that an operation has created. Creates a book if there is none.
async fn take_newest<C: Client>(client: &mut C, api: &Api, job: &Job) -> Result<Book, Failure> {
    match api.created.take(api.name, job.is_only) {
        Some(book) => Ok(book),
        None => client.create(new_book()).await,
    }
}

fn new_book() -> NewBook {
    let title = "TCP/IP Illustrated, Volume 2: The Implementation".to_owned();
    NewBook { title, author_id: 1, year: YEARS[0] }
}

fn title_and_year(book: &Book) -> String {
    format!("{} ({})", book.title, book.year)
}

fn count(books: usize) -> String {
    if books == 1 { "1 book".to_owned() } else { format!("{books} books") }
}
