//! The example works.

use std::process::Command;

use bookshelf::Shelf;
use server_kit::Shutdown;
use socket_tap::{Tap, TapListener};

#[tokio::test]
async fn the_client_prints_a_book() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(rest_server::serve(listener, Shelf::seeded(), shutdown.clone()));
    let client = move || {
        let mut client = Command::new(env!("CARGO"));
        client.args(["run", "--quiet", "--package", "rest-server", "--example", "client", "--", &server]);
        client.output().unwrap()
    };
    let output = tokio::task::spawn_blocking(client).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "\"UNIX Network Programming\" (1990)\n");
    shutdown.cancel();
    serving.await.unwrap().unwrap();
}
