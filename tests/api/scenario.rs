//! Runs the scenarios in `scenario.json` against each API, so that inputs and expected results are written
//! once. The clients convert API-specific names, such as `authorId`, to the names in `bookshelf`, such as
//! `author_id`.

use bookshelf::{BookPatch, Limits, ListBooks, NewBook, Page};
use clients::{Client, Failure, FailureKind, Watch as _};
use serde::Deserialize;
use serde_json::{Value, json};
use socket_tap::Tap;

use crate::store::stores::Stores;
use crate::support::api::{Api, Server};

each_api!(results_match_those_expected_in_scenario_json);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    /// Maximum number of books that the service stores; `None` for the default.
    books: Option<usize>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(flatten)]
    call: Call,
    /// Number of clients that make the call concurrently. One client must receive the response `one_answers`,
    /// and the calls of the others must fail.
    at_once: Option<usize>,
    one_answers: Option<Value>,
    answers: Option<Value>,
    fails: Option<String>,
    /// Text that the error message must contain.
    says: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
enum Call {
    Book {
        id: u32,
    },
    /// Lists a page of books. If `next` is `true`, lists the page after the previously listed one.
    List {
        author_id: Option<u32>,
        page_size: Option<u32>,
        #[serde(default)]
        next: bool,
    },
    Create {
        title: Text,
        author_id: u32,
        year: i32,
    },
    Update {
        id: u32,
        revision: u32,
        title: Option<Text>,
        author_id: Option<u32>,
        year: Option<i32>,
    },
    Delete {
        id: u32,
    },
    AuthorWithBooks {
        id: u32,
    },
    /// Opens a stream of the next `changes` changes.
    Watch {
        changes: u32,
    },
    /// Returns the next change from the stream that `Watch` opened.
    Seen,
}

/// A string in `scenario.json`. `Repeated` abbreviates a long string that repeats a short one.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Repeated { times: usize, of: String },
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text {
            Text::Plain(text) => text,
            Text::Repeated { times, of } => of.repeat(times),
        }
    }
}

async fn results_match_those_expected_in_scenario_json<A: Api>() {
    run_scenarios::<A>(&Stores::Memory).await;
}

/// Runs every scenario against a new server and a new shelf.
pub(crate) async fn run_scenarios<A: Api>(stores: &Stores) {
    let scenarios: Vec<Scenario> = serde_json::from_str(include_str!("scenario.json")).unwrap();
    for Scenario { name, books, steps } in scenarios {
        let limits = Limits { books: books.unwrap_or(Limits::default().books), ..Limits::default() };
        let server = Server::of::<A>(stores.shelf(limits).await).await;
        let mut run = Run::<A> { client: server.client().await, watch: None, token: None, server: &server };
        for (number, step) in steps.into_iter().enumerate() {
            let place = format!("{}: {name}, step {}", A::API, number + 1);
            run.step(step, &place).await;
        }
        if let Some(watch) = run.watch {
            watch.close().await;
        }
        run.client.close().await;
        server.stop().await;
    }
}

struct Run<'a, A: Api> {
    client: A,
    watch: Option<A::Watch>,
    /// Token of the page after the page that was listed last; `None` after the last page.
    token: Option<String>,
    server: &'a Server,
}

impl<A: Api> Run<'_, A> {
    async fn step(&mut self, step: Step, place: &str) {
        let Step { call, at_once, one_answers, answers, fails, says } = step;
        let fails = fails.map(|kind| (kind, says.unwrap_or_default()));
        let Some(clients) = at_once else {
            return check(self.call(call).await, fails.map_or(Ok(answers), Err), place);
        };
        let mut calling = Vec::new();
        for _ in 0..clients {
            let (mut client, call) = (self.server.client::<A>().await, call.clone());
            calling.push(tokio::spawn(async move {
                let result = plain(&mut client, call, None).await;
                client.close().await;
                result
            }));
        }
        let mut answered = 0;
        for task in calling {
            let result = task.await.unwrap();
            answered += usize::from(result.is_ok());
            let expected = if result.is_ok() { Ok(one_answers.clone()) } else { Err(fails.clone().unwrap()) };
            check(result, expected, place);
        }
        assert_eq!(answered, 1, "{place}");
    }

    async fn call(&mut self, call: Call) -> clients::Result<Value> {
        match call {
            Call::Watch { changes } => {
                self.watch = Some(A::watch(&Tap::off(), self.server.address, changes).await?);
                Ok(Value::Null)
            }
            Call::Seen => Ok(json!(self.watch.as_mut().unwrap().next().await?)),
            Call::List { next, .. } => {
                let token = self.token.take().filter(|_| next);
                let mut page = plain(&mut self.client, call, token).await?;
                self.token = page["token"].take().as_str().map(str::to_owned);
                Ok(json!({"books": page["books"], "more": self.token.is_some()}))
            }
            call => plain(&mut self.client, call, None).await,
        }
    }
}

/// Makes any call except `Watch` and `Seen`, which need a change stream.
async fn plain<C: Client>(client: &mut C, call: Call, page_token: Option<String>) -> clients::Result<Value> {
    Ok(match call {
        Call::Book { id } => json!(client.book(id).await?),
        Call::List { author_id, page_size, .. } => {
            let query = ListBooks { author_id, page_size, page_token };
            let Page { books, next_page_token } = client.list(&query).await?;
            let ids: Vec<u32> = books.iter().map(|book| book.id).collect();
            json!({"books": ids, "token": next_page_token})
        }
        Call::Create { title, author_id, year } => {
            json!(client.create(NewBook { title: title.into(), author_id, year }).await?)
        }
        Call::Update { id, revision, title, author_id, year } => {
            let patch = BookPatch { title: title.map(Into::into), author_id, year };
            json!(client.update(id, revision, patch).await?)
        }
        Call::Delete { id } => json!(client.delete(id).await?),
        Call::AuthorWithBooks { id } => {
            let (author, books) = client.author_with_books(id).await?;
            let ids: Vec<u32> = books.iter().map(|book| book.id).collect();
            json!({"author": author, "books": ids})
        }
        Call::Watch { .. } | Call::Seen => unreachable!("they need a watcher"),
    })
}

fn check(result: clients::Result<Value>, expected: Result<Option<Value>, (String, String)>, place: &str) {
    match (result, expected) {
        (Ok(answer), Ok(expected)) => {
            assert_eq!(answer, expanded(expected.unwrap_or_default()), "{place}");
        }
        (Err(failure), Err((kind, says))) => {
            assert_eq!(kind_name(failure.kind), kind, "{place}: {failure}");
            // `author_id` is `authorId` in GraphQL.
            let plain = |text: &str| text.to_lowercase().replace('_', "");
            assert!(
                plain(&failure.message).contains(&plain(&says)),
                "{place}: {failure} does not say {says}"
            );
        }
        (Ok(answer), Err((kind, _))) => panic!("{place}: {answer} instead of {kind}"),
        (Err(Failure { kind, status, message }), Ok(_)) => panic!("{place}: {kind:?}, {status}: {message}"),
    }
}

/// Replaces each abbreviated string in `value` by the complete string.
fn expanded(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("times") => {
            let text: Text = serde_json::from_value(Value::Object(fields)).unwrap();
            Value::String(text.into())
        }
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, expanded(value))).collect(),
        other => other,
    }
}

fn kind_name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::NotFound => "not found",
        FailureKind::Invalid => "invalid",
        FailureKind::Conflict => "conflict",
        FailureKind::TooMany => "too many",
        FailureKind::FellBehind => "fell behind",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Internal => "internal",
        FailureKind::Transport => "no answer",
    }
}
