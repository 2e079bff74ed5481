//! Constructors and setters for events, for programs that write traces and for tests of sinks.

use std::borrow::Cow;

use super::{Addr, Datagram, Domain, Event, Failure, Op, SockId, SocketKind, Syn, Transfer};

impl Event {
    /// Creates an event of a successful operation. `t` is its time in nanoseconds since the recording began.
    ///
    /// ```
    /// use socket_tap::event::{Event, Failure, Op, SockId, Transfer};
    ///
    /// let read = Event::new(1_000, SockId::new(2), Op::Read(Transfer::new(85)));
    /// let write = Event::new(2_000, SockId::new(2), Op::Write(Transfer::default()))
    ///     .failed(Failure::new("broken pipe", Some(32)));
    /// assert!(read.error.is_none() && write.error.is_some());
    /// ```
    #[must_use]
    pub fn new(t: u64, sock: Option<SockId>, op: Op) -> Self {
        Self { t, sock, op, error: None }
    }

    /// Sets the reason why the operation failed.
    #[must_use]
    pub fn failed(mut self, why: Failure) -> Self {
        self.error = Some(why);
        self
    }

    /// Returns the captured bytes of a read, write, datagram or packet.
    #[must_use]
    pub fn data(&self) -> Option<&[u8]> {
        match &self.op {
            Op::Read(transfer) | Op::Write(transfer) => transfer.data.as_deref(),
            Op::SendTo(datagram) | Op::RecvFrom(datagram) => datagram.data.as_deref(),
            Op::Packet(packet) => packet.data.as_deref(),
            _ => None,
        }
    }

    /// Clones the event except for its payload: `data` is `None` in the copy.
    #[must_use]
    pub fn without_data(&self) -> Self {
        let stream = |transfer: &Transfer| Transfer { data: None, ..*transfer };
        let datagram =
            |datagram: &Datagram| Datagram { data: None, peer: datagram.peer.clone(), ..*datagram };
        let op = match &self.op {
            Op::Read(transfer) => Op::Read(stream(transfer)),
            Op::Write(transfer) => Op::Write(stream(transfer)),
            Op::SendTo(sent) => Op::SendTo(datagram(sent)),
            Op::RecvFrom(received) => Op::RecvFrom(datagram(received)),
            Op::Packet(packet) => Op::Packet(Box::new(packet.without_data())),
            other => other.clone(),
        };
        Self { op, error: self.error.clone(), ..*self }
    }
}

impl Op {
    /// Creates a `socket(2)` operation without a file descriptor.
    #[must_use]
    pub fn socket(domain: Domain, kind: SocketKind) -> Self {
        Self::Socket { fd: None, domain, kind }
    }

    /// Creates a `setsockopt(2)` operation for the option `name`.
    #[must_use]
    pub fn option(name: impl Into<Cow<'static, str>>, value: i64) -> Self {
        Self::Option { name: name.into(), value }
    }

    /// Creates a `bind(2)` operation without an address.
    #[must_use]
    pub fn bind() -> Self {
        Self::Bind { local: None }
    }

    /// Creates a `listen(2)` operation with the given length of the accept queue.
    #[must_use]
    pub fn listen(backlog: i32) -> Self {
        Self::Listen { backlog }
    }

    /// Creates an `accept(2)` operation on the listening socket `on`.
    #[must_use]
    pub fn accept(on: SockId) -> Self {
        Self::Accept { on, fd: None, local: None, peer: None, syn: None }
    }

    /// Creates a `connect(2)` operation without addresses.
    #[must_use]
    pub fn connect() -> Self {
        Self::Connect { local: None, peer: None, began: None }
    }

    /// Creates the operation that begins the recording of an existing socket or stream.
    #[must_use]
    pub fn adopt(domain: Domain, kind: SocketKind) -> Self {
        Self::Adopt { fd: None, domain, kind, on: None, local: None, peer: None }
    }

    /// Creates a mark with the given label.
    #[must_use]
    pub fn mark(label: impl Into<Cow<'static, str>>) -> Self {
        Self::Mark { label: label.into() }
    }

    /// Sets the file descriptor. Has no effect on an operation that has no file descriptor.
    #[must_use]
    pub fn with_fd(mut self, number: i32) -> Self {
        if let Self::Socket { fd, .. } | Self::Accept { fd, .. } | Self::Adopt { fd, .. } = &mut self {
            *fd = Some(number);
        }
        self
    }

    /// Sets the local address. Has no effect on an operation that has no local address.
    #[must_use]
    pub fn with_local(mut self, address: impl Into<Addr>) -> Self {
        if let Self::Bind { local }
        | Self::Accept { local, .. }
        | Self::Connect { local, .. }
        | Self::Adopt { local, .. } = &mut self
        {
            *local = Some(address.into());
        }
        self
    }

    /// Sets the peer's address. Has no effect on an operation that has no peer.
    #[must_use]
    pub fn with_peer(mut self, address: impl Into<Addr>) -> Self {
        match &mut self {
            Self::Accept { peer, .. } | Self::Connect { peer, .. } | Self::Adopt { peer, .. } => {
                *peer = Some(address.into());
            }
            Self::SendTo(datagram) | Self::RecvFrom(datagram) => datagram.peer = Some(address.into()),
            _ => {}
        }
        self
    }

    /// Sets the peer's SYN. Has no effect on operations other than [`Accept`](Self::Accept).
    #[must_use]
    pub fn with_syn(mut self, saved: Syn) -> Self {
        if let Self::Accept { syn, .. } = &mut self {
            *syn = Some(saved);
        }
        self
    }

    /// Sets the number of the recorded stream that an adopted stream is built on. Has no effect on operations
    /// other than [`Adopt`](Self::Adopt).
    #[must_use]
    pub fn over(mut self, below: SockId) -> Self {
        if let Self::Adopt { on, .. } = &mut self {
            *on = Some(below);
        }
        self
    }
}

impl Transfer {
    /// Creates a read or write of `bytes` bytes, without payload.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Creates a read of 0 bytes that reports the end of stream.
    #[must_use]
    pub fn eof() -> Self {
        Self { eof: true, ..Self::default() }
    }

    /// Sets the number of buffers of a vectored write.
    #[must_use]
    pub fn with_slices(mut self, slices: u32) -> Self {
        self.slices = Some(slices);
        self
    }

    /// Sets the captured payload: the first bytes of the read or write.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Box<[u8]>>) -> Self {
        self.data = Some(data.into());
        self
    }
}

impl Datagram {
    /// Creates a datagram of `bytes` bytes, without payload and peer.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Sets the address of the destination or the sender.
    #[must_use]
    pub fn with_peer(mut self, address: impl Into<Addr>) -> Self {
        self.peer = Some(address.into());
        self
    }

    /// Sets the captured payload: the first bytes of the datagram.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Box<[u8]>>) -> Self {
        self.data = Some(data.into());
        self
    }
}

impl Failure {
    /// Creates a failure with a reason in words and the operating system's error number.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>, errno: Option<i32>) -> Self {
        Self { reason: reason.into(), errno }
    }
}
