//! External programs as clients and servers.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use rustix::process::Signal;

use crate::support::process::signal_to;
use crate::support::program::{find, find_python};

/// An external program that runs until the test ends.
pub(super) struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Program {
    pub(super) fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// Returns the next line of the program's standard output.
    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "the program has ended");
        line.trim_end().to_owned()
    }

    /// Returns the address of a server that prints its port.
    fn address(&mut self) -> SocketAddr {
        format!("127.0.0.1:{}", self.line()).parse().unwrap()
    }

    pub(super) fn signal(&self, signal: Signal) {
        signal_to(&self.child, signal);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A program that has already ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a client until it ends, without blocking the servers of this process.
pub(super) async fn run(program: PathBuf, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// Starts a server of Node. `server` is an expression of a `net.Server`.
pub(super) fn node_server(server: &str) -> Option<(Program, SocketAddr)> {
    let script = format!(
        "const http = require('http'), net = require('net'); const server = {server}; \
         server.listen(0, '127.0.0.1', () => console.log(server.address().port));"
    );
    let mut program = Program::start(Command::new(find("node")?).args(["-e", &script]));
    let address = program.address();
    Some((program, address))
}

/// Returns Python with grpcio.
pub(super) fn grpc_python() -> Option<PathBuf> {
    find_python("grpc", "tests/clients/grpc-requirements.txt")
}

/// Starts a gRPC server of grpcio with these channel arguments, such as `('grpc.max_connection_age_ms', 100)`. It has no
/// methods.
pub(super) fn grpcio_server(arguments: &str) -> Option<(Program, SocketAddr)> {
    let script = format!(
        "import grpc, concurrent.futures as f\n\
         server = grpc.server(f.ThreadPoolExecutor(1), options=[{arguments}])\n\
         print(server.add_insecure_port('127.0.0.1:0'), flush=True)\n\
         server.start()\n\
         server.wait_for_termination()\n"
    );
    let mut program = Program::start(Command::new(grpc_python()?).args(["-c", &script]));
    let address = program.address();
    Some((program, address))
}
