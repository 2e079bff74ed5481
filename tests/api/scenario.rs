//! `scenario.json`, run against each API: what goes in and what comes out is written once, and is the same for the
//! three. What one API says in its own way (`authorId`) the clients have put in the shelf's words.

use bookshelf::{BookPatch, Limits, ListBooks, NewBook, Page};
use clients::{Client, Failure, Kind, Watch as _};
use serde::Deserialize;
use serde_json::{Value, json};
use socket_tap::Tap;

use crate::support::api::{Api, Server};

each_api!(every_scenario_comes_out_as_written);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    /// How many books the shelf holds, when not as many as usual.
    books: Option<usize>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(flatten)]
    call: Call,
    /// So many clients do it at the same time; of them one gets `one_answers`, and the others fail.
    at_once: Option<usize>,
    one_answers: Option<Value>,
    answers: Option<Value>,
    fails: Option<String>,
    /// What the failure's message must mention.
    says: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
enum Call {
    Book {
        id: u32,
    },
    /// With `next`, the page after the one listed before.
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
    /// From now on.
    Watch {
        changes: u32,
    },
    /// The watcher's next change.
    Seen,
}

/// A text, or one too long to be written out.
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

async fn every_scenario_comes_out_as_written<A: Api>() {
    let scenarios: Vec<Scenario> = serde_json::from_str(include_str!("scenario.json")).unwrap();
    for Scenario { name, books, steps } in scenarios {
        let limits = Limits { books: books.unwrap_or(Limits::default().books), ..Limits::default() };
        let server = Server::with::<A>(&Tap::off(), limits).await;
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
    /// Of the page listed last.
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

/// A call that needs no more than a client.
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
            assert_eq!(answer, written_out(expected.unwrap_or_default()), "{place}");
        }
        (Err(failure), Err((kind, says))) => {
            assert_eq!(in_words(failure.kind), kind, "{place}: {failure}");
            // `author_id` is `authorId` in GraphQL.
            let plain = |text: &str| text.to_lowercase().replace('_', "");
            assert!(
                plain(&failure.message).contains(&plain(&says)),
                "{place}: {failure} does not say {says}"
            );
        }
        (Ok(answer), Err((kind, _))) => panic!("{place}: {answer} instead of {kind}"),
        (Err(Failure { kind, answer, message }), Ok(_)) => panic!("{place}: {kind:?}, {answer}: {message}"),
    }
}

/// The value with its repeated texts written out.
fn written_out(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("times") => {
            let text: Text = serde_json::from_value(Value::Object(fields)).unwrap();
            Value::String(text.into())
        }
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, written_out(value))).collect(),
        other => other,
    }
}

fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::NotFound => "not found",
        Kind::Invalid => "invalid",
        Kind::Conflict => "conflict",
        Kind::TooMany => "too many",
        Kind::FellBehind => "fell behind",
        Kind::Internal => "internal",
        Kind::Transport => "no answer",
    }
}
