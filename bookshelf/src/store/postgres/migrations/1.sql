CREATE TABLE bookshelf.authors (
    id bigint PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE bookshelf.books (
    id bigint PRIMARY KEY,
    title text NOT NULL,
    author_id bigint NOT NULL REFERENCES bookshelf.authors (id),
    year bigint NOT NULL,
    revision bigint NOT NULL
);

CREATE INDEX books_of_author ON bookshelf.books (author_id, id);

CREATE TABLE bookshelf.changes (
    sequence bigint PRIMARY KEY,
    kind text NOT NULL,
    id bigint NOT NULL,
    title text NOT NULL,
    author_id bigint NOT NULL,
    year bigint NOT NULL,
    revision bigint NOT NULL
);

-- One row. Each change updates it, so that changes get their numbers in the order in which they are committed.
CREATE TABLE bookshelf.shelf (
    only_row boolean PRIMARY KEY CHECK (only_row),
    books bigint NOT NULL,
    last_book_id bigint NOT NULL,
    last_change bigint NOT NULL
);
