// The states of a TCP socket (RFC 9293), in the order of a connection's life, with their meaning.

export const SOCKET_STATES = [
  [
    "LISTEN",
    "Waits for connections. Recv-Q: completed handshakes that wait for accept. Send-Q: their maximum, the backlog.",
  ],
  ["SYN_SENT", "Sent a SYN and waits for the SYN-ACK."],
  ["SYN_RECV", "Received a SYN and sent a SYN-ACK. The handshake is not complete."],
  [
    "ESTABLISHED",
    "Open in both directions. Recv-Q: bytes that the program has not read. Send-Q: bytes that the peer has not acknowledged.",
  ],
  ["FIN_WAIT1", "Sent a FIN, which the peer has not acknowledged yet."],
  ["FIN_WAIT2", "The peer acknowledged the FIN but has not sent its own yet."],
  [
    "CLOSE_WAIT",
    "Received the peer's FIN. Lasts until the program closes the socket.",
  ],
  ["LAST_ACK", "Sent a FIN after the peer's FIN. It is not acknowledged yet."],
  ["CLOSING", "Both sides sent a FIN at the same time. This side's FIN is not acknowledged yet."],
  [
    "TIME_WAIT",
    "Closed. The kernel of the side that closed first reserves the two addresses for 60 s. No process owns the socket.",
  ],
  ["CLOSE", "Not connected."],
];

/** Duration of TIME_WAIT on Linux in seconds. */
export const TIME_WAIT_SECONDS = 60;

/** The kinds of sockets in the history: name and predicate. */
export const SOCKET_KINDS = [
  ["LISTEN", (row) => row.state === "LISTEN"],
  ["ESTABLISHED", (row) => row.state === "ESTABLISHED"],
  ["TIME_WAIT", (row) => row.state === "TIME_WAIT"],
  ["others", (row) => !["LISTEN", "ESTABLISHED", "TIME_WAIT"].includes(row.state)],
];
