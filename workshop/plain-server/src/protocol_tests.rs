use bookshelf::NewBook;

use super::*;

fn said(question: &[u8]) -> String {
    Answer::to(question, &Shelf::seeded()).line()
}

#[test]
fn a_question_is_answered_by_the_book() {
    let book = r#"{"id":1,"title":"UNIX Network Programming","author_id":1,"year":1990,"revision":1}"#;
    for question in ["get 1\n", "get 1", "get 1\r\n", "get\t1 \n"] {
        assert_eq!(said(question.as_bytes()), format!("{book}\n"), "{question:?}");
    }
    assert_eq!(said(b"get 1 #7\n"), format!("#7 {book}\n"));
}

#[test]
fn what_is_no_question_is_told_how_to_ask() {
    let usage = format!("{{\"error\":\"{USAGE}\"}}\n");
    let cases: [&[u8]; 8] = [
        b"",
        b"\n",
        b"get\n",
        b"get 1 2\n",
        b"get 1 seven\n",
        b"GET / HTTP/1.1\r\n",
        b"\xff\xfe\n",
        b"put 1\n",
    ];
    for question in cases {
        assert_eq!(said(question), usage, "{question:?}");
    }
    assert!(said(b"get one #7\n").starts_with("#7 {\"error\":\"the id of a book is a number; "));
    assert!(said(b"get 4294967296\n").contains("is a number"));
    assert!(said(&[b'x'; MAX_QUESTION + 1]).contains("at most 64 bytes"));
    assert_eq!(said(b"get 99 #4294967295"), "#4294967295 {\"error\":\"there is no book 99\"}\n");
}

#[test]
fn what_is_said_is_read() {
    let shelf = Shelf::seeded();
    for line in ["get 1", "get 1 #7", "get 99 #8", "nonsense"] {
        let answer = Answer::to(line.as_bytes(), &shelf);
        assert_eq!(Answer::read(answer.line().as_bytes()), Some(answer));
    }
    let asked = question(14, 3);
    assert_eq!(
        Answer::to(asked.as_bytes(), &shelf),
        Answer { number: Some(3), book: Ok(shelf.book(14).unwrap()) }
    );
    let no_answers: [&[u8]; 8] =
        [b"", b"\n", b"#7", b"# {}", b"#7 {}", b"#x {\"error\":\"\"}", b"\xff", b"{\"error\":\"a\"} b"];
    for line in no_answers {
        assert_eq!(Answer::read(line), None, "{line:?}");
    }
}

#[test]
fn no_answer_is_a_question() {
    for yes in [&b"get 1"[..], b"get\n", b"get one"] {
        assert!(is_question(yes), "{yes:?}");
        assert!(!is_question(said(yes).as_bytes()));
    }
    for no in [&b""[..], b"get", b"getaway\n", b" get 1", b"{\"error\":\"get 1\"}", b"\0\0\0\0"] {
        assert!(!is_question(no), "{no:?}");
    }
}

#[test]
fn the_longest_fit() {
    let numbers = (u32::MAX, u32::MAX);
    assert!(question(numbers.0, numbers.1).len() <= MAX_QUESTION / 2);
    let shelf = Shelf::seeded();
    let mut longest = 0;
    for letter in ["\"", "\u{1}", "\u{7f}", "\u{10ffff}"] {
        let new = NewBook { title: letter.repeat(200), author_id: 1, year: -3000 };
        // Not every character is taken.
        let Ok(mut book) = shelf.create(new) else { continue };
        (book.id, book.author_id, book.revision) = (u32::MAX, u32::MAX, u32::MAX);
        longest = longest.max(Answer { number: Some(u32::MAX), book: Ok(book) }.line().len());
    }
    assert!(longest > 800 && longest <= MAX_ANSWER, "{longest}");
}
