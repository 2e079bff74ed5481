//! Runs the example client against a server.

use std::process::Command;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use socket_tap::{Tap, TapListener};

#[tokio::test]
async fn example_client_prints_a_book() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap().nodelay(true);
    let server = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(rest_server::serve(listener, Shelf::seeded(), shutdown.clone()));
    // Cargo builds the examples before it runs the tests.
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
    let client = built.join(format!("rest-client{}", std::env::consts::EXE_SUFFIX));
    let output = tokio::task::spawn_blocking(move || Command::new(client).arg(server).output().unwrap());
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "\"UNIX Network Programming\" (1990)\n");
    shutdown.cancel();
    serving.await.unwrap().unwrap();
}
