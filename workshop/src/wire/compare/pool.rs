//! A pool of connections.

/// A fixed number of connections, some of which carry several calls at once.
#[derive(Debug)]
pub struct Pool<C> {
    slots: Vec<Slot<C>>,
}

#[derive(Debug)]
struct Slot<C> {
    /// The connection. `None` while a call uses it alone, and after it failed.
    connection: Option<C>,
    /// Number of calls that use the connection.
    calls: usize,
}

/// The use of a connection by one call.
#[derive(Debug)]
pub struct Lease<C> {
    /// Number of the connection in its pool.
    pub slot: usize,
    /// The connection. `None` if it failed before: the call then opens it again.
    pub connection: Option<C>,
}

impl<C> Pool<C> {
    /// Creates a pool of open connections.
    #[must_use]
    pub fn new(connections: Vec<C>) -> Self {
        let slot = |connection| Slot { connection: Some(connection), calls: 0 };
        Self { slots: connections.into_iter().map(slot).collect() }
    }

    /// Returns the connection with the fewest calls. `None` if none can carry a further call.
    pub fn take(&mut self, share: impl Fn(&C) -> Option<C>) -> Option<Lease<C>> {
        let usable = |slot: &Slot<C>| slot.connection.is_some() || slot.calls == 0;
        let slots = self.slots.iter_mut().enumerate().filter(|(_, slot)| usable(slot));
        let (number, slot) = slots.min_by_key(|(_, slot)| slot.calls)?;
        slot.calls += 1;
        let connection = match &slot.connection {
            Some(connection) => share(connection).or_else(|| slot.connection.take()),
            None => None,
        };
        Some(Lease { slot: number, connection })
    }

    /// Returns a connection to the pool after a call. `None` if it failed.
    pub fn put(&mut self, lease: Lease<C>) {
        let Some(slot) = self.slots.get_mut(lease.slot) else { return };
        slot.calls = slot.calls.saturating_sub(1);
        // A shared connection is there already.
        slot.connection = slot.connection.take().or(lease.connection);
    }

    /// Removes the connections that no call uses alone.
    pub fn into_connections(self) -> impl Iterator<Item = C> {
        self.slots.into_iter().filter_map(|slot| slot.connection)
    }
}
