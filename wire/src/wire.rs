//! A running wire.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::thread;

use crate::control::{Change, Control, Phase};
use crate::journal::Journal;
use crate::namespace::is_entered;
use crate::plan::Plan;
use crate::relay::Relay;
use crate::side::{Addresses, Side, SideThread};
use crate::stats::Stats;
use crate::tuns::Tuns;
use crate::{Direction, Error, Impairments, Options, Records, Rule};

const CLIENT: Addresses =
    Addresses { ipv4: Ipv4Addr::new(10, 77, 0, 1), ipv6: Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 1) };
const SERVER: Addresses =
    Addresses { ipv4: Ipv4Addr::new(10, 77, 0, 2), ipv6: Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 2) };

/// A network with a client side and a server side, and a relay between them.
///
/// The client has the addresses 10.77.0.1 and fd77::1, the server 10.77.0.2 and fd77::2. Each side has its own loopback
/// interface, ports and connections. Dropping the wire ends its threads, closes the sockets of their tasks and removes
/// the network; [`finish`](Self::finish) also delivers what is in flight.
#[derive(Debug)]
pub struct Wire {
    client: Option<SideThread>,
    server: Option<SideThread>,
    handles: [Side; 2],
    has_ipv6: bool,
    control: Arc<Control>,
    relay: Option<thread::JoinHandle<Stats>>,
    records: Option<Records>,
}

impl Wire {
    /// Starts a wire. The process must be in a user namespace of its own: see [`enter`](crate::enter) and
    /// [`reexec`](crate::reexec). It can start any number of wires, which do not reach each other.
    ///
    /// # Errors
    /// [`Error::NotEntered`] if the process is in no such namespace, [`Error::Invalid`] if an option is outside its range,
    /// and [`Error::TunDevice`] or [`Error::System`] if the system refuses an operation.
    pub fn start(options: Options) -> Result<Self, Error> {
        options.check()?;
        if !is_entered() {
            return Err(Error::NotEntered);
        }
        let (client, client_tun) = SideThread::start("wire-client", CLIENT, options.mtu)?;
        let (server, server_tun) = SideThread::start("wire-server", SERVER, options.mtu)?;
        let control = Arc::new(Control::new()?);
        let (sender, records) = (options.records > 0).then(|| Records::new(options.records)).unzip();
        let plans = plans(&options);
        let relay = Relay::new(
            Tuns { client: client_tun, server: server_tun },
            plans,
            Journal::new(sender),
            Arc::clone(&control),
        )?;
        let relay = thread::Builder::new()
            .name("wire-relay".to_owned())
            .spawn(|| relay.run())
            .map_err(Error::system("start a thread"))?;
        Ok(Self {
            handles: [client.side.clone(), server.side.clone()],
            has_ipv6: client.has_ipv6 && server.has_ipv6,
            client: Some(client),
            server: Some(server),
            control,
            relay: Some(relay),
            records,
        })
    }

    /// Returns the client side.
    #[must_use]
    pub fn client(&self) -> &Side {
        &self.handles[0]
    }

    /// Returns the server side.
    #[must_use]
    pub fn server(&self) -> &Side {
        &self.handles[1]
    }

    /// Returns `true` if the kernel supports IPv6. Otherwise the sides only have their IPv4 addresses.
    #[must_use]
    pub fn has_ipv6(&self) -> bool {
        self.has_ipv6
    }

    /// Changes the impairments of one direction, and waits until the relay has made the change, some tens of microseconds.
    /// Packets that were sent before keep the earlier impairments, and those that are sent later meet the new ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a value is outside its range.
    pub fn set(&self, direction: Direction, impairments: Impairments) -> Result<(), Error> {
        impairments.check()?;
        self.control.request(direction, Change::Impairments(impairments));
        Ok(())
    }

    /// Adds a rule for one packet of a direction. Like [`set`](Self::set), it counts the packets that are sent
    /// later.
    ///
    /// ```no_run
    /// # // Not run: a doctest can share its process with others, so it cannot enter a namespace.
    /// # fn example(wire: &wire::Wire) {
    /// use wire::{Direction, Kind, Rule};
    ///
    /// wire.add_rule(Direction::ToServer, Rule::drop(Kind::Data, 1));
    /// # }
    /// ```
    pub fn add_rule(&self, direction: Direction, rule: Rule) {
        self.control.request(direction, Change::Rule(rule));
    }

    /// Returns the records of all packets. `None` if they were taken before, or if packets are not recorded.
    pub fn take_records(&mut self) -> Option<Records> {
        self.records.take()
    }

    /// Ends the wire: drops the tasks of both sides, which closes their sockets; delivers the packets in flight, those of
    /// the closing connections included, for at most five seconds; and removes the network. Returns the counts of all
    /// packets.
    ///
    /// A task that blocks its thread keeps this function waiting.
    pub fn finish(mut self) -> Stats {
        self.end(Phase::Draining)
    }

    fn end(&mut self, phase: Phase) -> Stats {
        let mut sides = [self.client.take(), self.server.take()];
        if phase == Phase::Ending {
            self.control.set_phase(phase);
        }
        sides.iter_mut().flatten().for_each(SideThread::stop);
        self.control.set_phase(phase);
        let relay = self.relay.take().map(thread::JoinHandle::join);
        let mut stats = relay.and_then(Result::ok).unwrap_or_default();
        for (direction, side) in Direction::BOTH.into_iter().zip(sides) {
            stats.direction_mut(direction).kernel_drops = side.map_or(0, SideThread::join);
        }
        stats
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.relay.is_some() {
            self.end(Phase::Ending);
        }
    }
}

fn plans(options: &Options) -> [Plan; 2] {
    Direction::BOTH.map(|direction| {
        let mut plan = Plan::new(options.seed, direction, options.impairments[direction.number()]);
        for (_, rule) in options.rules.iter().filter(|(of, _)| *of == direction) {
            plan.add(*rule);
        }
        plan
    })
}
