//! One side of a wire: a thread in a network of its own, with a runtime.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::sync::mpsc;
use std::thread;

use rustix::thread::UnshareFlags;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

use crate::netlink::Network;
use crate::{Error, sys};

/// Name of the network interface on both sides.
const INTERFACE: &str = "wire0";

/// Number of packets that wait in the kernel until the relay reads them. The default of 500 is less than one congestion
/// window can be.
pub(crate) const QUEUE: u32 = 10_000;

/// A handle to one side of a [`Wire`](crate::Wire): its client side or its server side.
///
/// A side is a thread in a network of its own, with a `current_thread` runtime. Sockets belong to the network of the
/// thread that creates them, so create them in a spawned future. Clones refer to the same side.
#[derive(Clone, Debug)]
pub struct Side {
    runtime: Handle,
    addresses: Addresses,
}

/// The addresses of a side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) ipv4: Ipv4Addr,
    pub(crate) ipv6: Ipv6Addr,
}

impl Side {
    /// Spawns a future on this side. After the wire has ended, the returned handle reports a cancelled task.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(future)
    }

    /// Spawns a future on this side and blocks until it has finished.
    ///
    /// # Errors
    /// Returns an error if the future panics.
    ///
    /// # Panics
    /// Panics if called in an asynchronous task; use [`spawn`](Self::spawn) there.
    pub fn run<F>(&self, future: F) -> Result<F::Output, JoinError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.block_on(self.spawn(future))
    }

    /// Returns the side's IPv4 address.
    #[must_use]
    pub fn ipv4(&self) -> IpAddr {
        self.addresses.ipv4.into()
    }

    /// Returns the side's IPv6 address.
    #[must_use]
    pub fn ipv6(&self) -> IpAddr {
        self.addresses.ipv6.into()
    }
}

/// The thread of a side. The thread ends when this value is dropped or joined.
#[derive(Debug)]
pub(crate) struct SideThread {
    pub(crate) side: Side,
    pub(crate) has_ipv6: bool,
    thread: thread::JoinHandle<u64>,
    /// Ends the runtime.
    stop: Option<oneshot::Sender<()>>,
    /// Reports that the runtime has ended.
    stopped: mpsc::Receiver<()>,
    /// Ends the thread.
    release: mpsc::Sender<()>,
}

/// The report of the thread that its network is ready.
struct Ready {
    runtime: Handle,
    tun: OwnedFd,
    has_ipv6: bool,
}

impl SideThread {
    /// Starts the thread, and returns it with the file descriptor of its network interface.
    pub(crate) fn start(name: &str, addresses: Addresses, mtu: u16) -> Result<(Self, OwnedFd), Error> {
        let (ready_sender, ready) = mpsc::channel();
        let (stop, stop_receiver) = oneshot::channel();
        let (stopped_sender, stopped) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let body = move || {
            let (runtime, network) = match set_up(addresses, mtu) {
                Ok(ready) => ready,
                Err(error) => {
                    let _ = ready_sender.send(Err(error));
                    return 0;
                }
            };
            let (tun, has_ipv6) = network;
            let ready = Ready { runtime: runtime.handle().clone(), tun, has_ipv6 };
            if ready_sender.send(Ok(ready)).is_ok() {
                // An error means that the wire was dropped.
                let _ = runtime.block_on(stop_receiver);
            }
            // Drops all tasks, which closes their sockets. Blocking tasks are not waited for.
            runtime.shutdown_background();
            let _ = stopped_sender.send(());
            let _: Result<(), _> = released.recv();
            dropped_by_kernel()
        };
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(body)
            .map_err(Error::system("start a thread"))?;
        let failed =
            || Error::System { action: "start a side", source: std::io::Error::other("its thread panicked") };
        let Ready { runtime, tun, has_ipv6 } = ready.recv().map_err(|_| failed())??;
        let side = Side { runtime, addresses };
        Ok((Self { side, has_ipv6, thread, stop: Some(stop), stopped, release }, tun))
    }

    /// Ends the runtime, which drops all tasks and closes their sockets.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
            let _ = self.stopped.recv();
        }
    }

    /// Ends the thread. Returns the number of packets that its kernel dropped.
    pub(crate) fn join(mut self) -> u64 {
        self.stop();
        drop(self.release);
        self.thread.join().unwrap_or(0)
    }
}

/// Gives the calling thread a network with one interface, and creates its runtime.
fn set_up(addresses: Addresses, mtu: u16) -> Result<(tokio::runtime::Runtime, (OwnedFd, bool)), Error> {
    sys::unshare(UnshareFlags::NEWNET).map_err(Error::system("create a network namespace"))?;
    let tun = sys::open_tun().map_err(Error::open_tun)?;
    sys::attach_tun(&tun, INTERFACE).map_err(Error::system("create a network interface"))?;
    let network = Network::open().map_err(Error::system("open a netlink socket"))?;
    let configure = || {
        network.set_limits(INTERFACE, mtu.into(), QUEUE)?;
        network.set_up("lo")?;
        network.set_up(INTERFACE)?;
        network.add_address(INTERFACE, addresses.ipv4.into(), 24)
    };
    configure().map_err(Error::system("configure a network interface"))?;
    // Kernels without IPv6 refuse it.
    let has_ipv6 = network.add_ipv6(INTERFACE, addresses.ipv6).is_ok();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::system("start a runtime"))?;
    Ok((runtime, (tun, has_ipv6)))
}

/// Returns the number of packets that the kernel dropped because the interface's queue was full.
fn dropped_by_kernel() -> u64 {
    // Only the link to the thread shows its own network.
    let table = std::fs::read_to_string("/proc/thread-self/net/dev").unwrap_or_default();
    table
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(INTERFACE)?.strip_prefix(':'))
        // Eight columns for received packets; then bytes, packets, errors and drops of sent ones.
        .and_then(|columns| columns.split_ascii_whitespace().nth(11)?.parse().ok())
        .unwrap_or(0)
}
