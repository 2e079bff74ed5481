// The differences between UDP and TCP sockets, and command lines to try them.

import { commandLine } from "../frame/command-line.js";
import { el } from "../frame/dom.js";

const PLAIN_DIFFERENCES = [
  [
    "No connections.",
    "One UDP socket serves all clients. recvfrom returns the sender of each datagram, and sendto takes the destination. " +
      "There is no listen and no accept. " +
      "A program may call connect on a UDP socket. That sends nothing: the kernel only remembers the peer. " +
      "TCP needs a new socket for each connection, and a handshake between the kernels.",
  ],
  [
    "Message boundaries are preserved.",
    "One recvfrom returns the datagram of one sendto, complete or not at all. TCP is a stream of bytes. " +
      "A read may return the bytes of two writes, or half of one, so a protocol over TCP must mark the ends of its messages.",
  ],
  [
    "Lost datagrams stay lost.",
    "Nothing reports whether a datagram arrived. Networks lose some, and a kernel discards those for which the receive buffer " +
      "has no space, also within one machine. The client waits and sends its request again. " +
      "With TCP the kernels acknowledge and retransmit, and the program writes only once.",
  ],
  [
    "No end of stream.",
    "Closing a UDP socket sends nothing, so the server does not notice. " +
      "TCP's shutdown and close send a FIN, and the peer reads 0 bytes.",
  ],
];

/** Draws the differences. */
export function plainDifferences() {
  return el(
    "section",
    { class: "plain-explanations", "aria-label": "Differences" },
    el("h2", { text: "Differences" }),
    el(
      "ol",
      {},
      PLAIN_DIFFERENCES.map(([title, text]) => el("li", {}, el("b", { text: title }), ` ${text}`)),
    ),
  );
}

/** Draws the command lines for a terminal, with the addresses in `plain`. */
export function plainCommands(plain) {
  const status = el("p", { role: "status", class: "soft" });
  const lines = plain.map(({ api, title, address }) => commandLine(title, plainCommand(api, address), status));
  return el(
    "section",
    { class: "plain-explanations", "aria-label": "From a terminal" },
    el("h2", { text: "From a terminal" }),
    el("p", { text: "Use netcat. For TCP, type “get 1” and Enter. Ctrl+D or Ctrl+C ends the connection." }),
    lines,
    status,
  );
}

function plainCommand(api, address) {
  const end = address.lastIndexOf(":");
  const host = address.slice(0, end).replace(/^\[|\]$/g, "");
  const port = address.slice(end + 1);
  // The unspecified address is not a valid destination.
  const to = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return api === "udp" ? `echo 'get 1' | nc -u -w1 ${to} ${port}` : `nc ${to} ${port}`;
}
