use bookshelf::NewBook;

use super::*;

async fn respond(request: &[u8]) -> String {
    Response::to(request, &Shelf::seeded()).await.line()
}

#[tokio::test]
async fn response_contains_the_book() {
    let book = r#"{"id":1,"title":"UNIX Network Programming","author_id":1,"year":1990,"revision":1}"#;
    for request in ["get 1\n", "get 1", "get 1\r\n", "get\t1 \n"] {
        assert_eq!(respond(request.as_bytes()).await, format!("{book}\n"), "{request:?}");
    }
    assert_eq!(respond(b"get 1 #7\n").await, format!("#7 {book}\n"));
}

#[tokio::test]
async fn invalid_requests_get_usage_errors() {
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
    for request in cases {
        assert!(respond(request).await.starts_with("{\"error\":"), "{request:?}");
    }
    assert!(respond(b"get one #7\n").await.starts_with("#7 {\"error\":"));
    assert!(respond(format!("get 99 #{}", u32::MAX).as_bytes()).await.starts_with("#4294967295 {\"error\":"));
}

/// The only test that asserts the wording of the protocol's error messages.
#[tokio::test]
async fn protocol_error_messages_match_the_snapshot() {
    let too_long = [b'x'; MAX_REQUEST + 1];
    let requests = [&b"hello"[..], b"get one", b"get 4294967296", b"get 99", &too_long];
    let mut responses = String::new();
    for request in requests {
        responses += &respond(request).await;
    }
    insta::assert_snapshot!(responses, @r#"
    {"error":"invalid request; send `get ID`, or `get ID #NUMBER` to have the number repeated in the response"}
    {"error":"invalid book id; send `get ID`, or `get ID #NUMBER` to have the number repeated in the response"}
    {"error":"invalid book id; send `get ID`, or `get ID #NUMBER` to have the number repeated in the response"}
    {"error":"there is no book 99"}
    {"error":"the request is longer than 64 bytes; send `get ID`, or `get ID #NUMBER` to have the number repeated in the response"}
    "#);
}

#[tokio::test]
async fn encoded_responses_can_be_parsed() {
    let shelf = Shelf::seeded();
    for line in ["get 1", "get 1 #7", "get 99 #8", "nonsense"] {
        let response = Response::to(line.as_bytes(), &shelf).await;
        assert_eq!(Response::parse(response.line().as_bytes()), Some(response));
    }
    let sent = request(14, 3);
    assert_eq!(
        Response::to(sent.as_bytes(), &shelf).await,
        Response { number: Some(3), book: Ok(shelf.book(14).await.unwrap()) }
    );
    let invalid: [&[u8]; 8] =
        [b"", b"\n", b"#7", b"# {}", b"#7 {}", b"#x {\"error\":\"\"}", b"\xff", b"{\"error\":\"a\"} b"];
    for line in invalid {
        assert_eq!(Response::parse(line), None, "{line:?}");
    }
}

#[tokio::test]
async fn responses_are_not_recognised_as_requests() {
    for yes in [&b"get 1"[..], b"get\n", b"get one"] {
        assert!(is_request(yes), "{yes:?}");
        assert!(!is_request(respond(yes).await.as_bytes()));
    }
    for no in [&b""[..], b"get", b"getaway\n", b" get 1", b"{\"error\":\"get 1\"}", b"\0\0\0\0"] {
        assert!(!is_request(no), "{no:?}");
    }
}

#[tokio::test]
async fn longest_messages_fit_the_length_limits() {
    let numbers = (u32::MAX, u32::MAX);
    assert!(request(numbers.0, numbers.1).len() <= MAX_REQUEST / 2);
    let shelf = Shelf::seeded();
    let mut longest = 0;
    for letter in ["\"", "\u{1}", "\u{7f}", "\u{10ffff}"] {
        let new = NewBook { title: letter.repeat(200), author_id: 1, year: -3000 };
        // The shelf rejects titles with control characters.
        let Ok(mut book) = shelf.create(new).await else { continue };
        (book.id, book.author_id, book.revision) = (u32::MAX, u32::MAX, u32::MAX);
        longest = longest.max(Response { number: Some(u32::MAX), book: Ok(book) }.line().len());
    }
    assert!(longest > 800 && longest <= MAX_RESPONSE, "{longest}");
}
