//! Snapshot of the error messages of commands that cannot use their database. No other test asserts the
//! wording of these messages.

use std::process::Command;

use crate::support::postgres::Postgres;
use crate::support::process::command;
use crate::support::program::run_command;

#[tokio::test]
async fn unusable_databases_are_explained() {
    let Some(database) = Postgres::start() else { return };
    let address = format!("127.0.0.1:{}", database.port());
    let newer = database.create_database().await;
    database
        .execute_in(
            &newer,
            "CREATE SCHEMA bookshelf; CREATE TABLE bookshelf.migrations (version bigint); \
        INSERT INTO bookshelf.migrations VALUES (9)",
        )
        .await;
    let other = database.create_database().await;
    database.execute_in(&other, "CREATE SCHEMA bookshelf; CREATE TABLE bookshelf.books (id text)").await;
    let url = |user: &str, name: &str| format!("postgres://{user}@{address}/{name}");
    let urls = [
        "postgres://postgres@127.0.0.1:1/postgres".to_owned(),
        url("postgres:an-old-secret", "postgres"),
        url("postgres", "postgres"),
        url("postgres:open-sesame", "nowhere"),
        newer.clone(),
        other.clone(),
        "postgres://postgres:hidden-secret@/postgres".to_owned(),
        "postgres://postgres:hidden-secret@a,b/postgres".to_owned(),
        "postgres://postgres:hidden-secret@localhost/postgres?sslmode=require".to_owned(),
        "mysql://root:hidden-secret@localhost".to_owned(),
    ];
    let mut transcript = String::new();
    for url in urls {
        let mut server = Command::new(command("rest-server"));
        server.args(["--quiet", "--listen", "127.0.0.1:0", "--store", &url]);
        server.env_remove("PGPASSWORD").env("PGPASSFILE", "/nowhere/pgpass");
        let ran = run_command(&mut server);
        assert_eq!(ran.code(), 2, "{url}: {}", ran.stderr());
        transcript += &format!("$ rest-server --store {url}\n{}\n", ran.stderr());
        let errors = ran.stderr() + &ran.stdout();
        assert!(!errors.contains("secret") && !errors.contains("open-sesame"), "{errors}");
    }
    let transcript = transcript.replace(&newer, "NEWER").replace(&other, "OTHER");
    insta::assert_snapshot!(transcript.replace(&address, "ADDRESS"));
}
