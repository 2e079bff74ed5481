// The states of a TCP socket (RFC 9293), in the order of a connection's life, and what each means.

export const SOCKET_STATES = [
  [
    "LISTEN",
    "Takes connections. Recv-Q: handshakes that wait for accept. Send-Q: how many may, the backlog.",
  ],
  ["SYN_SENT", "We asked for a connection (SYN); nobody has answered yet."],
  ["SYN_RECV", "We were asked for a connection and have answered; the handshake is not finished."],
  [
    "ESTABLISHED",
    "Open both ways. Recv-Q: bytes not yet read by the program. Send-Q: not yet acknowledged by the peer.",
  ],
  ["FIN_WAIT1", "We have finished sending (FIN); the peer has not acknowledged that yet."],
  ["FIN_WAIT2", "We have finished sending and the peer knows; it has not finished yet."],
  [
    "CLOSE_WAIT",
    "The peer has finished sending; our program has not closed yet, and it lasts until it does.",
  ],
  ["LAST_ACK", "The peer had finished, now we have, too; our FIN is not acknowledged yet."],
  ["CLOSING", "Both sides finished at the same time; our FIN is not acknowledged yet."],
  [
    "TIME_WAIT",
    "Over. The side that closed first holds the two addresses for 60 s more. No process has it open.",
  ],
  ["CLOSE", "Not connected."],
];

/** How long Linux keeps a socket in TIME_WAIT, in seconds. */
export const TIME_WAIT_SECONDS = 60;

/** What the history counts: a name, and whether a row is of that kind. */
export const SOCKET_KINDS = [
  ["LISTEN", (row) => row.state === "LISTEN"],
  ["ESTABLISHED", (row) => row.state === "ESTABLISHED"],
  ["TIME_WAIT", (row) => row.state === "TIME_WAIT"],
  ["others", (row) => !["LISTEN", "ESTABLISHED", "TIME_WAIT"].includes(row.state)],
];
