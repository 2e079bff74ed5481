//! Creates the tables, or updates them from an older version to the current one.

use super::OpenError;
use super::connection::Connection;
use super::error::message;
use super::statements;
use super::url::DatabaseUrl;
use crate::seed;

/// SQL scripts, in the order of the versions of the tables. The first script creates the tables; each further
/// one updates them from one version to the next.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/1.sql")];

/// Key of the advisory lock that a server holds while it creates or updates the tables: the ASCII codes of
/// "bookshel".
const LOCK: i64 = 0x626f_6f6b_7368_656c;

const VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM bookshelf.migrations";

/// Creates or updates the tables, and inserts the initial books into new tables. Does nothing if the tables
/// are current.
pub(super) async fn migrate(connection: &mut Connection, url: &DatabaseUrl) -> Result<(), OpenError> {
    // Servers that start at the same time wait for each other here.
    let prepare = format!(
        "BEGIN; SELECT pg_advisory_xact_lock({LOCK}); CREATE SCHEMA IF NOT EXISTS bookshelf; \
         CREATE TABLE IF NOT EXISTS bookshelf.migrations (version bigint PRIMARY KEY)"
    );
    let failed = |error: tokio_postgres::Error| OpenError::new(&error, url.address(), url.database());
    let other_schema = |error: tokio_postgres::Error| OpenError::OtherSchema(message(&error));
    connection.execute(&prepare).await.map_err(failed)?;
    let rows = connection.query(VERSION, &[]).await.map_err(other_schema)?;
    let found: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(other_schema)?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(OpenError::NewerSchema { found, known });
    }
    for (version, sql) in (1..).zip(MIGRATIONS).skip_while(|(version, _)| *version <= found) {
        connection.execute(sql).await.map_err(other_schema)?;
        let record = format!("INSERT INTO bookshelf.migrations VALUES ({version})");
        connection.execute(&record).await.map_err(other_schema)?;
    }
    if found == 0 {
        insert_initial_books(connection).await.map_err(other_schema)?;
    }
    for sql in statements::ALL {
        connection.prepare(sql).await.map_err(other_schema)?;
    }
    connection.execute("COMMIT").await.map_err(failed)
}

async fn insert_initial_books(connection: &mut Connection) -> Result<(), tokio_postgres::Error> {
    let (authors, books) = seed::authors_and_books();
    let shelf = "INSERT INTO bookshelf.shelf VALUES (true, $1, $2, 0)";
    let last_id = books.last_key_value().map_or(0, |(id, _)| i64::from(*id));
    connection.query(shelf, &[&(books.len() as i64), &last_id]).await?;
    for author in authors.into_values() {
        let author_row = "INSERT INTO bookshelf.authors VALUES ($1, $2)";
        connection.query(author_row, &[&i64::from(author.id), &author.name]).await?;
    }
    for book in books.into_values() {
        let (id, author_id, year) = (i64::from(book.id), i64::from(book.author_id), i64::from(book.year));
        let book_row = "INSERT INTO bookshelf.books VALUES ($1, $2, $3, $4, 1)";
        connection.query(book_row, &[&id, &book.title, &author_id, &year]).await?;
    }
    Ok(())
}
