//! A process with one thread enters a namespace in place. This file has its own `main`, because a test of the harness has
//! several threads.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot continue fails")]

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    use tokio::net::{TcpListener, TcpStream};
    use wire::{Error, Options, Wire};

    if let Err(error) = wire::support() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{error}");
        eprintln!("skipped: {error}");
        return;
    }
    assert!(matches!(Wire::start(Options::new()), Err(Error::NotEntered)));

    // A second thread prevents it, and nothing has changed afterwards.
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || receiver.recv());
    assert!(matches!(wire::enter(), Err(Error::ManyThreads)));
    drop(sender);
    thread.join().unwrap().unwrap_err();
    // The kernel removes a thread shortly after it was joined.
    while std::fs::read_dir("/proc/self/task").unwrap().count() > 1 {
        std::thread::yield_now();
    }

    wire::enter().unwrap();
    wire::enter().unwrap();
    let wire = Wire::start(Options::new()).unwrap();
    let address = (wire.server().ipv4(), 3_000);
    let listener = wire.server().run(TcpListener::bind(address)).unwrap().unwrap();
    let stream = wire.client().run(TcpStream::connect(address)).unwrap().unwrap();
    assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
    drop((stream, listener));
    assert!(wire.finish().to_server.packets >= 2);
    println!("enter: ok");
}
