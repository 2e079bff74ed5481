//! The SQL statements. Each is a transaction of its own.
//!
//! Each statement that creates, updates or deletes a book also updates the single row of `bookshelf.shelf`,
//! which stays locked until the commit. So changes get their numbers in the order of their commits, without
//! gaps, and a reader that sees a change also sees all changes with smaller numbers.

pub(super) const BOOK: &str =
    "SELECT id, title, author_id, year, revision FROM bookshelf.books WHERE id = $1";

pub(super) const AUTHORS: &str = "SELECT id, name FROM bookshelf.authors WHERE id = ANY($1)";

pub(super) const ALL_AUTHORS: &str = "SELECT id, name FROM bookshelf.authors";

pub(super) const LIST: &str = "SELECT id, title, author_id, year, revision FROM bookshelf.books \
    WHERE id > $1 AND ($2::bigint IS NULL OR author_id = $2) ORDER BY id LIMIT $3";

pub(super) const NEWEST_CHANGE: &str = "SELECT last_change FROM bookshelf.shelf";

pub(super) const CHANGES_AFTER: &str = "SELECT id, title, author_id, year, revision, sequence, kind \
    FROM bookshelf.changes WHERE sequence > $1 ORDER BY sequence LIMIT 256";

pub(super) const COUNTS: &str = "SELECT books, last_book_id FROM bookshelf.shelf";

/// Completes an SQL statement that creates, updates or deletes a book. `$changed` is the beginning of the
/// statement's `WITH` clause. It defines `stored`, whose row is the book, and `counted`, whose row has the
/// sequence number of the change. The macro adds the parts that store the change in `bookshelf.changes`,
/// delete the oldest changes, and notify the other processes.
macro_rules! with_change {
    ($changed:literal, $kind:literal, $history:literal) => {
        concat!(
            $changed,
            ", changed AS ( \
                INSERT INTO bookshelf.changes (sequence, kind, id, title, author_id, year, revision) \
                SELECT last_change, '",
            $kind,
            "', id, title, author_id, year, revision FROM counted, stored \
            ), pruned AS ( \
                DELETE FROM bookshelf.changes WHERE sequence <= (SELECT last_change FROM counted) - ",
            $history,
            " \
            ) \
            SELECT id, title, author_id, year, revision, last_change, pg_notify('bookshelf', '') FROM counted, stored"
        )
    };
}

/// Creates a book. Returns no row if the author does not exist, or the shelf is full.
pub(super) const CREATE: &str = with_change!(
    "\
    WITH counted AS ( \
        UPDATE bookshelf.shelf \
        SET books = books + 1, last_book_id = last_book_id + 1, last_change = last_change + 1 \
        WHERE books < $4 AND last_book_id < 4294967295 \
            AND EXISTS (SELECT 1 FROM bookshelf.authors WHERE id = $2) \
        RETURNING last_book_id, last_change \
    ), stored AS ( \
        INSERT INTO bookshelf.books (id, title, author_id, year, revision) \
        SELECT last_book_id, $1, $2, $3, 1 FROM counted \
        RETURNING id, title, author_id, year, revision \
    )",
    "created",
    "$5"
);

/// Updates a book. Returns no row if the new author or the book does not exist, or the book is at another
/// revision.
pub(super) const UPDATE: &str = with_change!(
    "\
    WITH stored AS ( \
        UPDATE bookshelf.books \
        SET title = COALESCE($3::text, title), author_id = COALESCE($4::bigint, author_id), \
            year = COALESCE($5::bigint, year), revision = revision + 1 \
        WHERE id = $1 AND revision = $2 AND revision < 4294967295 \
            AND ($4::bigint IS NULL OR EXISTS (SELECT 1 FROM bookshelf.authors WHERE id = $4)) \
        RETURNING id, title, author_id, year, revision \
    ), counted AS ( \
        UPDATE bookshelf.shelf SET last_change = last_change + 1 FROM stored RETURNING last_change \
    )",
    "updated",
    "$6"
);

/// Deletes a book; if a revision is given, only at this revision. Returns no row if the book does not exist,
/// or if it is at another revision.
pub(super) const DELETE: &str = with_change!(
    "\
    WITH stored AS ( \
        DELETE FROM bookshelf.books WHERE id = $1 AND ($2::bigint IS NULL OR revision = $2) \
        RETURNING id, title, author_id, year, revision \
    ), counted AS ( \
        UPDATE bookshelf.shelf SET books = books - 1, last_change = last_change + 1 FROM stored RETURNING last_change \
    )",
    "deleted",
    "$3"
);

/// All statements. The store prepares them when it is opened, to check that they match the tables.
pub(super) const ALL: [&str; 10] =
    [BOOK, AUTHORS, ALL_AUTHORS, LIST, NEWEST_CHANGE, CHANGES_AFTER, COUNTS, CREATE, UPDATE, DELETE];
