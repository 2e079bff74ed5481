// What differs between a datagram socket and a stream, and how to see it by hand.

import { commandLine } from "../frame/command-line.js";
import { el } from "../frame/dom.js";

const PLAIN_DIFFERENCES = [
  [
    "Nobody connects.",
    "One UDP socket serves everybody: recvfrom says who sent each datagram, sendto names whom it " +
      "goes to. There is no listen, connect or accept. TCP makes a new socket for each connection, " +
      "and the kernels shake hands first.",
  ],
  [
    "Borders are kept.",
    "What one sendto sends, one recvfrom takes, whole or not at all. TCP is a stream of bytes: " +
      "two writes may come in one read, or one in two, so a protocol on it has to say where its " +
      "messages end.",
  ],
  [
    "What is lost stays lost.",
    "Nobody says whether a datagram arrived: the client waits, and asks again. Under TCP the " +
      "kernels acknowledge and send again by themselves: the program writes once.",
  ],
  [
    "Nothing ends.",
    "Closing a UDP socket sends nothing, and the server never learns of it. TCP's shutdown and " +
      "close send a FIN, and the other side reads 0 bytes.",
  ],
];

/** Draws the differences. */
export function plainDifferences() {
  return el(
    "section",
    { class: "plain-words", "aria-label": "What differs" },
    el("h2", { text: "What differs" }),
    el(
      "ol",
      {},
      PLAIN_DIFFERENCES.map(([title, words]) => el("li", {}, el("b", { text: title }), ` ${words}`)),
    ),
  );
}

/** Draws the commands to try by hand, for the addresses in `plain`. */
export function plainCommands(plain) {
  const said = el("p", { role: "status", class: "soft" });
  const lines = plain.map(({ api, title, address }) => commandLine(title, plainCommand(api, address), said));
  return el(
    "section",
    { class: "plain-words", "aria-label": "By hand" },
    el("h2", { text: "By hand" }),
    el("p", { text: "With netcat. Over TCP type “get 1” and Enter; Ctrl+D or Ctrl+C ends it." }),
    lines,
    said,
  );
}

function plainCommand(api, address) {
  const end = address.lastIndexOf(":");
  const host = address.slice(0, end).replace(/^\[|\]$/g, "");
  const port = address.slice(end + 1);
  // Every interface is no address to send to.
  const to = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return api === "udp" ? `echo 'get 1' | nc -u -w1 ${to} ${port}` : `nc ${to} ${port}`;
}
