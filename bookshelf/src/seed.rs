//! The initial books and authors. Their ids are 1, 2, 3 and so on, in the order of these lists.

use std::collections::BTreeMap;

use crate::model::{Author, Book};

type Titles = &'static [(&'static str, i32)];

const AUTHORS: &[(&str, Titles)] = &[
    (
        "W. Richard Stevens",
        &[
            ("UNIX Network Programming", 1990),
            ("Advanced Programming in the UNIX Environment", 1992),
            ("TCP/IP Illustrated, Volume 1: The Protocols", 1994),
        ],
    ),
    (
        "Andrew S. Tanenbaum",
        &[("Computer Networks", 1981), ("Operating Systems: Design and Implementation", 1987)],
    ),
    ("Radia Perlman", &[("Interconnections: Bridges and Routers", 1992)]),
    (
        "Donald E. Knuth",
        &[("The Art of Computer Programming, Volume 1: Fundamental Algorithms", 1968), ("The TeXbook", 1984)],
    ),
    ("Brian W. Kernighan", &[("The C Programming Language", 1978), ("The Practice of Programming", 1999)]),
    ("Leslie Lamport", &[("LaTeX: A Document Preparation System", 1986), ("Specifying Systems", 2002)]),
    ("Frederick P. Brooks Jr.", &[("The Mythical Man-Month", 1975)]),
    ("Niklaus Wirth", &[("Algorithms + Data Structures = Programs", 1976)]),
];

/// Returns the initial authors and books by id.
pub(crate) fn authors_and_books() -> (BTreeMap<u32, Author>, BTreeMap<u32, Book>) {
    let mut authors = BTreeMap::new();
    let mut books = BTreeMap::new();
    for (author_id, (name, titles)) in (1..).zip(AUTHORS) {
        authors.insert(author_id, Author { id: author_id, name: (*name).to_owned() });
        for &(title, year) in *titles {
            let id = books.last_key_value().map_or(0, |(id, _)| *id) + 1;
            books.insert(id, Book { id, title: title.to_owned(), author_id, year, revision: 1 });
        }
    }
    (authors, books)
}
